"""The checks of the areas about the invoice itself, judged together: a fault is found by one of them only."""

from __future__ import annotations

from typing import Final

from conformance.checks import (
    test_attributes,
    test_item,
    test_json,
    test_links,
    test_related,
    test_relationship,
    test_semantics,
    test_structure,
)
from tests.checking import checks_in

CHECKS: Final = checks_in(
    test_attributes,
    test_item,
    test_json,
    test_links,
    test_related,
    test_relationship,
    test_semantics,
    test_structure,
)
