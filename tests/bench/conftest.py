"""The benchmark is a program, not a test: pytest leaves its modules alone."""

collect_ignore_glob = ["*.py"]
