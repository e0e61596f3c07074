"""What a correct server answers to the probes about negotiation, errors, header fields, parameters and tokens.

The requests are those of the declared probes. ``violated`` tells which requirements of these areas a changed set of
answers breaks.
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from conformance.checks import (
    test_authentication,
    test_disclosure,
    test_error_documents,
    test_errors,
    test_headers,
    test_negotiation,
    test_parameters,
)
from conformance.config.target import SECOND_UNKNOWN_ID, UNKNOWN_ID
from conformance.judge.api import claimed
from conformance.model.exchange import Exchange, Fields
from conformance.plan import probes
from conformance.plan.parameters import RECORD_WIDE
from conformance.plan.probe import Family, Probe
from conformance.plan.probes.parameters import FIELDS_OF_EVERY_KIND
from conformance.tokens.inspected import TokenFacts
from tests.support.exchanges import (
    DEFAULT,
    DEFAULT_REQUEST,
    INVOICE_ID,
    ORIGIN,
    PREFIX,
    REMOVED,
    document,
    exchange,
    refusal,
)
from tests.support.judged import outcome

MODULES: Final = (
    test_negotiation,
    test_error_documents,
    test_errors,
    test_headers,
    test_parameters,
    test_authentication,
    test_disclosure,
)
FACTS: Final = TokenFacts(is_jwt=True, guessable_key=False, lifetime=600.0)

_REFUSED: Final[Mapping[int, tuple[str, ...]]] = {
    400: (
        "unknown_include", "include_unsupported", "fields_unknown", "unknown_parameter", "parameter_of_wrong_shape",
        "custom_parameter", "collection_parameter",
    ),
    401: (
        "item_without_token", "without_token", "unknown_item_without_token", "malformed_token", "unsigned_token",
        "included_without_token", "any_type_without_token", "account_from_self_link_without_token",
        "listing_without_token", "listing_head_without_token", "second_unknown_related_without_token",
        "related_with_altered_token", "altered_token_elsewhere", "listing_with_altered_token",
        "interrupted_token",
        "altered_token", "token_of_foreign_key", "token_of_other_scheme", "token_in_query", "two_authorizations",
    ),
    404: ("unknown_item", "second_unknown_item"),
    406: (
        "unacceptable_item",
        "accept_foreign_parameter",
        "accept_foreign_parameter_or_any",
        "accept_unsupported_extension",
        "accept_excluding",
        "unacceptable_relationship",
        "unacceptable_related",
        "unacceptable_listing",
    ),
    415: ("content_type_with_parameter",),
}  # fmt: skip
_FRAMEWORK = (
    ("X-XSS-Protection", "0"),
    ("X-Download-Options", "noopen"),
    ("X-Permitted-Cross-Domain-Policies", "none"),
    ("X-Runtime", "0.009005"),
    ("Server", "nginx"),
)

_RECORD = frozenset(name.removeprefix("every_") for name in RECORD_WIDE)

Given = Mapping[str, Exchange]
Check = Callable[..., None]


def account() -> dict[str, Any]:
    """Return the resource object of the account."""
    resource: dict[str, Any] = document(name="account")["data"]
    return resource


def sparse(*names: str) -> dict[str, Any]:
    """Return the invoice with nothing but the fields ``names``."""
    resource = document()["data"]
    for part in ("attributes", "relationships"):
        resource[part] = {name: value for name, value in resource[part].items() if name in names}
        if not resource[part]:
            del resource[part]
    return {"data": resource}


def with_account(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the compound document of the invoice and its account."""
    resource = account()
    linkage = {"type": "accounts", "id": resource["id"]}
    return document({"/included": [resource], "/data/relationships/account/data": linkage, **(changes or {})})


def with_the_relationship(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the document of the relationship with its account, which has other attributes where ``changes`` say so."""
    included = account()
    included["attributes"].update(changes or {})
    return {"data": {"type": "accounts", "id": included["id"]}, "included": [included]}


def with_the_collection(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a collection with its account, which has other attributes where ``changes`` say so."""
    return {"data": [with_account()["data"]], "included": with_the_relationship(changes)["included"]}


def _body(family: str) -> dict[str, Any]:
    bodies: dict[str, Callable[[], dict[str, Any]]] = {
        "item_with_account": with_account,
        "related": lambda: {"data": account()},
        "relationship_with_account": with_the_relationship,
        "listing_with_account": with_the_collection,
        "relationship": lambda: {"data": {"type": "accounts", "id": account()["id"]}},
        "include_empty": lambda: document({"/included": []}),
        "fields_of_attributes": lambda: sparse("reference", "amount-spent"),
        "fields_of_attributes_raw": lambda: sparse("reference", "amount-spent"),
        "fields_with_encoded_comma": lambda: sparse(*FIELDS_OF_EVERY_KIND),
        "include_in_encoded_letters": with_account,
        "fields_of_relationship": lambda: sparse("account"),
        "fields_empty": sparse,
    }
    return bodies[family]() if family in bodies else document()


def _path(probe: Probe) -> str:
    if isinstance(probe.path, str):
        ids = {"invoice_id": INVOICE_ID, "unknown_id": UNKNOWN_ID, "second_unknown_id": SECOND_UNKNOWN_ID}
        return PREFIX + probe.path.format_map(ids)
    link: str = probe.path(exchange()) if list(inspect.signature(probe.path).parameters) == ["item"] else ""
    return link.removeprefix(ORIGIN)


def _request_lines(probe: Probe) -> dict[str, Any]:
    lines: dict[str, Any] = dict(DEFAULT_REQUEST[:2])
    for layer in probe.layers:
        assert isinstance(layer, Mapping)
        lines.update(layer)
    return {**dict.fromkeys(name for name, _ in DEFAULT_REQUEST), **lines}


def answer_to(probe: Probe) -> Exchange:
    """Return the answer of a correct server to ``probe``."""
    family = probe.name.partition("[")[0]
    found = [code for code, names in _REFUSED.items() if family in names or family.removesuffix("_head") in names]
    status = found[0] if found else 200
    fields = [*DEFAULT, *_FRAMEWORK]
    if status >= 400:
        fields = [(name, value) for name, value in fields if name != "ETag"]
    if status == 401:
        fields.append(("WWW-Authenticate", 'Bearer realm="customer-v1"'))
    lines = tuple((name, value) for name, value in fields if name != "X-Request-Id")
    parts: dict[str, Any] = {
        "headers": (*lines, ("X-Request-Id", str(uuid.uuid5(uuid.NAMESPACE_URL, probe.name)))),
        "method": probe.method,
        "path": _path(probe),
        "query": probe.query,
        "request_headers": _request_lines(probe),
        "elapsed": 0.02,
    }
    if probe.method == "HEAD":
        parts["body"] = b""
    elif status == 200:
        parts["body"] = _body(family)
    return refusal(status, probe.name, **parts) if status >= 400 else exchange(probe.name, status, **parts)


@cache
def answers() -> Mapping[str, Exchange]:
    """Return the answers of a correct server by the full name of the probe: all that the checks name."""
    named = {name.removeprefix("every_") for _, check in checks() for name in inspect.signature(check).parameters}
    flat = probes.by_key().items()
    return {key: answer_to(probe) for key, probe in flat if key.partition("[")[0] in named}


def changed(name: str, **parts: Any) -> dict[str, Exchange]:
    """Return the answers to the probe or family ``name``, or to one variant, with ``parts`` of them changed.

    ``headers`` maps field names to their new value, None to remove one. ``body`` is a JSON document or octets; with a
    ``status`` alone it is what fits that.
    """
    return {
        key: _changed(given, **parts) for key, given in answers().items() if key == name or key.startswith(f"{name}[")
    }


def _changed(
    given: Exchange, headers: Mapping[str, str | list[str] | None] | None = None, body: Any = None, **parts: Any
) -> Exchange:
    answer = given.answer
    assert answer is not None
    gone = {name.lower() for name in headers or {}}
    lines = [line for line in answer.fields if line[0].lower() not in gone]
    for name, value in (headers or {}).items():
        lines += [(name, line) for line in ([value] if isinstance(value, str) else value or [])]
    if body is None and "status" in parts:
        content = refusal(parts["status"]).body if parts["status"] >= 300 else exchange().body
    else:
        content = answer.body if body is None else exchange(body=body).body
    own = {name: parts.pop(name) for name in list(parts) if hasattr(answer, name)}
    return replace(given, answer=replace(answer, fields=Fields(tuple(lines)), body=content, **own), **parts)


def all_answers(*statuses: int, **parts: Any) -> dict[str, Exchange]:
    """Return all answers that have content and one of ``statuses``, or any, with ``parts`` changed."""
    return {
        key: _changed(given, **parts)
        for key, given in answers().items()
        if given.body and (not statuses or given.status in statuses)
    }


def errors(changes: Mapping[str, Any], *statuses: int) -> dict[str, Exchange]:
    """Return all error answers, or those with ``statuses``, with members of the error object changed."""
    found = {}
    for key, given in answers().items():
        if given.status >= 400 and given.body and (not statuses or given.status in statuses):
            members = {**given.document["errors"][0], **changes}
            error = {name: value for name, value in members.items() if value is not REMOVED}
            found[key] = _changed(given, body={"errors": [error]})
    return found


def _value(name: str, given: Given, facts: TokenFacts) -> Iterator[Any]:
    """Yield what the argument ``name`` stands for: one value, or each variant of a family."""
    everything = tuple(given.values())
    if name == "token_facts":
        yield facts
    elif name in RECORD_WIDE:
        wanted = {"every_success": range(200, 300), "every_error": range(400, 600)}.get(name, range(1000))
        yield tuple(each for each in everything if each.status in wanted)
    elif name.startswith("every_"):
        family = name.removeprefix("every_")
        yield tuple(each for key, each in given.items() if key == family or key.startswith(f"{family}["))
    elif isinstance(probes.declared()[name], Family):
        yield from (each for key, each in given.items() if key.startswith(f"{name}["))
    else:
        yield given[name]


def checks() -> Iterator[tuple[str, Check]]:
    """Yield requirement id and function of every check of these areas."""
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("test_") and (requirement := claimed(function)):
                yield requirement, function


def _outcomes(check: Check, given: Given, facts: TokenFacts) -> set[str]:
    calls: list[dict[str, Any]] = [{}]
    for name in inspect.signature(check).parameters:
        calls = [{**call, name: value} for call in calls for value in _value(name, given, facts)]
    return {outcome(check, **call) for call in calls}


def outcomes(changes: Given, facts: TokenFacts = FACTS) -> dict[tuple[str, str], set[str]]:
    """Return all that each check, by requirement and name, says of a server that is correct but for ``changes``."""
    given = {**answers(), **changes}
    return {(requirement, check.__name__): _outcomes(check, given, facts) for requirement, check in checks()}


def findings(changes: Given, facts: TokenFacts = FACTS) -> set[tuple[str, str]]:
    """Return requirement and name of the checks that find a fault in a server that is correct but for ``changes``.

    Checks over the whole record see what is changed, and the invoice: that the rest is correct is tested apart.
    """
    given = {**answers(), **changes}
    apart = {name: given[name] for name in {"item": None, **changes}}
    families = {name.partition("[")[0] for name in changes}
    found: dict[tuple[str, str], set[str]] = {}
    for requirement, check in checks():
        names = {name.removeprefix("every_") for name in inspect.signature(check).parameters}
        wide = not _RECORD.isdisjoint(names)
        if wide or "token_facts" in names or not families.isdisjoint(names):
            found[requirement, check.__name__] = _outcomes(check, apart if wide else given, facts)
    known = {"passed", "not observed", "violated"}
    assert all(results <= known for results in found.values()), found
    return {check for check, results in found.items() if "violated" in results}


def violated(changes: Given, facts: TokenFacts = FACTS) -> set[str]:
    """Return the requirements that do not hold for a server whose answers are correct but for ``changes``."""
    return {requirement for requirement, _ in findings(changes, facts)}


def unviolated(faults: Iterable[Given], area: str) -> set[tuple[str, str]]:
    """Return the checks of ``area`` that none of the ``faults`` violates."""
    own = {(requirement, check.__name__) for requirement, check in checks() if requirement.startswith(area)}
    return own.difference(*map(findings, faults))
