"""Everything on one machine, and the played carrier: what `make run` starts."""
