"""Exchanges in a file: written while they come, and judged again without sending."""
