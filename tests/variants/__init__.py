"""Lawful variants of the reference server: correct in another way, so that nothing may be found."""
