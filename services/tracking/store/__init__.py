"""Every query of tracking, named for its meaning."""
