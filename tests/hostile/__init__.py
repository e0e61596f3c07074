"""Tests with servers that mean harm."""
