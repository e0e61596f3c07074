"""Mutation testing of the checks and of the verdict, run by hand: see docs/mutation.md."""
