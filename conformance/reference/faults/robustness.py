"""Faults that odd, long or deep input brings out."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from conformance.reference.faults import fault
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request

CLIENT_ERRORS = "RFC 9110, section 15.5"


def _crash(api: Api, when: Callable[[Request], bool]) -> None:
    def hook(request: Request) -> Answer | None:
        if when(request):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)


def _drop(api: Api, when: Callable[[Request], bool]) -> None:
    def change(request: Request, answer: Answer, data: bytes) -> bytes:
        answer.cut = answer.cut or when(request)
        return b"" if when(request) else data

    api.on_bytes(change)


def _decoded(text: str) -> bytes:
    return unquote_to_bytes(text)


@fault("id-unicode-crash", caught_by={"ROB-001", "ERR-011"}, clause=CLIENT_ERRORS)
def unicode_crash(api: Api) -> None:
    """An id with characters beyond ASCII is answered with 500."""
    _crash(api, lambda request: any(byte > 127 for byte in _decoded(request.path)))


@fault(
    "id-emoji-drops-connection", caught_by={"ROB-001"}, clause=CLIENT_ERRORS, also={"HTTP-017": "there is no answer"}
)
def emoji_drops(api: Api) -> None:
    """An id with a character beyond the basic plane ends the connection without an answer."""
    _drop(api, lambda request: any(byte >= 0xF0 for byte in _decoded(request.path)))


@fault("id-brackets-crash", caught_by={"ROB-001", "ERR-011"}, clause=CLIENT_ERRORS)
def brackets_crash(api: Api) -> None:
    """An id with a square or curly bracket is answered with 500."""
    _crash(api, lambda request: bool(re.search(rb"[\[\]{}]", _decoded(request.path))))


@fault("id-full-width-digits", caught_by={"ITEM-025"}, clause=CLIENT_ERRORS, also={"ROB-001": "it is not refused"})
def full_width(api: Api) -> None:
    """Letters behind an id, of whatever script, are cut off."""

    def route(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
        found = original(path)
        if found is None and (id_ := re.match(r"(.*/invoices/[0-9a-f-]{36})(%[A-F0-9]{2}|[a-z])+$", path)):
            return original(id_[1])
        return found

    api.replace("route", route)


@fault("id-long-crash", caught_by={"ROB-001", "ERR-011"}, clause=CLIENT_ERRORS, also={"ROB-002": "it is a long target"})
def long_crash(api: Api) -> None:
    """An id of more than 900 characters is answered with 500."""
    _crash(api, lambda request: len(request.path) > 950)


@fault(
    "id-very-long-drops-connection",
    caught_by={"ROB-002"},
    clause="RFC 9112, section 3",
    also={"HTTP-017": "there is no answer", "ROB-001": "there is no answer"},
)
def long_drops(api: Api) -> None:
    """A target of more than 7,000 bytes ends the connection without an answer."""
    _drop(api, lambda request: len(request.path) + len(request.query) > 7000)


@fault("target-long-crash", caught_by={"ROB-002", "ERR-011"}, clause="RFC 9112, section 3")
def target_crash(api: Api) -> None:
    """A target of more than 7,000 bytes is answered with 500."""
    _crash(api, lambda request: len(request.path) + len(request.query) > 7000)


@fault("nul-crash", caught_by={"ROB-003", "ERR-011"}, clause="RFC 3986, section 2.1")
def nul_crash(api: Api) -> None:
    """NUL in the path or the query is answered with 500."""
    _crash(api, lambda request: "%00" in request.path + request.query)


@fault("invalid-utf-8-crash", caught_by={"ROB-003", "ERR-011"}, clause="RFC 3986, section 2.1")
def invalid_utf_8(api: Api) -> None:
    """Invalid UTF-8 in the query is answered with 500."""

    def invalid(request: Request) -> bool:
        try:
            _decoded(request.query).decode()
        except UnicodeDecodeError:
            return True
        return False

    _crash(api, invalid)


@fault("malformed-escape-crash", caught_by={"ROB-003", "ERR-011"}, clause="RFC 3986, section 2.1")
def malformed_escape(api: Api) -> None:
    """A malformed percent-encoding is answered with 500."""
    _crash(api, lambda request: bool(re.search("%(?![0-9A-Fa-f]{2})", request.path + request.query)))


@fault("many-parameters-crash", caught_by={"ROB-004", "ERR-011"}, clause="OWASP API4:2023")
def many_parameters(api: Api) -> None:
    """More than 200 query parameters are answered with 500."""
    _crash(api, lambda request: request.query.count("&") > 200)


@fault("deep-parameter-crash", caught_by={"ROB-004", "ERR-011"}, clause="OWASP API4:2023")
def deep_parameter(api: Api) -> None:
    """A query parameter with more than 50 brackets is answered with 500."""
    _crash(
        api,
        lambda request: (
            (request.query.count("[") + request.query.lower().count("%5b")) > 50 and "&" not in request.query
        ),
    )


@fault("repeated-parameter-crash", caught_by={"ROB-004", "ERR-011"}, clause=CLIENT_ERRORS)
def repeated_parameter(api: Api) -> None:
    """A query parameter that is there twice is answered with 500."""

    def repeated(request: Request) -> bool:
        names = [pair.partition("=")[0] for pair in request.query.split("&")]
        return len(set(names)) < len(names)

    _crash(api, repeated)


@fault("large-fields-crash", caught_by={"ROB-005", "ERR-011"}, clause="RFC 9110, section 5.4")
def large_fields(api: Api) -> None:
    """A header section of more than 7,000 bytes is answered with 500."""

    def check(original: Callable[[Request], None], request: Request) -> None:
        if sum(len(name) + len(value) for name, value in request.fields) > 7000:
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(request)

    api.replace("check_size", check)


@fault("large-token-crash", caught_by={"ROB-005", "ERR-011"}, clause="RFC 9110, section 5.4")
def large_token(api: Api) -> None:
    """A token of more than 30,000 characters is answered with 500."""

    def check(original: Callable[[Request], None], request: Request) -> None:
        if any(len(line) > 30000 for line in request.lines("authorization")):
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(request)

    api.replace("check_size", check)


@fault("deep-include-crash", caught_by={"ROB-006", "ERR-011"}, clause="OWASP API4:2023")
def deep_include(api: Api) -> None:
    """An include path of more than twenty segments is answered with 500."""
    _crash(api, lambda request: "include=" in request.query and request.query.count(".") > 20)


@fault("long-fields-crash", caught_by={"ROB-006", "ERR-011"}, clause="OWASP API4:2023")
def long_fields(api: Api) -> None:
    """A fields parameter with more than 200 names is answered with 500."""
    _crash(
        api, lambda request: "fields" in request.query and request.query.count(",") + request.query.count("%2C") > 200
    )


@fault("suffix-is-another-type", caught_by={"ROB-010"}, clause="RFC 9110, section 8.3")
def suffix_type(api: Api) -> None:
    """The suffix .xml gives the invoice labelled as XML."""

    def route(original: Callable[..., tuple[str, str] | None], path: str) -> tuple[str, str] | None:
        return original(path.removesuffix(".xml"))

    def change(request: Request, answer: Answer) -> None:
        if request.path.endswith(".xml"):
            answer.set("Content-Type", "application/xml")

    api.replace("route", route)
    api.on_answer(change)


@fault("suffix-crash", caught_by={"ROB-010", "ERR-011"}, clause=CLIENT_ERRORS)
def suffix_crash(api: Api) -> None:
    """The suffix .json is answered with 500."""
    _crash(api, lambda request: request.path.endswith(".json"))


@fault(
    "expectation-hangs",
    caught_by={"ROB-011"},
    clause="RFC 9110, section 10.1.1",
    also={"HTTP-017": "there is no answer"},
)
def expectation(api: Api) -> None:
    """Any expectation but 100-continue ends the connection without an answer."""
    _drop(api, lambda request: bool(request.lines("expect")) and request.lines("expect") != ["100-continue"])


@fault(
    "expectation-crash",
    caught_by={"ERR-011"},
    clause="RFC 9110, section 10.1.1",
    also={"ROB-011": "it is neither the invoice nor 417"},
)
def expectation_crash(api: Api) -> None:
    """Any Expect is answered with 500."""
    _crash(api, lambda request: bool(request.lines("expect")))


def _under_load(api: Api, act: Callable[[Request], Awaitable[None]]) -> None:
    """Let ``act`` happen with each request that finds ten others under way."""
    under_way: set[int] = set()

    async def arrive(original: Callable[[Request], Awaitable[None]], request: Request) -> None:
        under_way.add(id(request))
        try:
            # Long enough for those that were sent together to be here together.
            await asyncio.sleep(0.02)
            if len(under_way) > 10:
                await act(request)
            await original(request)
        finally:
            under_way.discard(id(request))

    api.replace("arrive", arrive)


@fault("burst-exhausts-pool", caught_by={"SEC-021"}, clause="OWASP API4:2023", needs={"load"})
def exhausted(api: Api) -> None:
    """Of more than ten requests at once, those beyond the tenth are answered with 500."""

    async def fail(_: Request) -> None:
        raise Problem(500, "Internal server error", "No connection to the database is free.")

    _under_load(api, fail)


@fault("burst-mixes-answers", caught_by={"ROB-007"}, clause="RFC 9110, section 9.2.1", needs={"load"})
def mixed(api: Api) -> None:
    """Of more than ten requests at once, those beyond the tenth get the attributes of another invoice."""

    async def mark(request: Request) -> None:
        request.fields.append(("x-mixed", "1"))

    def change(request: Request, document: Document) -> None:
        if request.lines("x-mixed"):
            document["data"]["attributes"]["reference"] = "INV-OF-ANOTHER"

    _under_load(api, mark)
    api.on_document(change)


@fault("runtime-exceeds-budget", caught_by={"ROB-012"}, clause="Documented example, response headers", needs={"load"})
def slow(api: Api) -> None:
    """Of more than ten requests at once, those beyond the tenth take a second and a half."""
    _under_load(api, lambda _: asyncio.sleep(1.5))


@fault("id-without-hyphens-crash", caught_by={"ROB-001", "ERR-011"}, clause="RFC 9110, section 15.6")
def id_without_hyphens(api: Api) -> None:
    """An id without its hyphens is answered with 500."""

    def hook(request: Request) -> Answer | None:
        if re.search("/[0-9a-f]{32}$", request.path):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)
