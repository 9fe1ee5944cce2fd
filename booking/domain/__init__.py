"""Ground floor: values, rules and refusals. Standard library only; no clock, no I/O."""
