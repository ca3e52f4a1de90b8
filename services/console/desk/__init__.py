"""What the console itself does: signing in, and keeping people and keys."""
