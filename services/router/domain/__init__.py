"""The router's rules: pure functions of values."""
