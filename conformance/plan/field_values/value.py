"""What a field holds."""

from __future__ import annotations

Value = str | tuple[str, ...]
"""What a field holds, or each of its lines."""
