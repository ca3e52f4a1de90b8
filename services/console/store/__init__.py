"""Everything the console reads and writes."""
