"""Tests of the questions to one answer."""
