"""How the services are started, configured and watched."""
