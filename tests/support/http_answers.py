"""What a correct server answers to the probes about HTTP, and what the checks of that say about a set of answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from conformance.checks import (
    test_caching,
    test_conditional,
    test_http,
    test_methods,
    test_not_modified,
    test_ranges,
    test_validators,
)
from conformance.judge.api import claimed
from conformance.model.contract import documented_example
from conformance.model.exchange import Exchange, Fields
from conformance.plan.parameters import RECORD_WIDE
from conformance.plan.probes.conditional import FAR_FUTURE, LONG_AGO
from conformance.plan.probes.http import THROW_AWAY
from tests.support.exchanges import PREFIX, document, exchange, refusal
from tests.support.judged import outcome

MODULES: Final = (
    test_validators,
    test_conditional,
    test_not_modified,
    test_ranges,
    test_caching,
    test_http,
    test_methods,
)
ETAG: Final = 'W/"253f5160b8ebcfba91cd3a9a98178ce6"'
OTHER_ID: Final = "6b0d549b-6f03-475a-9600-a35a099950d8"
FOREIGN_ID: Final = "2b8a6e0c-4f0d-4d0c-9a1b-7f0c5e3d9a64"
UNKNOWN: Final = f"{PREFIX}/invoices/6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42"
TAG_OF_COMPOUND: Final = {"ETag": 'W/"00000000000000000000000000000003"'}
SPARSE: Final = "fields%5Binvoices%5D=reference,amount-spent"
LISTED: Final = {"data": [document()["data"]]}
CLOCK: Final[Mapping[str, Any]] = {"started": datetime(2024, 11, 14, 9, 57, 8, tzinfo=UTC), "elapsed": 0.01}

Given = Mapping[str, Exchange]
Check = Callable[..., None]


def ok(probe: str, asked: Mapping[str, Any] | None = None, **parts: Any) -> Exchange:
    """Return the documented answer, to a request with the fields ``asked``."""
    return _sent(exchange(probe, **{**CLOCK, "request_headers": asked or {}, **parts}))


def not_modified(probe: str, asked: str = ETAG, **parts: Any) -> Exchange:
    """Return a correct 304 to ``asked`` in If-None-Match."""
    fields = {"Content-Type": None, **parts.pop("headers", {})}
    return exchange(probe, 304, fields, **{**CLOCK, "request_headers": {"If-None-Match": asked}, **parts})


def refused(probe: str, status: int = 404, asked: Mapping[str, Any] | None = None, **parts: Any) -> Exchange:
    """Return a correct error answer."""
    fields = {"ETag": None, "Cache-Control": "no-store", **parts.pop("headers", {})}
    given = {**CLOCK, "headers": fields, "request_headers": asked or {}, "path": UNKNOWN}
    return _sent(refusal(status, probe, **{**given, **parts}))


def head(probe: str = "item_head", asked: Mapping[str, Any] | None = None, **parts: Any) -> Exchange:
    """Return a correct answer to HEAD."""
    return ok(probe, asked, method="HEAD", **parts)


def head_of_listing(**headers: str | None) -> Exchange:
    """Return a correct answer to HEAD of the collection, but for ``headers``."""
    length = str(len(ok("listing", body=LISTED).body))
    return head("listing_head", headers={"Content-Length": length, **headers})


def _sent(given: Exchange) -> Exchange:
    """Return ``given`` with the length of its content, or for HEAD of that of GET, where it says nothing else."""
    answer = given.answer
    if answer is None or answer.status == 204 or {"content-length", "transfer-encoding"} & answer.fields.names():
        return given
    length = len(documented_example()) if given.request.method == "HEAD" else answer.wire_length
    fields = Fields((*answer.fields.pairs, ("Content-Length", str(length))))
    return replace(given, answer=replace(answer, fields=fields))


def other(probe: str = "item_of_second", **parts: Any) -> Exchange:
    """Return the answer for the second known invoice."""
    given = {"headers": {"ETag": 'W/"00000000000000000000000000000002"'}, "path": f"{PREFIX}/invoices/{OTHER_ID}"}
    return ok(probe, **{**given, "body": document({"/data/id": OTHER_ID}), **parts})


def with_account(probe: str = "item_with_account", **parts: Any) -> Exchange:
    """Return the compound document."""
    given = {"headers": {"ETag": 'W/"00000000000000000000000000000003"'}, "query": "include=account"}
    return ok(probe, **{**given, "body": document(name="invoice-with-account"), **parts})


@cache
def answers() -> Mapping[str, Exchange]:
    """Return the answers of a correct server without Last-Modified, ranges and codings, by the name of the probe."""
    anonymous = {"Authorization": None}
    accept = {"Accept": "application/vnd.api+json;charset=utf-8"}
    override = {"X-HTTP-Method-Override": "DELETE"}
    allow = {"headers": {"Allow": "GET, HEAD, OPTIONS"}}
    listed = [
        ok("item"),
        other(),
        ok("item_again"),
        head(),
        with_account(),
        not_modified("item_not_modified"),
        not_modified("item_head_not_modified", method="HEAD"),
        not_modified("if_none_match_list", f'"other", {ETAG}'),
        not_modified("if_none_match_any", "*"),
        not_modified("if_none_match_other_weakness", ETAG.removeprefix("W/")),
        ok("if_none_match_other", {"If-None-Match": '"conformance"'}),
        ok("if_none_match_longer", {"If-None-Match": 'W/"conformance-253f"'}),
        ok("if_none_match_alike", {"If-None-Match": 'W/"253F"'}),
        not_modified("relationship_not_modified"),
        not_modified("included_not_modified", 'W/"00000000000000000000000000000003"', headers=TAG_OF_COMPOUND),
        not_modified("sparse_not_modified", TAG_OF_COMPOUND["ETag"], headers=TAG_OF_COMPOUND, query=SPARSE),
        not_modified("listing_not_modified", query="listing"),
        ok("related_if_none_match_other", {"If-None-Match": '"conformance"'}),
        ok("listing_if_none_match_other", {"If-None-Match": '"conformance"'}),
        with_account("included_if_none_match_item", asked={"If-None-Match": ETAG}, query="include=account&"),
        ok("relationship"),
        ok("related"),
        ok("account_from_self_link"),
        ok("listing", body=LISTED, query="listing"),
        head("relationship_head"),
        head("related_head"),
        head_of_listing(),
        not_modified("related_not_modified"),
        ok("if_modified_since_last_modified", {"If-Modified-Since": LONG_AGO}),
        refused("second_unknown_item"),
        refused("unknown_item_head", method="HEAD", body=b"", headers={"Content-Length": str(len(refusal(404).body))}),
        refused("unknown_include", 400),
        refused("unknown_include_if_none_match", 400, {"If-None-Match": "*"}),
        ok("if_none_match_malformed", {"If-None-Match": '"'}),
        not_modified("if_none_match_current_and_old_date", ETAG),
        ok("if_none_match_other_and_future_date", {"If-None-Match": '"x"', "If-Modified-Since": FAR_FUTURE}),
        ok("if_modified_since_future", {"If-Modified-Since": FAR_FUTURE}),
        ok("if_modified_since_invalid", {"If-Modified-Since": "tomorrow"}),
        refused("if_match_other", 412, {"If-Match": '"conformance"'}),
        ok("if_match_any", {"If-Match": "*"}),
        refused("if_match_weak", 412, {"If-Match": ETAG}),
        ok("if_unmodified_since_old", {"If-Unmodified-Since": LONG_AGO}),
        refused("unknown_item"),
        refused("unknown_item_if_none_match", 404, {"If-None-Match": "*"}),
        refused("item_without_token", 401, anonymous),
        refused("item_without_token_if_none_match", 401, {**anonymous, "If-None-Match": ETAG}),
        refused("altered_token[signature-changed]", 401, {"Authorization": "altered"}),
        refused("altered_token_if_none_match", 401, {"Authorization": "altered", "If-None-Match": ETAG}),
        refused("unacceptable_item", 406, accept),
        refused("unacceptable_item_if_none_match", 406, {**accept, "If-None-Match": ETAG}),
        ok("range_first_bytes", {"Range": "bytes=0-9"}),
        ok("range_beyond_end", {"Range": "bytes=99999999-"}),
        head("range_head", {"Range": "bytes=0-9"}),
        ok("range_in_unknown_unit", {"Range": "items=0-1"}),
        ok("range_if_range_other", {"Range": "bytes=0-9", "If-Range": '"conformance"'}),
        ok("range_if_range_weak", {"Range": "bytes=0-9", "If-Range": ETAG}),
        ok("item_in_gzip", {"Accept-Encoding": "gzip"}),
        not_modified("item_in_gzip_not_modified"),
        with_account("fields_of_attributes", query=SPARSE),
        ok(
            "listing_for_other_customer",
            {"Authorization": "other"},
            body={"data": [{"type": "invoices", "id": FOREIGN_ID}]},
        ),
        ok(
            "listing_of_other_customer",
            {"Authorization": "other"},
            body={"data": [{"type": "invoices", "id": FOREIGN_ID}]},
        ),
        ok(
            "other_item_of_owner",
            {"Authorization": "other"},
            path=f"{PREFIX}/invoices/{FOREIGN_ID}",
            headers={"ETag": 'W/"00000000000000000000000000000004"'},
            body=document({"/data/id": FOREIGN_ID}),
        ),
        refused("related_for_other_customer", 404, {"Authorization": "other"}),
        refused("other_related"),
        ok("item_in_no_coding", {"Accept-Encoding": "identity, gzip;q=0, *;q=0"}),
        refused("item_without_token_after", 401, anonymous),
        refused("second_unknown_related_without_token", 401, anonymous),
        refused("item_for_other_customer", 404, {"Authorization": "other"}),
        refused("other_relationship"),
        ok("accept_any", {"Accept": "*/*"}),
        ok("item_for_browser", {"Accept": "text/html,*/*;q=0.8"}),
        refused("write_unknown", 405, method="DELETE", **allow),
        refused("undefined_method", 501, method="CONFORM"),
        ok("item_options", method="OPTIONS", status=204, body=b"", headers={"Content-Type": None, **allow["headers"]}),
        refused("trace", 405, {"Authorization": THROW_AWAY}, method="TRACE"),
        ok("item_override_options", {"X-HTTP-Method-Override": "OPTIONS"}),
        refused("unknown_item_override_delete", 404, override),
        refused("post_unacceptable", 405, method="POST", **allow),
        refused("post_unacceptable_override_get", 405, override, method="POST", **allow),
        refused("respelled_path[json]"),
        refused("suffixed_path_unacceptable"),
        ok("item_with_content", {"Content-Type": "application/vnd.api+json"}),
        refused("item_trailing_slash", 404),
        ok("unknown_fields", {"X-Conformance": "1"}),
    ]
    return MappingProxyType({each.probe: each for each in listed})


def every(name: str, given: Given) -> tuple[Exchange, ...]:
    """Return what the argument ``name`` stands for, one of those that begin with every_."""
    everything = tuple(given.values())
    if name == "every_success":
        return tuple(each for each in everything if each.succeeded)
    if name in RECORD_WIDE:
        return tuple(each for each in everything if name == "every_exchange" or each.answer)
    if name == "every_item":
        return given["item"], given["item_of_second"]
    if name == "every_respelled_path":
        return (given["respelled_path[json]"],)
    family = name.removeprefix("every_")
    return tuple(each for probe, each in given.items() if probe.partition("[")[0] == family)


def checks() -> Iterator[tuple[str, Check]]:
    """Yield requirement id and function of every check of these areas."""
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("test_") and (requirement := claimed(function)):
                yield requirement, function


def judge(check: Check, given: Given) -> str:
    """Return what a check says of the answers ``given`` by probe: passed, violated or not observed."""
    names = inspect.signature(check).parameters
    return outcome(check, **{name: every(name, given) if name.startswith("every_") else given[name] for name in names})


def outcomes(changed: Given) -> dict[tuple[str, str], str]:
    """Return what each check, by requirement and name, says of a server that is correct but for ``changed``."""
    given = {**answers(), **changed}
    return {(requirement, check.__name__): judge(check, given) for requirement, check in checks()}


def violated(changed: Given) -> set[str]:
    """Return the requirements that do not hold for a server whose answers are correct but for ``changed``."""
    return {requirement for (requirement, _), outcome in outcomes(changed).items() if outcome == "violated"}


def by_name(*exchanges: Exchange) -> dict[str, Exchange]:
    """Return exchanges by the name of their probe."""
    return {each.probe: each for each in exchanges}


def throughout(headers: Mapping[str, str | list[str] | None], *statuses: int) -> dict[str, Exchange]:
    """Return all answers with the fields ``headers`` changed, or those with one of ``statuses``; None removes one."""
    changed = {}
    for name, given in answers().items():
        answer = given.answer
        assert answer
        if statuses and answer.status not in statuses:
            continue
        gone = {field.lower() for field in headers}
        kept = [pair for pair in answer.fields if pair[0].lower() not in gone]
        for field, value in headers.items():
            kept += [(field, line) for line in ([value] if isinstance(value, str) else value or [])]
        changed[name] = replace(given, answer=replace(answer, fields=Fields(tuple(kept))))
    return changed


def answered(**parts: Any) -> dict[str, Exchange]:
    """Return all answers with ``parts`` of the answer changed, but for those without content."""
    return {
        name: replace(given, answer=replace(given.answer, **parts))
        for name, given in answers().items()
        if given.answer and given.answer.body
    }
