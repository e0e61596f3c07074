"""Tests of the model: contract, requirements, verdict, waivers."""
