"""Faults that only generated requests meet: unusual ids, repeated and combined parameters, broken encodings."""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.data import CUSTOMER, INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.tools import UUID
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

CLIENT_ERRORS = "RFC 9110, sections 15.5 and 15.6"
FIELDSETS = "JSON:API 1.1, fetching-sparse-fieldsets"
DOCUMENT = "OpenAPI document, responses"
_HTML = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"


def _id(request: Request) -> str:
    """What stands in the place of an id, as sent."""
    parts = re.split("/(?:invoices|accounts)/", request.path, maxsplit=1)
    return re.sub("/(relationships/account|account)$", "", parts[1]) if len(parts) > 1 else ""


def _bytes_of_id(request: Request) -> bytes:
    return unquote_to_bytes(_id(request))


def _pairs(request: Request) -> list[tuple[str, str]]:
    """The query parameters, decoded."""
    texts = [unquote_to_bytes(pair).decode(errors="replace") for pair in request.query.split("&") if pair]
    return [(name, value) for name, _, value in (text.partition("=") for text in texts)]


def _fields(request: Request) -> list[str]:
    """The names in fields[invoices]; none when it is absent or empty."""
    return [name for key, value in _pairs(request) if key == "fields[invoices]" for name in value.split(",") if name]


def _names(request: Request) -> list[str]:
    return [name for name, _ in _pairs(request)]


def _values(request: Request, *names: str) -> list[str]:
    return [value for name, value in _pairs(request) if name in names]


def _fails(api: Api, when: Callable[[Request], object]) -> None:
    """Answer 500 when the condition is met."""

    def fail(request: Request) -> None:
        if when(request):
            raise Problem(500, "Internal server error", "The request could not be processed.")

    api.on_request(fail)


def _html(api: Api, when: Callable[[Request, Answer], object]) -> None:
    """Replace an answer's content by an HTML page when the condition is met."""

    def replace(request: Request, answer: Answer) -> None:
        if when(request, answer):
            answer.set("Content-Type", "text/html; charset=utf-8")
            answer.body = _HTML

    api.on_answer(replace)


# Ids.


@fault("generated-id-non-ascii", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_non_ascii(api: Api) -> None:
    """An id with a character outside of ASCII is answered with 500."""
    _fails(api, lambda request: any(octet > 0x7F for octet in _bytes_of_id(request)))


@fault("generated-id-nul", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_nul(api: Api) -> None:
    """An id with a NUL is answered with 500, as a database refuses it."""
    _fails(api, lambda request: b"\0" in _bytes_of_id(request))


@fault("generated-id-long", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_long(api: Api) -> None:
    """An id of more than 2,000 characters is answered with 500."""
    _fails(api, lambda request: len(_bytes_of_id(request)) > 2000)


@fault("generated-id-quote", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_quote(api: Api) -> None:
    """An id with an apostrophe is answered with 500."""
    _fails(api, lambda request: b"'" in _bytes_of_id(request))


@fault("generated-id-large-number", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_large_number(api: Api) -> None:
    """An id that is a number of 64 bits or more is answered with 500."""
    _fails(api, lambda request: _id(request).isdigit() and int(_id(request)[:30]) >= 1 << 63)


@fault("generated-id-invalid-utf-8", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_invalid_utf_8(api: Api) -> None:
    """An id that is not UTF-8 is answered with 500."""
    _fails(api, lambda request: "\ufffd" in _bytes_of_id(request).decode(errors="replace"))


@fault(
    "generated-id-word-is-first-invoice",
    caught_by={"ITEM-008", "ITEM-025"},
    clause="JSON:API 1.1, fetching-resources",
)
def id_word(api: Api) -> None:
    """The ids null, true and 0 are read as no id at all, and the first invoice is shown."""

    def route(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
        found = re.sub(r"(?<=/invoices/)(?:null|true|0)(?=/|$)", INVOICES[0].id, path)
        return original(found)

    api.replace("route", route)


@fault(
    "generated-id-nil-is-html",
    caught_by={"ERR-014"},
    clause="Documented behaviour, errors",
    also={"ERR-008": "it is an error without explanation, too"},
)
def id_of_another_version(api: Api) -> None:
    """An unknown id that is no UUID of version 4 is answered with an HTML page."""
    _html(
        api,
        lambda request, answer: answer.status == 404 and re.fullmatch(UUID, _id(request)) and _id(request)[14] != "4",
    )


@fault("generated-id-encoded-slash-hangs", caught_by={"HTTP-017"}, clause="RFC 9110, section 9.1")
def id_hangs(api: Api) -> None:
    """An id with an encoded slash is never answered."""

    async def arrive(original: Callable[..., object], request: Request) -> None:
        del original
        if "%2f" in request.path.lower():
            await asyncio.sleep(3600)

    api.replace("arrive", arrive)


@fault("generated-id-control-character-cuts", caught_by={"HTTP-017"}, clause="RFC 9112, section 8")
def id_cuts(api: Api) -> None:
    """The connection is closed in the middle of the answer to an id with a control character."""

    def cut(request: Request, _answer: Answer, written: bytes) -> bytes:
        return written[:40] if any(octet < 0x20 for octet in _bytes_of_id(request)) else written

    def close(request: Request, answer: Answer) -> None:
        answer.cut = any(octet < 0x20 for octet in _bytes_of_id(request))

    api.on_answer(close)
    api.on_bytes(cut)


@fault("generated-id-line-break-injects", caught_by={"SEC-011"}, clause="RFC 9110, section 5.5")
def id_injects(api: Api) -> None:
    """What follows an encoded line break in the path becomes a field of the answer."""

    def inject(request: Request, answer: Answer) -> None:
        _, _, rest = unquote_to_bytes(request.path).decode(errors="replace").partition("\r\n")
        name, colon, value = rest.partition(":")
        if colon and re.fullmatch("[A-Za-z-]+", name):
            answer.headers.append((name, value.strip()[:20]))

    api.on_answer(inject)


@fault("generated-id-non-ascii-at-times", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_at_times(api: Api) -> None:
    """Every third id with a character outside of ASCII is answered with 500."""
    turn = itertools.count(1)
    _fails(api, lambda request: any(octet > 0x7F for octet in _bytes_of_id(request)) and next(turn) % 3 == 0)


# Parameters: repeated, combined, broken.


@fault("generated-parameter-twice", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_twice(api: Api) -> None:
    """A parameter that is given twice is answered with 500."""
    _fails(api, lambda request: len(set(_names(request))) < len(_names(request)))


@fault("generated-parameter-nul", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_nul(api: Api) -> None:
    """A NUL in the query is answered with 500."""
    _fails(api, lambda request: "%00" in request.query)


@fault("generated-parameter-malformed-escape", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_malformed(api: Api) -> None:
    """A malformed percent-encoding in the query is answered with 500."""
    _fails(api, lambda request: re.search("%(?![0-9A-Fa-f]{2})", request.query))


@fault("generated-parameter-long", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_long(api: Api) -> None:
    """A parameter of more than 2,000 characters is answered with 500."""
    _fails(api, lambda request: any(len(value) > 2000 for _, value in _pairs(request)))


@fault("generated-parameters-many", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameters_many(api: Api) -> None:
    """More than a hundred parameters are answered with 500."""
    _fails(api, lambda request: len(_pairs(request)) > 100)


@fault("generated-parameter-open-bracket", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_open_bracket(api: Api) -> None:
    """A parameter with a bracket that is not closed is answered with 500."""
    _fails(api, lambda request: any("[" in name and "]" not in name for name in _names(request)))


@fault("generated-include-deep", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def include_deep(api: Api) -> None:
    """An include path of four parts is answered with 500."""
    _fails(api, lambda request: any(value.count(".") >= 3 for value in _values(request, "include")))


@fault("generated-include-null-is-html", caught_by={"ERR-008"}, clause="RFC 9110, section 15.5")
def include_is_html(api: Api) -> None:
    """The refusal of a word that is no relationship in include is an HTML page."""
    _html(
        api,
        lambda request, answer: answer.status == 400 and {"null", "true", "AAA"} & set(_values(request, "include")),
    )


@fault("generated-include-number-is-json", caught_by={"NEGO-001"}, clause="JSON:API 1.1, content-negotiation-servers")
def include_is_json(api: Api) -> None:
    """The refusal of a number in include is labelled as plain JSON."""

    def label(request: Request, answer: Answer) -> None:
        if answer.status == 400 and any(re.fullmatch("[0-9.]+", value) for value in _values(request, "include")):
            answer.set("Content-Type", "application/json")

    api.on_answer(label)


@fault("generated-fields-number-status", caught_by={"ERR-004"}, clause="JSON:API 1.1, error-objects")
def fields_status(api: Api) -> None:
    """The error object about a number in fields has its status as a number."""

    def status(request: Request, document: Document) -> None:
        if "errors" in document and any(name.isdigit() for name in _fields(request)):
            document["errors"][0]["status"] = int(document["errors"][0]["status"])

    api.on_document(status)


@fault("generated-parameter-twice-status", caught_by={"ERR-005"}, clause="JSON:API 1.1, error-objects")
def twice_status(api: Api) -> None:
    """The error object about a parameter that is given twice has another status than the answer."""

    def status(request: Request, document: Document) -> None:
        if "errors" in document and len(set(_names(request))) < len(_names(request)):
            document["errors"][0]["status"] = "422"

    api.on_document(status)


@fault("generated-parameter-bracket-trace", caught_by={"SEC-007"}, clause="OWASP REST Security Cheat Sheet")
def bracket_trace(api: Api) -> None:
    """The refusal of a parameter that ends with brackets shows a stack trace."""

    def trace(request: Request, document: Document) -> None:
        if "errors" in document and any(name.endswith("[]") for name in _names(request)):
            document["errors"][0]["detail"] = (
                'Traceback (most recent call last):\n  File "/srv/app/query.py", line 12, in parse\nKeyError: 0'
            )

    api.on_document(trace)


# Combinations that are allowed.


@fault("generated-fields-twice-named", caught_by={"ERR-011"}, clause=FIELDSETS)
def fields_twice_named(api: Api) -> None:
    """A field that is named twice is answered with 500."""
    _fails(api, lambda request: len(set(_fields(request))) < len(_fields(request)))


@fault("generated-fields-of-both-directions", caught_by={"ERR-011"}, clause=FIELDSETS)
def fields_of_both_directions(api: Api) -> None:
    """Fields of originated and terminated calls together are answered with 500."""
    _fails(api, lambda request: {"originated", "terminated"} <= {name.partition("-")[0] for name in _fields(request)})


@fault("generated-fields-with-empty-include", caught_by={"ERR-011"}, clause=FIELDSETS)
def fields_with_empty_include(api: Api) -> None:
    """Sparse fieldsets beside an empty include are answered with 500."""
    _fails(api, lambda request: _fields(request) and "" in _values(request, "include"))


@fault(
    "generated-fields-of-both-types-not-found",
    caught_by={"GEN-002"},
    clause="OpenAPI document, parameters",
    also={
        name: "the refusal of a wrong parameter beside them is 404, too" for name in ("FLDS-004", "INCL-004", "QRY-001")
    },
)
def fields_of_both_types(api: Api) -> None:
    """Fieldsets of invoices and of accounts together are answered with 404."""

    def refuse(request: Request) -> None:
        if {"fields[invoices]", "fields[accounts]"} <= set(_names(request)) and _fields(request):
            raise api.not_found()

    api.on_request(refuse)


@fault("generated-fields-one-missing", caught_by={"GEN-004"}, clause=FIELDSETS)
def fields_one_missing(api: Api) -> None:
    """The field terminated-billing-duration is never sent when it is asked for."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        shown = original(resource, query)
        if "invoices" in query.fields:
            shown.get("attributes", {}).pop("terminated-billing-duration", None)
        return shown

    api.replace("sparse", sparse)


@fault("generated-fields-one-too-many", caught_by={"FLDS-001"}, clause=FIELDSETS)
def fields_one_too_many(api: Api) -> None:
    """With has-pdf the reference is sent, too."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        wanted = query.fields.get("invoices", frozenset())
        if resource["type"] == "invoices" and "has-pdf" in wanted:
            query.fields["invoices"] = wanted | {"reference"}
        shown = original(resource, query)
        if "invoices" in query.fields:
            query.fields["invoices"] = wanted
        return shown

    api.replace("sparse", sparse)


@fault("generated-fields-of-included-ignored", caught_by={"GEN-003"}, clause=FIELDSETS)
def fields_of_included(api: Api) -> None:
    """Fieldsets of accounts are ignored for included accounts."""

    def compound(original: Callable[..., Document], document: Document, *arguments: object) -> Document:
        *rest, query = arguments
        kept = query.fields.pop("accounts", None)  # type: ignore[attr-defined]
        shown = original(document, *rest, query)
        if kept is not None:
            query.fields["accounts"] = kept  # type: ignore[attr-defined]
        return shown

    api.replace("compound", compound)


@fault("generated-included-number", caught_by={"GEN-001"}, clause=DOCUMENT)
def included_number(api: Api) -> None:
    """With include and fields together, the name of the included account is a number."""

    def change(request: Request, document: Document) -> None:
        if document.get("included") and any(name.startswith("fields") for name in _names(request)):
            for account in document["included"]:
                if "name" in account.get("attributes", {}):
                    account["attributes"]["name"] = 1

    api.on_document(change)


@fault("generated-sparse-amount-number", caught_by={"GEN-001"}, clause=DOCUMENT)
def sparse_amount(api: Api) -> None:
    """The only amount that is asked for is a JSON number."""

    def change(request: Request, document: Document) -> None:
        names = _fields(request)
        if isinstance(document.get("data"), dict) and len(names) == 1 and names[0].endswith("services-amount-spent"):
            document["data"]["attributes"][names[0]] = float(document["data"]["attributes"][names[0]])

    api.on_document(change)


@fault("generated-sparse-member-twice", caught_by={"JSON-003"}, clause="RFC 7493, section 2.3")
def sparse_member_twice(api: Api) -> None:
    """With a fieldset of accounts on an invoice, the type is written twice."""

    def change(request: Request, answer: Answer) -> None:
        if "fields[accounts]" in _names(request) and answer.status == 200 and b'"type":"invoices"' in answer.body:
            answer.body = answer.body.replace(b'"type":"invoices"', b'"type":"invoices","type":"invoices"', 1)

    api.on_answer(change)


# Header fields and credentials under certain queries.


@fault("generated-sparse-accounts-public", caught_by={"CACHE-003"}, clause="Documented example, response headers")
def sparse_public(api: Api) -> None:
    """With a fieldset of accounts, an invoice may be stored by shared caches."""

    def change(request: Request, answer: Answer) -> None:
        if "fields[accounts]" in _names(request) and answer.status == 200:
            answer.set("Cache-Control", "max-age=0, public, must-revalidate")

    api.on_answer(change)


@fault("generated-sparse-without-etag", caught_by={"ETAG-001"}, clause="Documented example, response headers")
def sparse_without_etag(api: Api) -> None:
    """With a fieldset of accounts, an invoice has no entity tag."""

    def change(request: Request, answer: Answer) -> None:
        if "fields[accounts]" in _names(request):
            answer.remove("ETag")

    api.on_answer(change)


@fault(
    "generated-combined-etag-changes",
    caught_by={"ETAG-004"},
    clause="RFC 9110, section 8.8.1",
    also={"COND-001": "so it never matches"},
)
def combined_etag(api: Api) -> None:
    """With two parameters or more, the entity tag is another each time."""
    turn = itertools.count(1)

    def change(request: Request, answer: Answer) -> None:
        if len(_names(request)) > 1 and answer.status == 200:
            answer.set("ETag", f'W/"{next(turn):032x}"')

    api.on_answer(change)


@fault("generated-sparse-without-token", caught_by={"AUTH-001"}, clause="Documented behaviour, authentication")
def sparse_without_token(api: Api) -> None:
    """With sparse fieldsets nobody asks for a token."""

    def authenticate(original: Callable[..., object], request: Request) -> object:
        open_to_all = bool(_fields(request)) and not request.lines("authorization")
        return CUSTOMER if open_to_all else original(request)

    api.replace("authenticate", authenticate)


@fault("generated-sparse-head-not-found", caught_by={"HTTP-005"}, clause="RFC 9110, section 9.3.2")
def sparse_head(api: Api) -> None:
    """HEAD with parameters is answered with 404."""

    def refuse(request: Request) -> None:
        if request.method == "HEAD" and _names(request) and re.fullmatch(UUID, _id(request)):
            raise api.not_found()

    api.on_request(refuse)


# Collections.


@fault("generated-page-number-large", caught_by={"ERR-011"}, clause=CLIENT_ERRORS, needs={"collection"})
def page_number_large(api: Api) -> None:
    """A page number of 64 bits or more is answered with 500."""
    _fails(
        api,
        lambda request: any(
            value.isdigit() and int(value[:30]) >= 1 << 63 for value in _values(request, "page[number]", "page[size]")
        ),
    )


@fault("generated-filter-first-year", caught_by={"ERR-011"}, clause=CLIENT_ERRORS, needs={"collection"})
def filter_first_year(api: Api) -> None:
    """A filter by a time with an offset or before the year 1000 is answered with 500."""
    _fails(
        api,
        lambda request: any(
            name.startswith("filter[") and "date" in name and re.match("0[0-9]{3}-", value)
            for name, value in _pairs(request)
        ),
    )
