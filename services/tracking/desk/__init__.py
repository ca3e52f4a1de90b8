"""The order of the I/O: a desk for each topic."""
