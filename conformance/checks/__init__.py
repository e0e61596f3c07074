"""The checks, one file per area. Each claims a requirement and judges the exchanges named by its arguments."""
