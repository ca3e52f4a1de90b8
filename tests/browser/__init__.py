"""The console in a real browser: a package, so that its stack ends with its last test."""
