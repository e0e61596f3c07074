"""Tokens made from the given one: altered, minted, inspected."""
