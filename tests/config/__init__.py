"""Tests of settings and targets."""
