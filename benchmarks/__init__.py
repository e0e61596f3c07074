"""What the suite costs, measured beside something bare that does the same work: ``python -m benchmarks.NAME``."""
