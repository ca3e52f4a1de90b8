"""Every query of rtb, named for its meaning."""
