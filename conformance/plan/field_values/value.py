"""What a field holds."""

from __future__ import annotations

Value = str | tuple[str, ...] | None
"""What a field holds, or each of its lines; None where it is left out."""
