"""The reference server behind proxies that are in use: what they do is no fault of the server."""
