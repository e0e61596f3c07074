"""What the makers of other servers read at the end of a run: few lines, none wider than their terminal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.servers import IndependentServer, drf_server, flask_server
from tests.support.runs import CHECKS, WIDTH, run

MOST, LAST = 150, 24
Launcher = Callable[[], AbstractContextManager[IndependentServer]]


@pytest.mark.parametrize(
    "launcher",
    [
        pytest.param(drf_server, id="djangorestframework-jsonapi"),
        pytest.param(flask_server, id="flask-rest-jsonapi"),
    ],
)
def test_the_report_is_short_and_ends_with_what_matters(launcher: Launcher) -> None:
    with launcher() as server:
        done = run(
            CHECKS,
            f"--base-url={server.base_url}",
            *(f"--hidden-invoice-id={each}" for each in server.hidden_invoice_ids),
            f"--other-invoice-id={server.other_invoice_id}",
            "--enable=collection,contested,wire",
            INVOICES_AUTH_TOKEN=server.auth_token,
            INVOICES_INVOICE_IDS=",".join(server.invoice_ids),
            INVOICES_OTHER_AUTH_TOKEN=server.other_auth_token,
            INVOICES_SIGNING_KEY=server.signing_key,
        )
    assert done.code == 1, done.output[-2000:]
    assert len(done.lines) <= MOST
    # A command holds URLs, ids and messages, which stay whole, and the last line is pytest's.
    words = [line for line in done.lines[:-1] if "http://" not in line and not line.startswith(" " * 14)]
    assert max(map(len, words)) <= WIDTH, max(words, key=len)
    last = done.lines[-LAST:]
    assert all(any(line.startswith(begin) for line in last) for begin in ("documented ", "verdict ", "first "))
    begun = [line for line in done.lines if line.startswith(("FAILED  ", "WARNED  "))]
    assert len(begun) == len(set(begun)) > 5
