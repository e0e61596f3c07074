"""The rules of the checks, applied to answers that no probe asked for.

A check is a pure function of exchanges. One that judges every answer of a run judges generated ones as they are. One
that judges a certain probe judges each generated request that means the same: it takes that probe's place, and the
other arguments are the declared probes for the same invoice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.fuzzing.asked import Asked, IdForm
from conformance.fuzzing.rules import Context, Rule
from conformance.judge.api import require
from conformance.judge.preconditions import is_refusal
from conformance.judge.suite import Check, checks
from conformance.model import contract
from conformance.model.exchange import Exchange

_EVERY = "every_"
_RECORD_WIDE = frozenset({"every_exchange", "every_answer", "every_error", "every_success"})
# Declared probes that may stand beside a generated request.
_COUNTERPARTS = frozenset(
    {
        *("item", "item_with_account", "item_head", "item_without_token"),
        *("relationship", "related"),
    }
)
# A family may be empty beside a generated request.
_EMPTY = frozenset({"every_malformed_token", "every_altered_token"})
# Generated requests do not repeat what is true of the probe itself only.
_NOT_BORROWED = frozenset(
    {
        # It compares the documented bodies of certain errors, one server's wording of them being free.
        "ERR-006",
    }
)


def _is_known(asked: Asked, *operations: str) -> bool:
    named = asked.operation is not None and asked.operation.name in operations
    return named and asked.id_form is IdForm.KNOWN and asked.fits and asked.id == asked.id.lower()


def _is_unknown(asked: Asked, operation: str) -> bool:
    named = asked.operation is not None and asked.operation.name == operation
    return named and asked.id_form is IdForm.UNKNOWN and asked.fits


def _only_fault(asked: Asked, name: str) -> bool:
    """Return whether the request would fit the document without the parameter ``name``, which it has once."""
    known = asked.id_form in {IdForm.KNOWN, IdForm.NONE}
    return known and asked.value(name) is not None and asked.fits_without(name)


def _has_unknown_include(asked: Asked, *operations: str) -> bool:
    """Return whether ``include`` names a path that cannot exist, as the only fault of the request."""
    named = asked.operation is not None and asked.operation.name in operations
    value = asked.value("include")
    if not named or value is None or not _is_plain(value) or not _only_fault(asked, "include"):
        return False
    return any(part and part.lower() != "account" for part in value.split(","))


def _is_plain(value: str) -> bool:
    return value.isascii() and len(value) <= 100 and value.replace(",", "").replace(".", "").replace("-", "").isalnum()


def _has_unknown_field(asked: Asked) -> bool:
    fields = asked.wanted("invoices")
    if fields is None or not asked.operation or asked.operation.name != "getInvoice":
        return False
    known = {*contract.attribute_names(), "account"}
    unknown = any(_is_plain(name) and name.lower() not in known for name in fields)
    return unknown and _only_fault(asked, "fields[invoices]")


def _has_reserved_name(asked: Asked) -> bool:
    defined = {"include", "fields", "sort", "page", "filter"}
    names = {name for name in asked.names() if name.isascii() and name.isalpha() and name.islower() and len(name) < 40}
    return asked.operation is not None and any(_only_fault(asked, name) for name in names - defined)


# Which probe's place a generated GET takes.
ROLES: Mapping[str, Callable[[Asked], bool]] = {
    "item": lambda asked: _is_known(asked, "getInvoice") and "fields[invoices]" not in asked.names(),
    "item_with_account": lambda asked: (
        _is_known(asked, "getInvoice") and asked.shows_all_fields() and asked.value("include") == "account"
    ),
    "include_empty": lambda asked: _is_known(asked, "getInvoice") and asked.value("include") == "",
    "relationship": lambda asked: _is_known(asked, "getInvoiceAccountLinkage"),
    "related": lambda asked: _is_known(asked, "getInvoiceAccount") and asked.shows_all_fields(),
    "unknown_item": lambda asked: _is_unknown(asked, "getInvoice"),
    "unknown_relationship": lambda asked: _is_unknown(asked, "getInvoiceAccountLinkage"),
    "unknown_related": lambda asked: _is_unknown(asked, "getInvoiceAccount"),
    "malformed_id": lambda asked: (
        asked.operation is not None and asked.operation.name == "getInvoice" and asked.id_form is IdForm.PLAIN
    ),
    "unknown_include": lambda asked: _has_unknown_include(asked, "getInvoice", "getInvoices"),
    "relationship_unknown_include": lambda asked: _has_unknown_include(asked, "getInvoiceAccountLinkage"),
    "related_unknown_include": lambda asked: _has_unknown_include(asked, "getInvoiceAccount"),
    "fields_unknown": _has_unknown_field,
    "unknown_parameter": _has_reserved_name,
}
# Modules whose checks of the invoice alone judge its header section, with any fields.
_HEADERS = frozenset({"test_caching", "test_headers", "test_validators"})


def _is_invoice(asked: Asked) -> bool:
    return _is_known(asked, "getInvoice")


def _is_invoice_with_account(asked: Asked) -> bool:
    return _is_invoice(asked) and asked.value("include") == "account"


def _fits_any_fields(check: Check, role: str) -> Callable[[Asked], bool] | None:
    """Return a wider condition for checks that hold under sparse fieldsets, too; None for the others."""
    if check.parameters == (role,) == ("item_with_account",):
        return _is_invoice_with_account
    if check.parameters == ("item", role) == ("item", "item_with_account") and check.requirement == "ITEM-030":
        return _is_invoice
    if check.parameters == (role,) == ("item",) and check.module in _HEADERS:
        return _is_invoice
    return None


# Places of what does not exist.
_UNKNOWN = frozenset({"unknown_item", "unknown_relationship", "unknown_related", "malformed_id"})
# What a server may refuse for its parameters, whatever else is asked for.
_REFUSABLE = frozenset(
    {
        *_UNKNOWN,
        *("item", "item_with_account", "include_empty", "relationship", "related"),
    }
)
# Places of what has one wrong parameter, perhaps beside others that a server may not support.
_OF_ONE_PARAMETER = frozenset(
    {
        *("unknown_include", "relationship_unknown_include", "related_unknown_include"),
        *("fields_unknown", "unknown_parameter"),
    }
)
# The declared probe that is the plain request of an operation.
_PLAIN: Mapping[str, str] = {
    "getInvoice": "item",
    "getInvoices": "listing",
    "getInvoiceAccountLinkage": "relationship",
    "getInvoiceAccount": "related",
    "getAccounts": "accounts_listing",
}
# Operations whose plain request is a probe: what its answer shows, the checks report.
PROBED = frozenset({"getInvoice", "getInvoiceAccountLinkage", "getInvoiceAccount"})
# What is sent after a generated request, to be compared with its answer.
FOLLOWERS = frozenset({"item_again", "item_head", "item_not_modified", "item_without_token"})


def _applicable(capabilities: Collection[str]) -> Iterator[Check]:
    return (check for check in checks() if check.applies(capabilities) and check.requirement not in _NOT_BORROWED)


def rules(capabilities: Collection[str]) -> list[Rule]:
    """Return a rule for each check that fits a target with these capabilities, and each place that it can judge."""
    made = []
    for check in _applicable(capabilities):
        arguments = set(check.parameters)
        wide = arguments & _RECORD_WIDE
        if wide and arguments - wide <= _COUNTERPARTS:
            made.append(_wide_rule(check))
            continue
        for role in ROLES:
            own = arguments & {role, _EVERY + role}
            if own and arguments - own <= (_COUNTERPARTS | _EMPTY):
                made.append(_role_rule(check, role))
    return made


def _belongs(name: str, exchange: Exchange) -> bool:
    if name == "every_exchange":
        return True
    if exchange.answer is None:
        return False
    return {"every_error": exchange.status >= 400, "every_success": exchange.succeeded}.get(name, True)


def _wide_rule(check: Check) -> Rule:
    def together(exchanges: tuple[Exchange, ...], context: Context) -> None:
        values: dict[str, Any] = {}
        for name in check.parameters:
            if name in _RECORD_WIDE:
                values[name] = tuple(exchange for exchange in exchanges if _belongs(name, exchange))
                require(values[name], "no answer of this kind")
            else:
                values[name] = context.counterpart(name, exchanges[0].invoice_id or "")
        check.function(**values)

    def judge(exchange: Exchange, context: Context) -> None:
        together((exchange,), context)

    counterparts = tuple(name for name in check.parameters if name not in _RECORD_WIDE)
    return Rule(check.requirement, check.name, judge, together, borrowed=True, counterparts=counterparts)


def _require_plain_is_served(exchange: Exchange, context: Context) -> None:
    """Raise NotObserved unless the server has the resource that was asked for, which shows without parameters."""
    operation = context.asked(exchange).operation
    probe = _PLAIN.get(operation.name) if operation is not None else None
    if probe is not None:
        plain = context.counterpart(probe, exchange.invoice_id or "")
        require(plain.status == 200, "not served without the parameter either", owner="GEN-002")


def _role_rule(check: Check, role: str) -> Rule:
    fits = _fits_any_fields(check, role) or ROLES[role]
    otherwise = f"not in place of {role}"

    def judge(exchange: Exchange, context: Context) -> None:
        require(exchange.request.method == "GET" and fits(context.asked(exchange)), otherwise)
        # 5xx is owned by ERR-011; a limit, of requests or of their length, shows nothing.
        require(exchange.answer is not None and exchange.status < 500, "not answered")
        require(exchange.status not in {414, 429, 431}, "a limit")
        # What a page past the end is, the requirements on pages say.
        past = exchange.status == 404 and context.asked(exchange).value("page[number]") not in {None, "1"}
        require(not past, "there may be no such page")
        # JSON:API lets a server choose its filters, and what it answers to others: FILT-001.
        filtered = any(name.startswith("filter") for name in context.asked(exchange).names())
        require(not (filtered and is_refusal(exchange)) or exchange.status == 400, "a filter may be refused")
        # A server may refuse parameters that it does not support, and that before it looks for the invoice.
        refused = is_refusal(exchange) and bool(context.asked(exchange).parameters)
        wanted = exchange.status == 404 and role in _UNKNOWN
        require(not refused or wanted or role not in _REFUSABLE, "refused for its parameters", owner="GEN-002")
        if refused and exchange.status != 400 and role in _OF_ONE_PARAMETER:
            several = len(context.asked(exchange).parameters) > 1
            require(not several, "refused for another parameter", owner="GEN-002")
            _require_plain_is_served(exchange, context)
        subject = replace(exchange, probe=role)
        values: dict[str, Any] = {}
        for name in check.parameters:
            if name == role:
                values[name] = subject
            elif name == _EVERY + role:
                values[name] = (subject,)
            elif name in _EMPTY:
                values[name] = ()
            else:
                values[name] = context.counterpart(name, exchange.invoice_id or "")
        check.function(**values)

    counterparts = tuple(name for name in check.parameters if name not in {role, _EVERY + role, *_EMPTY})
    return Rule(check.requirement, f"{check.name}[{role}]", judge, fits=fits, borrowed=True, counterparts=counterparts)


def comparisons(capabilities: Collection[str]) -> list[Check]:
    """Return the checks that compare an answer with those to requests that follow it."""
    return [
        check
        for check in _applicable(capabilities)
        if set(check.parameters) & FOLLOWERS and set(check.parameters) <= FOLLOWERS | {"item"}
    ]
