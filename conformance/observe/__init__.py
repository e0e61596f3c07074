"""Sending the plan and recording what comes back."""
