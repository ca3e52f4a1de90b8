"""The order of the I/O: running calls, keeping flows, looking at what happened."""
