"""The order of I/O: auctions, what is configured, reservations, looking back."""
