"""Tests of probes, steps and requests."""
