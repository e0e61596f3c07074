"""Tests of the generated part."""
