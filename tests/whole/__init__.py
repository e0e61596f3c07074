"""Tests of whole runs against whole servers."""
