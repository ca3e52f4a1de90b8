"""What the facts of a call add up to: plain functions of values."""
