"""What flows keeps: every query, named for its meaning."""
