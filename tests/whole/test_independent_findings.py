"""What the suite finds on servers that others made, and what their makers read at the end of a run.

Every MUST that does not hold is a true deviation, explained. The report is few lines, none wider than the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from conformance.model.outcome import Outcome
from conformance.report import json_report
from tests.servers import drf_server, flask_server
from tests.support.runs import CHECKS, WIDTH, Result, run

DRF = {
    "COND-001": "RFC 9110, 13.1.2: HEAD with the current tag is 200; the middleware compares for GET only",
    "COND-012": "RFC 9110, 13.1.4: If-Unmodified-Since is 412 although the invoice has no Last-Modified",
    "ERR-011": "RFC 9110, 15.6: an include path of many parts ends in an exception",
    "FLDS-001": "JSON:API, fetching-sparse-fieldsets: amount-spent is dropped, it is known as amount_spent only",
    "HTTP-029": "RFC 9110, 5.6.1: an empty Accept, a list without elements, is 406",
    "INCL-009": "JSON:API, fetching-includes: nothing is included beside fields that leave out the relationship",
    "INCL-004": "JSON:API, fetching-includes: names are case-sensitive, and Account is taken for account",
    "INCL-006": "JSON:API, fetching-includes: an empty include leaves out the array included",
    "ITEM-005": "JSON:API, document-resource-object-identification: what OPTIONS describes as data has no type",
    "ITEM-006": "JSON:API, document-resource-objects: what OPTIONS describes as data has members of its own",
    "JWT-019": "RFC 7519, 4.1.5: nbf true is taken for 1",
    "NEGO-006": "JSON:API, content-negotiation-servers: a charset parameter on the only JSON:API entry is not 406",
    "NEGO-008": "JSON:API, content-negotiation-servers: an unknown extension is not 406",
    "NEGO-011": "JSON:API, content-negotiation-servers: a Content-Type with charset is not 415",
    "NEGO-015": "JSON:API, content-negotiation-servers: a wildcard makes up for parameters on every JSON:API entry",
    "PAGE-005": "documented: page number 0 is 404, not 400",
    "QRY-004": "JSON:API, query-parameters: fields without a type is ignored",
    "REL-003": "JSON:API, resource identifier objects: what OPTIONS describes of the relationship has its own members",
    "REL-007": "JSON:API, fetching-includes: include on the relationship is neither honoured nor refused",
    "WIRE-005": "RFC 9112, 6.1: the connection goes on after Content-Length beside Transfer-Encoding",
    "WIRE-006": "RFC 9112, 3.2.2: a target in absolute form is not found",
}
FLASK = {
    "AUTH-002": "RFC 9110, 15.5.2: 401 has no WWW-Authenticate",
    "COLL-005": "documented: the collection comes in the order of the table",
    "COND-011": "RFC 9110, 13.1.1: If-Match with * is 412 although the invoice exists",
    "ERR-011": "RFC 9110, 15.6: an unknown type in fields, and a page number beyond 64 bits, end in exceptions",
    "HTTP-008": "RFC 9110, 15.5.6: 405 has no Allow",
    "HTTP-029": "RFC 9110, 5.6.4: a comma behind an escaped quotation mark in Accept ends the element, which is 406",
    "JWT-019": "RFC 7519, 4.1.5: nbf true is taken for 1",
    "NEGO-011": "JSON:API, content-negotiation-servers: a Content-Type with charset is not 415",
    "PAGE-005": "documented: page number 0 is taken for 1",
    "PAGE-007": "documented: a page number beyond 64 bits is 500",
    "QRY-001": "JSON:API, query-parameters: foo on the collection is ignored, though such names are reserved",
    "QRY-004": "JSON:API, query-parameters: sort[] is ignored",
    "QRY-008": "RFC 9110, 15.6: an include of an attribute, and other types in fields, end in exceptions",
    "QRY-009": "RFC 9110, 15.6: a page number of 1,2 ends in an exception",
    "WIRE-001": "RFC 9112, 3.2: a request without Host is answered",
    "WIRE-005": "RFC 9112, 6.1: the connection goes on after Content-Length beside Transfer-Encoding",
    "WIRE-006": "RFC 9112, 3.2.2: the host of a target in absolute form does not count",
    "WIRE-009": "RFC 9112, 9.6: the connection goes on after close in a list with keep-alive",
}
MOST, LAST = 150, 24


@dataclass(frozen=True)
class Judged:
    """A server that others made, judged as its makers do."""

    explained: dict[str, str]
    result: Result
    report: dict[str, Any]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((drf_server, DRF), id="djangorestframework-jsonapi"),
        pytest.param((flask_server, FLASK), id="flask-rest-jsonapi"),
    ],
)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    launcher, explained = request.param
    path = tmp_path_factory.mktemp("judged") / "report.json"
    with launcher() as server:
        result = run(
            CHECKS,
            f"--report-json={path}",
            f"--base-url={server.base_url}",
            "--request-timeout=4",
            *(f"--hidden-invoice-id={each}" for each in server.hidden_invoice_ids),
            f"--other-invoice-id={server.other_invoice_id}",
            "--enable=collection,contested,wire",
            INVOICES_AUTH_TOKEN=server.auth_token,
            INVOICES_INVOICE_IDS=",".join(server.invoice_ids[:3]),
            INVOICES_OTHER_AUTH_TOKEN=server.other_auth_token,
            INVOICES_SIGNING_KEY=server.signing_key,
        )
    assert result.code == 1, result.output[-2000:]
    return Judged(explained, result, json_report.load(str(path)))


def test_what_is_found_is_explained(judged: Judged) -> None:
    judgements = [
        (entry["id"], each["outcome"], each) for entry in judged.report["requirements"] for each in entry["judgements"]
    ]
    failed = {name: each.get("observed") for name, outcome, each in judgements if outcome == Outcome.FAILED}
    assert not {name: observed for name, observed in failed.items() if name not in judged.explained}
    assert not judged.explained.keys() - failed.keys()
    assert not [each for _, outcome, each in judgements if outcome == Outcome.ERROR]
    assert not judged.report["suite_errors"]
    assert sum(outcome == Outcome.PASSED for _, outcome, _ in judgements) > 500


def test_the_report_is_short_and_ends_with_what_matters(judged: Judged) -> None:
    lines = judged.result.lines
    assert len(lines) <= MOST
    # A command holds URLs, ids and messages, which stay whole, and the last line is pytest's.
    words = [line for line in lines[:-1] if "http://" not in line and not line.startswith(" " * 14)]
    assert max(map(len, words)) <= WIDTH, max(words, key=len)
    last = lines[-LAST:]
    assert all(any(line.startswith(begin) for line in last) for begin in ("documented ", "verdict ", "first "))
    begun = [line for line in lines if line.startswith(("FAILED  ", "WARNED  "))]
    assert len(begun) == len(set(begun)) > 5
