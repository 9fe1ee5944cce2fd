"""`python -m bench [names]`: runs the programs and prints one table with its conditions."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import calling_off, clone, desk, export, mailing, pages, papers, processes, race, sales, weight
from bench.conditions import conditions
from bench.figures import table

PROGRAMS = {
    "pages": pages,
    "bookings": sales,
    "race": race,
    "process": processes,
    "weight": weight,
    "papers": papers,
    "calling-off": calling_off,
    "mailing": mailing,
    "export": export,
    "desk": desk,
    "clone": clone,
}
ON_DEMAND = ("calling-off", "mailing", "export", "desk", "clone")  # take minutes; the last one downloads


def main() -> None:
    """Prints to the standard output; says on the other one how far it is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*PROGRAMS, []], metavar="|".join(PROGRAMS))
    names = parser.parse_args().names or [name for name in PROGRAMS if name not in ON_DEMAND]
    facts, figures = conditions(), []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="atelier-bench-") as folder:
        Path(folder).chmod(0o755)
        for name in names:
            for figure in PROGRAMS[name].measure(Path(folder, name)):
                print(f"{figure.area}: {figure.what}: {figure.value}", file=sys.stderr, flush=True)
                figures.append(figure)
    facts.append(("Took", f"{time.monotonic() - begun:.0f} s"))
    print(table(facts, figures))


if __name__ == "__main__":
    main()
