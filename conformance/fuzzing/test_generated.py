"""Requests that are generated from the OpenAPI document: one item for each operation and kind of request."""

from __future__ import annotations

import pytest

from conformance.fuzzing.session import Outcome, Session

pytestmark = pytest.mark.generated


def test_generated(session: Session, operation: str, group: str) -> Outcome:
    """Judge the answers to the requests that ``group`` has for an operation."""
    return session.run(operation, group)


def test_links(session: Session, operations: tuple[str, ...]) -> Outcome:
    """Judge the answers on the ways that the links of the document open."""
    return session.walk(operations)
