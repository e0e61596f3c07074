"""Tests of sending and receiving."""
