"""Tracking over HTTP: websites, and the servers of websites."""
