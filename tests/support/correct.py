"""What a correct server answers to each declared probe: the reference application, asked in this process.

Its clock stands still, and the documented invoice is a busy one: calls in one direction, none in the other, services,
and amounts that binary floating point would get wrong.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.config.target import Target
from conformance.model.exchange import Answer, Exchange, NotObserved, Request
from conformance.observe.connection import WireResponse
from conformance.observe.message_bytes import head_of
from conformance.observe.receive import answer_of
from conformance.plan import probes
from conformance.plan.probe import Probe
from conformance.plan.requests import build_request
from conformance.plan.steps import Step, applicable, closure, probe_of
from conformance.reference import data, tokens
from conformance.reference.app import Api
from conformance.reference.message import Connection
from conformance.reference.model import Customer, Invoice, Traffic
from conformance.reference.store import MemoryStore
from tests.support.exchanges import INVOICE_ID, ORIGIN
from tests.support.targets import target_of

NOW: Final = datetime(2024, 11, 14, 9, 57, 8, tzinfo=UTC)
SECOND_ID: Final = data.TIED[0].id
OTHER_ID: Final = data.OTHER_INVOICE_ID
ACCOUNT_ID: Final = data.MAIN.id
# A prefix of the keys of what is sent for the second known invoice, too.
SECOND: Final = "second "
_KEY = "a signing key that nobody knows: " + "0123456789abcdef" * 4
_BUSY: Final = replace(
    data.DOCUMENTED,
    start=datetime(2024, 11, 7, tzinfo=UTC),
    end=datetime(2024, 11, 14, tzinfo=UTC),
    has_pdf=True,
    originated=Traffic(
        amount=Decimal("1234567.89012345678901234"),
        calls=12,
        successful=11,
        calls_duration=700,
        billing_duration=720,
        first=datetime(2024, 11, 7, tzinfo=UTC),
        last=datetime(2024, 11, 13, 23, 59, 59, 999000, tzinfo=UTC),
    ),
    services_amount=Decimal("0.1"),
    services_count=3,
)
# What is refused of the messages that are written as they stand, in the same way as another probe.
_REFUSED: Final = dict.fromkeys(
    ("wrong_host", "space_before_colon", "wrong_length", "two_framings", "garbage", "lower_case_method"),
    "unknown_include",
)


class _Store(MemoryStore):
    """The constant data, but for invoices that the clock has not reached and for the busy one."""

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        shown = [each for each in super().invoices(customer) if each.end < NOW]
        return [_BUSY if each.id == _BUSY.id else each for each in shown]


def _application(secure_origin: str) -> Api:
    api, numbers = Api(_Store(), _KEY), itertools.count()
    api.secure_origin = secure_origin
    api.replace("date", lambda _: f"{NOW:%a, %d %b %Y %H:%M:%S} GMT")
    api.replace("runtime", lambda _, _seconds: "0.009005")
    api.replace("request_id", lambda _, _request: str(uuid.uuid5(uuid.NAMESPACE_URL, str(next(numbers)))))
    return api


def _target(base_url: str) -> Target:
    day = 24 * 3600.0
    return target_of(
        base_url,
        auth_token=tokens.mint(data.CUSTOMER.subject, _KEY, lifetime=day),
        other_auth_token=tokens.mint(data.OTHER_CUSTOMER.subject, _KEY, lifetime=day),
        signing_key=_KEY,
        invoice_id=[INVOICE_ID, SECOND_ID],
        other_invoice_id=OTHER_ID,
        hidden_invoice_id=list(data.HIDDEN_INVOICE_IDS),
        enable=["collection,wire,load,cookie,contested"],
    )


def _called(api: Api, request: Request, target: Target) -> WireResponse:
    """Return what the application answers, the way it would come from a connection."""
    start, *lines = head_of(request, target).decode("latin-1").split("\r\n")[:-2]
    where = urlsplit(request.url)
    path, _, query = start.split(" ")[1].partition("?")
    scope = {
        "type": "http",
        "method": request.method,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, _, value in (line.partition(": ") for line in lines)
        ],
        "http_version": "1.1",
        "scheme": where.scheme,
        "server": (where.hostname, where.port or 80),
        "state": {"connection": Connection()},
    }
    sent: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        sent.update(message)

    asyncio.run(api(scope, receive, send))
    content = b"" if request.method == "HEAD" else sent["body"]
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in sent["headers"])
    phrase = HTTPStatus(sent["status"]).phrase
    return WireResponse(sent["status"], phrase, "1.1", pairs, bytearray(content))


def _answers(base_url: str, secure_origin: str = "") -> MappingProxyType[str, Exchange]:
    api, target, found = _application(secure_origin), _target(base_url), dict[Step, Exchange]()

    def answer(request: Request) -> Answer:
        return answer_of(_called(api, request, target), request, target, target.settings["max-body"])

    def spoken(probe: Probe, usual: Exchange) -> Exchange:
        """Return the answers to what is written as it stands: the invoice, a refusal, or those to several requests."""
        requests = {each.probe: every.request for each, every in found.items()}
        names = [each.name for each in probe.talk] or [_REFUSED.get(probe.name.partition("[")[0], "item")]
        first, *later = (answer(requests[name]) for name in names)
        return replace(usual, answer=first, later=tuple(later), closed=probe.until_closed)

    asked = [Step(name, INVOICE_ID) for name, probe in probes.by_key().items() if applicable(probe, target)]
    asked += [Step(each.probe, SECOND_ID) for each in asked if probes.by_key()[each.probe].each_invoice]
    for step in closure(asked):
        known = {each.probe: found[each] for each in step.dependencies() if each in found}
        try:
            request = build_request(step, target, known)
        except (NotObserved, KeyError):
            continue  # the server has nothing that it could be built from, such as a further page
        usual = Exchange(step.probe, request, None, invoice_id=step.invoice_id, started=NOW, elapsed=0.02)
        found[step] = spoken(probe_of(step), usual) if request.raw else replace(usual, answer=answer(request))
    return MappingProxyType(
        {f"{'' if step.invoice_id == INVOICE_ID else SECOND}{step.probe}": each for step, each in found.items()}
    )


@cache
def answers() -> MappingProxyType[str, Exchange]:
    """Return the answers by the full name of the probe; what is sent for the second invoice begins with SECOND."""
    return _answers(ORIGIN)


@cache
def secure_answers() -> MappingProxyType[str, Exchange]:
    """Return the answers over https, and the one over plain http."""
    secure = ORIGIN.replace("http:", "https:")
    return _answers(secure, secure)
