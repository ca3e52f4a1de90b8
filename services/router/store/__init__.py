"""Every query of the router, named for its meaning."""
