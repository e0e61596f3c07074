"""Tests of the checks: answers that break a requirement, and answers that do not."""
