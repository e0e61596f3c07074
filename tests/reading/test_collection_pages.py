"""Collections as their pages show them."""

from __future__ import annotations

import pytest

from conformance.model.exchange import NotObserved
from conformance.reading import collection_pages
from tests.support.pages import walk


def test_a_walk_without_a_page_is_not_judged() -> None:
    with pytest.raises(NotObserved, match="no page was received"):
        collection_pages.walked(())
    pages = walk([{"type": "invoices", "id": str(number)} for number in range(3)], 2)
    assert collection_pages.walked(pages) == pages
