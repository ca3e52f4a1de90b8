"""The caller's way through a graph, as plain functions of values: no clock, no chance, no I/O."""
