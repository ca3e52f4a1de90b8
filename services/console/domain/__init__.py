"""Rules of the console: who may do what."""
