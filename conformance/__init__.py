"""Conformance suite for the documented invoices resource."""

__version__ = "1.0.0"
