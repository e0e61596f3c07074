"""The reference server behind proxies that are in use: what they do is not a fault of the server."""
