"""Rules for answers to generated requests that the checks, made for their own probes, do not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.checks.support import documents
from conformance.checks.support.oddities import expect_same_data
from conformance.fuzzing.asked import Asked, IdForm
from conformance.judge.api import expect, expect_status, require
from conformance.judge.preconditions import is_refusal
from conformance.model import contract
from conformance.model.exchange import JSON_API, Exchange, Request
from conformance.plan.field_values import FIELDS
from conformance.reading import collection_pages
from conformance.reading.classification import BUSY
from conformance.reading.effects import added
from conformance.syntax.scalars import shown

_NO_HEX = re.compile("[^0-9a-f]")
_OWN_TYPES: Mapping[str, Callable[[], Iterable[str]]] = {
    "invoices": contract.attribute_names,
    "accounts": contract.account_attribute_names,
}
INJECTED = "X-Injected"


# The requirements that say how a parameter is refused, where it is the only one of a request.
_OF_PARAMETERS: Mapping[str, str] = {"include": "INCL-004", "fields[invoices]": "FLDS-001", "sort": "SORT-003"}


class Context(Protocol):
    """What a rule may ask for besides the answer."""

    def asked(self, exchange: Exchange) -> Asked:
        """Return what the request of ``exchange`` asks for."""

    def counterpart(self, probe: str, invoice_id: str) -> Exchange:
        """Return the answer to a declared probe. Raises NotObserved when there is none."""

    def renew(self, probes: Iterable[str], invoice_id: str) -> None:
        """Let declared probes be sent anew when they are wanted next."""

    def plainest(self, exchange: Exchange) -> list[Request]:
        """Return the request for a known resource without any parameter, unless the exchange is for it already."""

    def is_probe(self, request: Request) -> bool:
        """Return whether the checks send and judge this very request."""

    def schema_violations(self, operation: str, exchange: Exchange) -> list[str]:
        """Return where and how the answer to an operation contradicts the document."""


def _no_owner(_exchange: Exchange, _context: Context) -> None:
    """Return that the requirement of the rule is the most exact one."""


@dataclass(frozen=True)
class Rule:
    """One rule for answers to generated requests.

    ``judge`` raises Violation or NotObserved for one exchange; ``together``, where there is one, for several of them.
    With ``fits``, ``judge`` raises NotObserved for every request other than a GET for which that is true.
    """

    requirement: str
    name: str
    judge: Callable[[Exchange, Context], None]
    together: Callable[[tuple[Exchange, ...], Context], None] | None = None
    fits: Callable[[Asked], bool] | None = None
    # A net below the others: what they find is not reported again.
    last: bool = False
    # Whether one request alone shows the violation; otherwise ``judge`` sends what it compares by itself.
    alone: bool = True
    # Whether it is the rule of a check.
    borrowed: bool = False
    # Declared probes with whose answers it compares.
    counterparts: tuple[str, ...] = ()
    # The requirement about what the smallest request shows, where one is more exact than that of the rule.
    owner: Callable[[Exchange, Context], str | None] = _no_owner


def _fits_the_schema(exchange: Exchange, context: Context) -> None:
    operation = context.asked(exchange).operation
    require(operation and exchange.media_type == JSON_API and exchange.body, "no JSON:API document of an operation")
    require(exchange.request.method == "GET" and exchange.json.readable, "no JSON text")
    assert operation is not None
    found = context.schema_violations(operation.name, exchange)
    expect(not found, f"the schema of {operation.name} for {exchange.status}", "; ".join(found[:2]), exchange)


def _fitting_request_is_served(exchange: Exchange, context: Context) -> None:
    asked = context.asked(exchange)
    # HTTP-005 and ERR-010 compare HEAD with GET.
    served = asked.fits and exchange.request.method == "GET" and asked.id_form in {IdForm.NONE, IdForm.KNOWN}
    require(served, "not a fitting request for a known resource")
    # Long targets meet limits, other spellings of an id other rules; ERR-011 owns 5xx.
    require(len(exchange.request.target) < 2000 and asked.id == asked.id.lower(), "not plain")
    require(exchange.status < 500 and exchange.status not in BUSY, "answered by something else, or ERR-011")
    # What a page past the end is, the requirements on pages say.
    require(exchange.status != 404 or asked.value("page[number]") in {None, "1"}, "there may be no such page")
    # JSON:API lets a server choose its filters: FILT-001.
    filtered = any(name.startswith("filter") for name in asked.names())
    require(not (filtered and is_refusal(exchange)), "a filter may be refused")
    if asked.parameters:
        expect_status(exchange, 200, 400, why="the document allows this request, and the resource exists")
    else:
        expect_status(exchange, 200, why="the resource exists")


def _owner_of_the_parameter(exchange: Exchange, context: Context) -> str | None:
    """Return the requirement that demands 400 where the one parameter of a request is refused."""
    asked = context.asked(exchange)
    own = asked.operation is not None and asked.operation.name in {"getInvoice", "getInvoices"}
    refused = is_refusal(exchange) and exchange.status not in {400, 414, 431}
    names = asked.names() if own and refused else ()
    return _OF_PARAMETERS.get(names[0]) if len(names) == 1 else None


def _resources(exchange: Exchange, context: Context, resource_type: str) -> list[documents.Part]:
    """Return the resources of a type in a 200 answer to a GET of an operation."""
    require(exchange.status == 200 and exchange.request.method == "GET", "not answered with 200")
    require(context.asked(exchange).operation, "no operation of the document")
    return documents.of_type(exchange, resource_type)


def _shown_fields(resource: Mapping[str, Any]) -> set[str]:
    names: set[str] = set()
    for part in ("attributes", "relationships"):
        value = resource.get(part, {})
        require(isinstance(value, dict), f"{part} is not an object", owner="ITEM-011")
        names |= {name for name in value if not name.startswith("@") and ":" not in name}
    return names


def _no_other_fields(resource_type: str) -> Callable[[Exchange, Context], None]:
    def judge(exchange: Exchange, context: Context) -> None:
        wanted = context.asked(exchange).wanted(resource_type)
        require(wanted is not None, "no sparse fieldset")
        assert wanted is not None
        # A server may leave out the blanks around a name, or refuse them.
        wanted = {name.strip() for name in wanted}
        for part in _resources(exchange, context, resource_type):
            others = sorted(_shown_fields(part.value) - wanted)
            expect(
                not others,
                f"only {', '.join(sorted(wanted)[:4])}" if wanted else "no fields",
                f"other fields: {', '.join(others[:4])}{', ...' if len(others) > 4 else ''}",
                exchange,
                part=part.pointer,
            )

    return judge


def _usual_fields(exchange: Exchange, context: Context, resource_type: str) -> set[str]:
    """Return the fields that all resources of a type show when none are asked for."""
    operation, invoice = context.asked(exchange).operation, exchange.invoice_id or ""
    if resource_type == "accounts":
        resources = [context.counterpart("related", invoice).resource]
    elif operation is not None and operation.name == "getInvoices":
        resources = list(collection_pages.elements(context.counterpart("listing", invoice)).values())
    else:
        resources = [context.counterpart("item", invoice).resource]
    require(resources, "nothing to compare with")
    return set.intersection(*map(_shown_fields, resources))


def _named_fields(resource_type: str) -> Callable[[Exchange, Context], None]:
    def judge(exchange: Exchange, context: Context) -> None:
        wanted = context.asked(exchange).wanted(resource_type)
        own = {*_OWN_TYPES[resource_type](), *(["account"] if resource_type == "invoices" else [])}
        require((wanted or set()) & own, "no documented field is named")
        # What is never shown, ITEM-015, ITEM-022 and RELD-009 say.
        named = sorted((wanted or set()) & own & _usual_fields(exchange, context, resource_type))
        require(named, "no field is named that is shown without being named")
        for part in _resources(exchange, context, resource_type):
            missing = [name for name in named if name not in _shown_fields(part.value)]
            require(resource_type == "invoices" or len(missing) < len(named), "RELD-009: these may all be unknown here")
            expect(not missing, f"the named {', '.join(missing[:4])}", "absent", exchange, part=part.pointer)

    return judge


def _another_invoice(exchange: Exchange, context: Context) -> None:
    asked = context.asked(exchange)
    require(
        asked.operation and asked.operation.name == "getInvoice" and asked.id_form is not IdForm.KNOWN, "a known id"
    )
    identifier = exchange.resource.get("id")
    require(isinstance(identifier, str) and exchange.resource.get("type") == "invoices", "no invoice")
    # A server may read an id leniently; what it finds must still be what was named.
    named, found = (_NO_HEX.sub("", text.lower()) for text in (asked.id, str(identifier)))
    expect(found in named, "the named invoice, or none", f"invoice {shown(identifier)}", exchange, part="/data/id")


def _odd_field_does_not_matter(exchange: Exchange, context: Context) -> None:
    plain = context.counterpart("item", exchange.invoice_id or "")
    request = exchange.request
    require(request.method == "GET" and request.target == plain.request.target, "not a plain invoice")
    names = [name for name, _ in added(plain.request, request)]
    require(names and all(name in FIELDS for name in names), "no odd field")
    expect_same_data(plain, exchange)


def _no_injected_field(exchange: Exchange, context: Context) -> None:
    require(INJECTED.lower() in exchange.request.target.lower() and context.asked(exchange), "nothing was injected")
    lines = exchange.fields.lines(INJECTED)
    expect(not lines, f"no field {INJECTED}", f"{INJECTED}: {', '.join(lines)}", exchange, part=INJECTED)


RULES: tuple[Rule, ...] = (
    Rule("GEN-002", "fitting_request_is_served", _fitting_request_is_served, owner=_owner_of_the_parameter),
    Rule("FLDS-001", "no_other_fields_of_invoices", _no_other_fields("invoices")),
    Rule("GEN-003", "no_other_fields_of_accounts", _no_other_fields("accounts")),
    Rule("GEN-004", "named_fields_of_invoices", _named_fields("invoices"), counterparts=("item",)),
    Rule("GEN-004", "named_fields_of_accounts", _named_fields("accounts"), counterparts=("related",)),
    Rule("ITEM-008", "another_invoice", _another_invoice),
    Rule("ROB-014", "odd_field_does_not_matter", _odd_field_does_not_matter, counterparts=("item",)),
    Rule("SEC-011", "no_injected_field", _no_injected_field),
    Rule("GEN-001", "fits_the_schema", _fits_the_schema, last=True),
)
