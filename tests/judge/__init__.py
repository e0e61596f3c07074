"""Tests of the core: judging, causes, comparison, stability."""
