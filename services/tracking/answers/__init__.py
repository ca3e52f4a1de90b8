"""What tracking answers on NATS: a module for each topic."""
