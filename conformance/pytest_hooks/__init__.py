"""pytest as one runner of the core."""
