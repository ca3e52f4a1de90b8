"""How the running product is watched: the collector, alerts, dashboards."""
