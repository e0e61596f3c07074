"""Faults that only generated requests meet: unusual ids, repeated and broken parameters."""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.data import INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.generated_tools import (
    CLIENT_ERRORS,
    answers_html,
    bytes_of_id,
    fails,
    fields_of,
    id_of,
    names_of,
    pairs_of,
    values_of,
)
from conformance.reference.faults.tools import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request

# Ids.


@fault("generated-id-non-ascii", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_non_ascii(api: Api) -> None:
    """An id with a character outside of ASCII is answered with 500."""
    fails(api, lambda request: any(octet > 0x7F for octet in bytes_of_id(request)))


@fault("generated-id-nul", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_nul(api: Api) -> None:
    """An id with a NUL is answered with 500, as a database refuses it."""
    fails(api, lambda request: b"\0" in bytes_of_id(request))


@fault("generated-id-long", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_long(api: Api) -> None:
    """An id of more than 2,000 characters is answered with 500."""
    fails(api, lambda request: len(bytes_of_id(request)) > 2000)


@fault("generated-id-quote", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_quote(api: Api) -> None:
    """An id with an apostrophe is answered with 500."""
    fails(api, lambda request: b"'" in bytes_of_id(request))


@fault("generated-id-large-number", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_large_number(api: Api) -> None:
    """An id that is a number of 64 bits or more is answered with 500."""
    fails(api, lambda request: id_of(request).isdigit() and int(id_of(request)[:30]) >= 1 << 63)


@fault("generated-id-invalid-utf-8", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_invalid_utf_8(api: Api) -> None:
    """An id that is not UTF-8 is answered with 500."""
    fails(api, lambda request: "\ufffd" in bytes_of_id(request).decode(errors="replace"))


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
    "generated-id-of-other-version-is-html",
    caught_by={"ERR-014"},
    clause="Documented behaviour, errors",
    also={"ERR-008": "it is an error without explanation, too"},
)
def id_of_another_version(api: Api) -> None:
    """An unknown id that is a UUID of version 1, 2 or 3 is answered with an HTML page."""
    answers_html(
        api,
        lambda request, answer: (
            answer.status == 404 and re.fullmatch(UUID, id_of(request)) and id_of(request)[14] in "123"
        ),
    )


@fault("generated-id-encoded-slash-hangs", caught_by={"HTTP-017"}, clause="RFC 9110, section 9.1")
def id_hangs(api: Api) -> None:
    """An id with an encoded slash is never answered."""

    async def arrive(original: Callable[..., object], request: Request) -> None:
        del original
        if "%2f" in request.path.lower():
            await asyncio.sleep(3600)

    api.replace("arrive", arrive)


@fault("generated-id-non-ascii-cuts", caught_by={"HTTP-017"}, clause="RFC 9112, section 8")
def id_cuts(api: Api) -> None:
    """The connection is closed in the middle of the answer to an id with a character outside of ASCII."""

    def cut(request: Request, _answer: Answer, written: bytes) -> bytes:
        return written[:40] if any(octet > 0x7F for octet in bytes_of_id(request)) else written

    def close(request: Request, answer: Answer) -> None:
        answer.cut = any(octet > 0x7F for octet in bytes_of_id(request))

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


@fault("generated-id-non-ascii-at-times", stateful=True, caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def id_at_times(api: Api) -> None:
    """Every third id with a character outside of ASCII is answered with 500."""
    turn = itertools.count(1)
    fails(api, lambda request: any(octet > 0x7F for octet in bytes_of_id(request)) and next(turn) % 3 == 0)


# Parameters: repeated, combined, broken.


@fault("generated-parameter-twice", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_twice(api: Api) -> None:
    """A parameter that is given twice is answered with 500."""
    fails(api, lambda request: len(set(names_of(request))) < len(names_of(request)))


@fault("generated-parameter-nul", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_nul(api: Api) -> None:
    """A NUL in the query is answered with 500."""
    fails(api, lambda request: "%00" in request.query)


@fault("generated-parameter-malformed-escape", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_malformed(api: Api) -> None:
    """A malformed percent-encoding in the query is answered with 500."""
    fails(api, lambda request: re.search("%(?![0-9A-Fa-f]{2})", request.query))


@fault("generated-parameter-long", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_long(api: Api) -> None:
    """A parameter of more than 2,000 characters is answered with 500."""
    fails(api, lambda request: any(len(value) > 2000 for _, value in pairs_of(request)))


@fault("generated-parameters-many", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameters_many(api: Api) -> None:
    """More than a hundred parameters are answered with 500."""
    fails(api, lambda request: len(pairs_of(request)) > 100)


@fault("generated-parameter-open-bracket", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def parameter_open_bracket(api: Api) -> None:
    """A parameter with a bracket that is not closed is answered with 500."""
    fails(api, lambda request: any("[" in name and "]" not in name for name in names_of(request)))


@fault("generated-include-deep", caught_by={"ERR-011"}, clause=CLIENT_ERRORS)
def include_deep(api: Api) -> None:
    """An include path of four parts is answered with 500."""
    fails(api, lambda request: any(value.count(".") >= 3 for value in values_of(request, "include")))


@fault("generated-include-null-is-html", caught_by={"ERR-008"}, clause="RFC 9110, section 15.5")
def include_is_html(api: Api) -> None:
    """The refusal of a word that is no relationship in include is an HTML page."""
    answers_html(
        api,
        lambda request, answer: answer.status == 400 and {"null", "true", "AAA"} & set(values_of(request, "include")),
    )


@fault("generated-include-number-is-json", caught_by={"NEGO-001"}, clause="JSON:API 1.1, content-negotiation-servers")
def include_is_json(api: Api) -> None:
    """The refusal of a number in include is labelled as plain JSON."""

    def label(request: Request, answer: Answer) -> None:
        if answer.status == 400 and any(re.fullmatch("[0-9.]+", value) for value in values_of(request, "include")):
            answer.set("Content-Type", "application/json")

    api.on_answer(label)


@fault("generated-fields-number-status", caught_by={"ERR-004"}, clause="JSON:API 1.1, error-objects")
def fields_status(api: Api) -> None:
    """The error object about a number in fields has its status as a number."""

    def status(request: Request, document: Document) -> None:
        if "errors" in document and any(name.isdigit() for name in fields_of(request)):
            document["errors"][0]["status"] = int(document["errors"][0]["status"])

    api.on_document(status)


@fault("generated-parameter-twice-status", caught_by={"ERR-005"}, clause="JSON:API 1.1, error-objects")
def twice_status(api: Api) -> None:
    """The error object about a parameter that is given twice has another status than the answer."""

    def status(request: Request, document: Document) -> None:
        if "errors" in document and len(set(names_of(request))) < len(names_of(request)):
            document["errors"][0]["status"] = "422"

    api.on_document(status)


@fault("generated-parameter-bracket-trace", caught_by={"SEC-007"}, clause="OWASP REST Security Cheat Sheet")
def bracket_trace(api: Api) -> None:
    """The refusal of a parameter with two brackets shows a stack trace."""

    def trace(request: Request, document: Document) -> None:
        if "errors" in document and any(name.count("[") > 1 for name in names_of(request)):
            document["errors"][0]["detail"] = (
                'Traceback (most recent call last):\n  File "/srv/app/query.py", line 12, in parse\nKeyError: 0'
            )

    api.on_document(trace)


# Collections.


@fault("generated-filter-first-year", caught_by={"ERR-011"}, clause=CLIENT_ERRORS, needs={"collection"})
def filter_first_year(api: Api) -> None:
    """A filter by a time before the year 1000 is answered with 500."""
    fails(
        api,
        lambda request: any(
            name.startswith("filter[") and "date" in name and re.match("0[0-9]{3}-", value)
            for name, value in pairs_of(request)
        ),
    )
