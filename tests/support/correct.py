"""What a correct server answers to each declared probe: the reference application, asked in this process.

Its clock stands still, and the documented invoice is a busy one: calls in one direction, none in the other, services,
and amounts that binary floating point would get wrong.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import urlsplit

from conformance.config.target import Target
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.observe.connection import WireResponse
from conformance.observe.message_bytes import head_of, revealed
from conformance.observe.receive import answer_of
from conformance.plan import probes
from conformance.plan.requests import build_request
from conformance.plan.steps import Step, applicable, closure
from conformance.reference import data, tokens
from conformance.reference.app import Api
from conformance.reference.bare import BareAnswer, BareServer
from conformance.reference.clock import FrozenClock
from conformance.reference.message import Request as Incoming
from conformance.reference.model import Customer, Invoice, Traffic
from conformance.reference.store import MemoryStore
from tests.support.exchanges import INVOICE_ID, ORIGIN
from tests.support.measuring import unmeasured
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


class _Store(MemoryStore):
    """The constant data, but for invoices that the clock has not reached and for the busy one."""

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        shown = [each for each in super().invoices(customer) if each.end < NOW]
        return [_BUSY if each.id == _BUSY.id else each for each in shown]


class _Clock(FrozenClock):
    """A clock that stands still, and counts the requests."""

    def __init__(self) -> None:
        super().__init__(NOW.timestamp())
        self._numbers = itertools.count()

    def identity(self, request: Incoming) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request.path} {next(self._numbers)}"))


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
        expendable_invoice_id=data.EXPENDABLE_INVOICE_ID,
        enable=["collection,wire,load,cookie,contested"],
    )


def _answered(step: Step, request: Request, api: Api, target: Target) -> Exchange:
    messages = [revealed(text, target) for text in request.raw] or [head_of(request, target) + request.body]
    scheme: Literal["http", "https"] = "https" if urlsplit(request.url).scheme == "https" else "http"

    def received(bare: BareAnswer) -> WireResponse:
        assert bare.status is not None
        return WireResponse(bare.status, bare.reason, "1.1", bare.headers, bytearray(bare.body))

    called = BareServer(api, scheme=scheme).answers_on_one_connection(messages)
    first, *later = (answer_of(received(each), request, target, target.settings["max-body"]) for each in called)
    return Exchange(
        step.probe,
        request,
        first,
        invoice_id=step.invoice_id,
        started=NOW,
        elapsed=0.02,
        later=tuple(later),
        closed=bool(request.raw) and called[-1].end != "open",
    )


def _answers(base_url: str, secure_origin: str = "") -> MappingProxyType[str, Exchange]:
    api, target, found = Api(_Store(), _KEY, _Clock()), _target(base_url), dict[Step, Exchange]()
    api.secure_origin = secure_origin
    asked = [Step(name, INVOICE_ID) for name, probe in probes.by_key().items() if applicable(probe, target)]
    asked += [Step(each.probe, SECOND_ID) for each in asked if probes.by_key()[each.probe].each_invoice]
    with unmeasured():
        for step in closure(asked):
            known = {each.probe: found[each] for each in step.dependencies() if each in found}
            try:
                request = build_request(step, target, known)
            except (NotObserved, KeyError):
                continue  # the server has nothing that it could be built from, such as a further page
            found[step] = _answered(step, request, api, target)
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
