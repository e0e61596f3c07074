"""What tests of reports share."""

from __future__ import annotations

import pytest

from tests.support.hostile import hostile
from tests.support.written import Files, judge


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A run against a server that puts what could do harm into every place that a report shows."""
    return judge(hostile, tmp_path_factory.mktemp("hostile"))
