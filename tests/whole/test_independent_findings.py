"""What the suite finds on servers that others made: every MUST that does not hold is a true deviation, explained."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import Level, registry
from tests.servers import IndependentServer, drf_server, flask_server
from tests.support import detection

DRF = {
    "COND-001": "RFC 9110, 13.1.2: HEAD with the current tag is 200; the middleware compares for GET only",
    "COND-012": "RFC 9110, 13.1.4: If-Unmodified-Since is 412 although the invoice has no Last-Modified",
    "ERR-011": "RFC 9110, 15.6: an include path of many parts ends in an exception",
    "FILT-002": "documented: filters by other names than the backend knows are dropped, so that everything comes back",
    "FLDS-001": "JSON:API, fetching-sparse-fieldsets: amount-spent is dropped, it is known as amount_spent only",
    "INCL-004": "JSON:API, fetching-includes: names are case-sensitive, and Account is taken for account",
    "INCL-006": "JSON:API, fetching-includes: an empty include leaves out the array included",
    "ITEM-005": "JSON:API, document-resource-object-identification: what OPTIONS describes as data has no type",
    "ITEM-006": "JSON:API, document-resource-objects: what OPTIONS describes as data has members of its own",
    "NEGO-006": "JSON:API, content-negotiation-servers: a charset parameter on the only JSON:API entry is not 406",
    "NEGO-008": "JSON:API, content-negotiation-servers: an unknown extension is not 406",
    "NEGO-011": "JSON:API, content-negotiation-servers: a Content-Type with charset is not 415",
    "NEGO-015": "JSON:API, content-negotiation-servers: a wildcard makes up for parameters on every JSON:API entry",
    "PAGE-005": "documented: page number 0 is 404, not 400",
    "QRY-004": "JSON:API, query-parameters: fields without a type is ignored",
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
    "NEGO-011": "JSON:API, content-negotiation-servers: a Content-Type with charset is not 415",
    "PAGE-005": "documented: page number 0 is taken for 1",
    "PAGE-007": "documented: a page number beyond 64 bits is 500",
    "QRY-001": "JSON:API, query-parameters: foo on the collection is ignored, though such names are reserved",
    "QRY-004": "JSON:API, query-parameters: sort[] is ignored",
    "WIRE-001": "RFC 9112, 3.2: a request without Host is answered",
    "WIRE-005": "RFC 9112, 6.1: the connection goes on after Content-Length beside Transfer-Encoding",
    "WIRE-006": "RFC 9112, 3.2.2: the host of a target in absolute form does not count",
}
Launcher = Callable[[], AbstractContextManager[IndependentServer]]


def _judgements(launcher: Launcher) -> list[Judgement]:
    with launcher() as server:
        return detection.judge_target(
            server.base_url,
            {
                "auth_token": server.auth_token,
                "invoice_id": server.invoice_ids,
                "other_auth_token": server.other_auth_token,
                "other_invoice_id": [server.other_invoice_id],
                "hidden_invoice_id": server.hidden_invoice_ids,
                "signing_key": server.signing_key,
                "enable": ["collection,contested,wire"],
            },
        )


@pytest.mark.parametrize(
    ("launcher", "explained"),
    [
        pytest.param(drf_server, DRF, id="djangorestframework-jsonapi"),
        pytest.param(flask_server, FLASK, id="flask-rest-jsonapi"),
    ],
)
def test_what_is_found_is_explained(launcher: Launcher, explained: dict[str, str]) -> None:
    judgements = _judgements(launcher)
    found = {name: each for name, each in detection.caught(judgements).items() if registry()[name].level is Level.MUST}
    said = {name: each.observed for name, each in found.items() if name not in explained}
    assert not said
    assert not explained.keys() - found.keys()
    assert not [each.reason for each in judgements if each.outcome is Outcome.ERROR]
    assert sum(each.outcome is Outcome.PASSED for each in judgements) > 500
