"""The ingress's rules: how much time there is, and where callbacks go."""
