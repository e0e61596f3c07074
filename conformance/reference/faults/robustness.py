"""Faults that odd, long or deep input brings out."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.app import Api
from conformance.reference.data import INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import CLIENT_ERRORS, EXAMPLE_FIELDS, OWASP_RESOURCES, SERVER_ERRORS, rfc
from conformance.reference.faults.effects import crashes, crashes_in, drops
from conformance.reference.faults.needs import LOAD
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.where import has, has_fields, has_include, is_item, is_plain
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conformance.reference.message import Document, Request

fault = Area(__name__)


def _target_length(request: Request) -> int:
    return len(request.path) + len(request.query)


@effect
def _under_load(api: Api, act: Callable[[Request], Awaitable[None]]) -> None:
    """Let ``act`` happen with each documented request for an invoice that finds ten of them under way."""
    under_way: set[int] = set()

    async def arrive(original: Callable[[Request], Awaitable[None]], request: Request) -> None:
        if not (is_item(request) and is_plain(request)):
            return await original(request)
        under_way.add(id(request))
        try:
            # Long enough for those that were sent together to be here together.
            await asyncio.sleep(0.02)
            if len(under_way) > 10:
                await act(request)
            await original(request)
        finally:
            under_way.discard(id(request))

    api.replace(Api.arrive, arrive)


fault("id-unicode-crash", {"ROB-001", "ERR-011"}, CLIENT_ERRORS)(
    "An id with characters beyond ASCII is answered with 500.",
    crashes(lambda request: any(byte > 127 for byte in unquote_to_bytes(request.path))),
)
fault("id-emoji-drops-connection", {"ROB-001"}, CLIENT_ERRORS, also={"HTTP-017": "there is no answer"})(
    "An id with a character beyond the basic plane ends the connection without an answer.",
    drops(lambda request: any(byte >= 0xF0 for byte in unquote_to_bytes(request.path))),
)
fault("id-brackets-crash", {"ROB-001", "ERR-011"}, CLIENT_ERRORS)(
    "An id with a square or curly bracket is answered with 500.",
    crashes(lambda request: re.search(rb"[\[\]{}]", unquote_to_bytes(request.path))),
)


@fault("id-full-width-digits", {"ITEM-025"}, CLIENT_ERRORS, also={"ROB-001": "it is not refused"})
@instead_of(Api.route)
def full_width(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
    """Letters behind an id, of whatever script, are cut off."""
    found = original(path)
    if found is None and (id_ := re.match(r"(.*/invoices/[0-9a-f-]{36})(%[A-F0-9]{2}|[a-z])+$", path)):
        return original(id_[1])
    return found


fault("id-long-crash", {"ROB-001", "ERR-011"}, CLIENT_ERRORS, also={"ROB-002": "it is a long target"})(
    "An id of more than 900 characters is answered with 500.", crashes(lambda request: len(request.path) > 950)
)
fault(
    "id-very-long-drops-connection",
    {"ROB-002"},
    rfc(9112, "3"),
    also={"HTTP-017": "there is no answer", "ROB-001": "there is no answer"},
)(
    "A target of more than 7,000 bytes ends the connection without an answer.",
    drops(lambda request: _target_length(request) > 7000),
)
fault("target-long-crash", {"ROB-002", "ERR-011"}, rfc(9112, "3"))(
    "A target of more than 7,000 bytes is answered with 500.", crashes(lambda request: _target_length(request) > 7000)
)
fault("nul-crash", {"ROB-003", "ERR-011"}, rfc(3986, "2.1"), also={"QRY-008": "odd queries have such values, too"})(
    "NUL in the path or the query is answered with 500.", crashes(lambda request: "%00" in request.path + request.query)
)


@fault(
    "invalid-utf-8-crash",
    {"ROB-003", "ERR-011"},
    rfc(3986, "2.1"),
    also={"QRY-008": "odd queries have such values, too"},
)
@crashes
def invalid_utf_8(request: Request) -> bool:
    """Invalid UTF-8 in the query is answered with 500."""
    try:
        unquote_to_bytes(request.query).decode()
    except UnicodeDecodeError:
        return True
    return False


fault(
    "malformed-escape-crash",
    {"ROB-003", "ERR-011"},
    rfc(3986, "2.1"),
    also={"QRY-008": "odd queries have such values, too"},
)(
    "A malformed percent-encoding is answered with 500.",
    crashes(lambda request: re.search("%(?![0-9A-Fa-f]{2})", request.path + request.query)),
)
fault("many-parameters-crash", {"ROB-004", "ERR-011"}, OWASP_RESOURCES)(
    "More than 200 query parameters are answered with 500.", crashes(lambda request: request.query.count("&") > 200)
)
fault("deep-parameter-crash", {"ROB-004", "ERR-011"}, OWASP_RESOURCES)(
    "A query parameter with more than 50 brackets is answered with 500.",
    crashes(lambda request: "&" not in request.query and len(re.findall(r"\[|%5[Bb]", request.query)) > 50),
)


@fault(
    "repeated-parameter-crash",
    {"ROB-004", "ERR-011"},
    CLIENT_ERRORS,
    also={"QRY-008": "of fields as well", "QRY-009": "of a page as well"},
)
@crashes
def repeated_parameter(request: Request) -> bool:
    """A query parameter that is there twice is answered with 500."""
    names = [pair.partition("=")[0] for pair in request.query.split("&")]
    return len(set(names)) < len(names)


fault("large-fields-crash", {"ROB-005", "ERR-011"}, rfc(9110, "5.4"))(
    "A header section of more than 7,000 bytes is answered with 500.",
    crashes_in(Api.check_size, lambda request: sum(len(name) + len(value) for name, value in request.fields) > 7000),
)
fault("large-token-crash", {"ROB-005", "ERR-011"}, rfc(9110, "5.4"))(
    "A token of more than 30,000 characters is answered with 500.",
    crashes_in(Api.check_size, lambda request: any(len(line) > 30000 for line in request.lines("authorization"))),
)
fault("deep-include-crash", {"ROB-006", "ERR-011"}, OWASP_RESOURCES)(
    "An include path of more than twenty segments is answered with 500.",
    crashes(has_include & (lambda request: request.query.count(".") > 20)),
)
fault("long-fields-crash", {"ROB-006", "ERR-011"}, OWASP_RESOURCES)(
    "A fields parameter with more than 200 names is answered with 500.",
    crashes(has_fields & (lambda request: request.query.count(",") + request.query.count("%2C") > 200)),
)
fault("suffix-names-another-invoice", {"ROB-010"}, rfc(9110, "8.3"))(
    "The suffix .xml gives the first invoice.",
    instead_of(Api.route)(lambda original, path: ("item", INVOICES[1].id) if path.endswith(".xml") else original(path)),
)
fault("suffix-crash", {"ROB-010", "ERR-011"}, CLIENT_ERRORS)(
    "The suffix .json is answered with 500.", crashes(lambda request: request.path.endswith(".json"))
)
fault("expectation-hangs", {"ROB-011"}, rfc(9110, "10.1.1"), also={"HTTP-017": "there is no answer"})(
    "Any expectation but 100-continue ends the connection without an answer.",
    drops(has("expect") & ~has("expect", "100-continue")),
)
fault("expectation-crash", {"ERR-011"}, rfc(9110, "10.1.1"), also={"ROB-011": "it is neither the invoice nor 417"})(
    "Any Expect is answered with 500.", crashes(has("expect"))
)


@fault("burst-exhausts-pool", {"SEC-021"}, OWASP_RESOURCES, needs=LOAD)
@_under_load
async def exhausted(_: Request) -> None:
    """Of more than ten requests at once, those beyond the tenth are answered with 500."""
    raise Problem(500, "Internal server error", "No connection to the database is free.")


@fault("burst-mixes-answers", {"ROB-007"}, rfc(9110, "9.2.1"), needs=LOAD)
def mixed(api: Api) -> None:
    """Of more than ten requests at once, those beyond the tenth get the attributes of another invoice."""

    async def mark(request: Request) -> None:
        request.fields.append(("x-mixed", "1"))

    def change(request: Request, document: Document) -> None:
        if request.lines("x-mixed"):
            document["data"]["attributes"]["reference"] = "INV-OF-ANOTHER"

    _under_load(mark)(api)
    api.on_document(change)


fault("runtime-exceeds-budget", {"ROB-012"}, EXAMPLE_FIELDS, needs=LOAD)(
    "Of more than ten requests at once, those beyond the tenth take longer than a second.",
    _under_load(lambda _: asyncio.sleep(1.1)),
)
fault("id-without-hyphens-crash", {"ROB-001", "ERR-011"}, SERVER_ERRORS)(
    "An id without its hyphens is answered with 500.",
    crashes(lambda request: re.search("/[0-9a-f]{32}$", request.path)),
)
