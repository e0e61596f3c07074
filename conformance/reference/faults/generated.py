"""Faults that only generated requests meet: unusual ids, repeated and broken parameters."""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.app import Api
from conformance.reference.data import INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    CLIENT_ERRORS,
    ERROR_OBJECTS,
    FAILURES,
    FETCHING,
    FIELD_VALUES,
    METHODS,
    NEGOTIATION,
    rfc,
)
from conformance.reference.faults.effects import field
from conformance.reference.faults.generated_tools import (
    answers_html,
    bytes_of_id,
    fails,
    fields_of,
    has_non_ascii_id,
    id_of,
    names_of,
    pairs_of,
    repeats_a_name,
    values_of,
)
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import instead_of, on_answer, on_bytes, on_document
from conformance.reference.faults.where import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Answer, Document, Request

fault = Area(__name__)

fault("generated-id-non-ascii", {"ERR-011"}, FAILURES)(
    "An id with a character outside of ASCII is answered with 500.", fails(has_non_ascii_id)
)
fault("generated-id-nul", {"ERR-011"}, FAILURES)(
    "An id with a NUL is answered with 500, as a database refuses it.",
    fails(lambda request: b"\0" in bytes_of_id(request)),
)
fault("generated-id-long", {"ERR-011"}, FAILURES)(
    "An id of more than 2,000 characters is answered with 500.", fails(lambda request: len(bytes_of_id(request)) > 2000)
)
fault("generated-id-quote", {"ERR-011"}, FAILURES)(
    "An id with an apostrophe is answered with 500.", fails(lambda request: b"'" in bytes_of_id(request))
)
fault("generated-id-large-number", {"ERR-011"}, FAILURES)(
    "An id that is a number of 64 bits or more is answered with 500.",
    fails(lambda request: id_of(request).isdigit() and int(id_of(request)[:30]) >= 1 << 63),
)
fault("generated-id-invalid-utf-8", {"ERR-011"}, FAILURES)(
    "An id that is not UTF-8 is answered with 500.",
    fails(lambda request: "\ufffd" in bytes_of_id(request).decode(errors="replace")),
)


@fault("generated-id-word-is-first-invoice", {"ITEM-008", "ITEM-025"}, FETCHING)
@instead_of(Api.route)
def id_word(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
    """The ids null, true and 0 are read as no id at all, and the first invoice is shown."""
    found = re.sub(r"(?<=/invoices/)(?:null|true|0)(?=/|$)", INVOICES[0].id, path)
    return original(found)


fault(
    "generated-id-of-other-version-is-html",
    {"ERR-014"},
    "Documented behaviour, errors",
    also={"ERR-008": "it is an error without explanation, too"},
)(
    "An unknown id that is a UUID of version 1, 2 or 3 is answered with an HTML page.",
    answers_html(lambda request: re.fullmatch(UUID, id_of(request)) and id_of(request)[14] in "123", 404),
)


@fault("generated-id-encoded-slash-hangs", {"HTTP-028"}, METHODS)
@instead_of(Api.arrive)
async def id_hangs(original: Callable[..., object], request: Request) -> None:
    """An id with an encoded slash is never answered."""
    del original
    if "%2f" in request.path.lower():
        await asyncio.sleep(3600)


@fault("generated-id-non-ascii-cuts", {"HTTP-017"}, rfc(9112, "8"))
@on_bytes
def id_cuts(request: Request, answer: Answer, data: bytes) -> bytes:
    """The connection is closed in the middle of the answer to an id with a character outside of ASCII."""
    answer.cut = has_non_ascii_id(request)
    return data[:40] if answer.cut else data


@fault("generated-id-line-break-injects", {"SEC-011"}, FIELD_VALUES)
@on_answer
def id_injects(request: Request, answer: Answer) -> None:
    """What follows an encoded line break in the path becomes a field of the answer."""
    _, _, rest = unquote_to_bytes(request.path).decode(errors="replace").partition("\r\n")
    name, colon, value = rest.partition(":")
    if colon and re.fullmatch("[A-Za-z-]+", name):
        answer.headers.append((name, value.strip()[:20]))


@fault("generated-id-non-ascii-at-times", {"ERR-011"}, FAILURES, stateful=True)
def id_at_times(api: Api) -> None:
    """Every third id with a character outside of ASCII is answered with 500."""
    numbers = itertools.count(1)
    fails(lambda request: has_non_ascii_id(request) and next(numbers) % 3 == 0)(api)


# Parameters: repeated, combined, broken.

fault("generated-parameter-twice", {"ERR-011"}, FAILURES)(
    "A parameter that is given twice is answered with 500.", fails(repeats_a_name)
)
fault("generated-parameter-nul", {"ERR-011"}, FAILURES)(
    "A NUL in the query is answered with 500.", fails(lambda request: "%00" in request.query)
)
fault("generated-parameter-malformed-escape", {"ERR-011"}, FAILURES)(
    "A malformed percent-encoding in the query is answered with 500.",
    fails(lambda request: re.search("%(?![0-9A-Fa-f]{2})", request.query)),
)
fault("generated-parameter-long", {"ERR-011"}, FAILURES)(
    "A parameter of more than 2,000 characters is answered with 500.",
    fails(lambda request: any(len(value) > 2000 for _, value in pairs_of(request))),
)
fault("generated-parameters-many", {"ERR-011"}, FAILURES)(
    "More than a hundred parameters are answered with 500.", fails(lambda request: len(pairs_of(request)) > 100)
)
fault("generated-parameter-open-bracket", {"ERR-011"}, FAILURES)(
    "A parameter with a bracket that is not closed is answered with 500.",
    fails(lambda request: any("[" in name and "]" not in name for name in names_of(request))),
)
fault("generated-include-deep", {"ERR-011"}, FAILURES)(
    "An include path of four parts is answered with 500.",
    fails(lambda request: any(value.count(".") >= 3 for value in values_of(request, "include"))),
)
fault("generated-include-null-is-html", {"ERR-008"}, CLIENT_ERRORS)(
    "The refusal of a word that is not a relationship in include is an HTML page.",
    answers_html(lambda request: {"null", "true", "AAA"} & set(values_of(request, "include")), 400),
)
fault("generated-include-number-is-json", {"NEGO-001"}, NEGOTIATION)(
    "The refusal of a number in include is labelled as plain JSON.",
    field(
        "Content-Type",
        "application/json",
        lambda request: any(re.fullmatch("[0-9.]+", value) for value in values_of(request, "include")),
        400,
    ),
)


@fault("generated-fields-number-status", {"ERR-004"}, ERROR_OBJECTS)
@on_document
def fields_status(request: Request, document: Document) -> None:
    """The error object about a number in fields has its status as a number."""
    if "errors" in document and any(name.isdigit() for name in fields_of(request)):
        document["errors"][0]["status"] = int(document["errors"][0]["status"])


@fault("generated-parameter-twice-status", {"ERR-005"}, ERROR_OBJECTS)
@on_document
def twice_status(request: Request, document: Document) -> None:
    """The error object about a parameter that is given twice has another status than the answer."""
    if "errors" in document and repeats_a_name(request):
        document["errors"][0]["status"] = "422"


@fault("generated-parameter-bracket-trace", {"SEC-007"}, "OWASP REST Security Cheat Sheet")
@on_document
def bracket_trace(request: Request, document: Document) -> None:
    """The refusal of a parameter with two brackets shows a stack trace."""
    if "errors" in document and any(name.count("[") > 1 for name in names_of(request)):
        document["errors"][0]["detail"] = (
            'Traceback (most recent call last):\n  File "/srv/app/query.py", line 12, in parse\nKeyError: 0'
        )


# Collections.

fault("generated-filter-first-year", {"ERR-011"}, FAILURES, needs=COLLECTION)(
    "A filter by a time before the year 1000 is answered with 500.",
    fails(
        lambda request: any(
            name.startswith("filter[") and "date" in name and re.match("0[0-9]{3}-", value)
            for name, value in pairs_of(request)
        )
    ),
)
