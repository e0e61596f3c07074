"""Tests of tokens that are made and inspected."""
