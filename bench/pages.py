"""Pages that everybody reads: from the cache, written anew, and beside a bare Flask page of the same bytes."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from bench import stock
from bench.figures import Figure, at_least, at_most, short
from bench.load import Load, best_load
from bench.site import WORKERS, serving

AREA = "Pages"
ANEW = "?anew=1"  # an address that no page of ours links to is answered, but never kept


def measure(folder: Path) -> Iterator[Figure]:
    """Rates of kept pages with 8 readers; of pages written anew with one for each worker."""
    with stock.database("sqlite", folder) as url:
        slug = stock.fill(url, folder)
        with serving(url, folder) as site:
            body = gzip.compress(site.get("/fr/"), 6, mtime=0)
            cached, kept_class = best_load(site, "/fr/"), best_load(site, f"/fr/classes/{slug}")
            # One reader per worker: what a page costs, without threads of one process fighting over it.
            anew = best_load(site, f"/fr/{ANEW}", readers=WORKERS)
            new_class = best_load(site, f"/fr/classes/{slug}{ANEW}", readers=WORKERS)
        packed = folder / "body.gz"
        packed.write_bytes(body)
        yardstick = {"app": "bench.bare:app", "config": "bench/bare.conf.py", "first_page": "/"}
        with serving(url, folder, BENCH_BODY=str(packed), **yardstick) as site:
            bare = best_load(site, "/")
    yield Figure(AREA, f"bare Flask page of the same {len(body) / 1000:.1f} kB", _words(bare))
    yield Figure(AREA, f"catalogue of {stock.EDITIONS} editions, cached", _words(cached))
    yield at_least(AREA, "catalogue, cached, in per cent of bare Flask", 100 * cached.rate / bare.rate, 80, "%")
    yield Figure(AREA, "catalogue, written anew", _words(anew))
    yield at_most(AREA, "catalogue, written anew, processor time", anew.cpu, 10, "ms")
    yield Figure(AREA, "class page, cached", _words(kept_class))
    yield Figure(AREA, "class page, written anew", _words(new_class))


def _words(load: Load) -> str:
    errors = f", {load.errors} errors" if load.errors else ""
    return f"{short(load.rate)} a second, {short(load.cpu)} CPU-ms{errors}"
