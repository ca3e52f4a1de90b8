"""The order of the router's I/O: load, decide, record."""
