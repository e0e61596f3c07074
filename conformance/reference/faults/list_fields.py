"""Faults in how fields with lists and parameters are taken apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.conditional import opaque
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ACCEPT, ENTITY_TAG, OWASP_RESOURCES, rfc
from conformance.reference.faults.effects import crashes
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.negotiation import MEDIA_TYPE

if TYPE_CHECKING:
    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

fault = Area(__name__, rfc(9110, "5.6.1"))
NoneMatch = Callable[[list[str], str], bool]


def _tags(split: Callable[[str], list[str]]) -> Install:
    """Compare the current tag with what ``split`` makes of If-None-Match, as well as with what is listed."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        found = {each.strip(' "').removeprefix("W/").strip('"') for each in split(", ".join(lines))}
        return original(lines, tag) and opaque(tag).strip('"') not in found

    return instead_of(Api.none_match)(none_match)


def _accepts(read: Callable[[str], str]) -> Install:
    """Read the lines of Accept by ``read`` first."""
    return instead_of(Api.acceptable)(lambda original, lines: original([read(line) for line in lines]))


@effect
def _waits(api: Api, where: Callable[[Request], object]) -> None:
    """Answer some requests only after a time in which every client has given up."""

    async def arrive(original: Callable[[Request], Awaitable[None]], request: Request) -> None:
        if where(request):
            await asyncio.sleep(3600)
        await original(request)

    api.replace("arrive", arrive)


def _any_line(name: str, holds: Callable[[str], object]) -> Callable[[Request], bool]:
    return lambda request: any(holds(line) for line in request.lines(name))


fault("list-tag-split-at-commas", {"HTTP-029"}, ENTITY_TAG)(
    "If-None-Match is split at every comma.", _tags(lambda value: value.split(","))
)
fault("list-tag-split-at-semicolons", {"HTTP-029"}, ENTITY_TAG)(
    "If-None-Match is split at semicolons, too.", _tags(lambda value: value.split(";"))
)
fault("list-tag-asterisk-anywhere", {"HTTP-029"}, ENTITY_TAG)(
    "An asterisk between blanks is any tag, within quotes as well.",
    instead_of(Api.none_match)(lambda original, lines, tag: " *," not in ", ".join(lines) and original(lines, tag)),
)
fault("list-tag-ends-at-comma", {"HTTP-029"}, ENTITY_TAG)(
    "Of If-None-Match what stands behind a tag with a comma is lost.",
    instead_of(Api.none_match)(
        lambda original, lines, tag: original(
            [line.partition('"a,b"')[0] if '"a,b"' in line else line for line in lines], tag
        )
    ),
)
fault("list-empty-tags-crash", {"HTTP-029", "ERR-011"})(
    "An empty If-None-Match is answered with 500.", crashes(_any_line("if-none-match", lambda line: not line))
)
fault("list-empty-tags-not-modified", {"HTTP-029"}, ENTITY_TAG)(
    "An empty If-None-Match is any tag.",
    instead_of(Api.none_match)(lambda original, lines, tag: lines != [""] and original(lines, tag)),
)
fault("list-empty-accept-refused", {"HTTP-029"}, ACCEPT)(
    "An empty Accept accepts nothing.",
    instead_of(Api.acceptable)(lambda original, lines: lines != [""] and original(lines)),
)
fault("list-accept-split-in-quotes", {"HTTP-029"}, ACCEPT)(
    "The profile in Accept ends at the first semicolon.",
    _accepts(lambda line: line.replace(";b", '";b') if "a;b" in line else line),
)
fault("list-accept-weight-in-profile", {"HTTP-029"}, ACCEPT)(
    "A weight of zero in the quotes of a profile refuses the type.",
    instead_of(Api.acceptable)(
        lambda original, lines: not any("profile=" in line and ";q=0" in line for line in lines) and original(lines)
    ),
)
fault("list-accept-comma-in-quotes", {"HTTP-029"}, ACCEPT)(
    "An escaped quotation mark in Accept ends a quoted text, and what follows is lost.",
    _accepts(lambda line: line.partition('\\"')[0] if '\\"' in line else line),
)
fault("list-accept-open-ended-refused", {"HTTP-029"}, ACCEPT)(
    "A semicolon with nothing behind it makes an element of Accept malformed.",
    _accepts(lambda line: "x" if line.endswith(";") else line),
)
fault(
    "list-accept-open-ended-crash",
    {"HTTP-029", "ERR-011"},
    ACCEPT,
    also={"ROB-014": "odd fields have such values, too"},
)(
    "A semicolon with nothing behind it is answered with 500.",
    crashes(_any_line("accept", lambda line: line.endswith(";"))),
)
fault("slow-blanks-of-tags", {"HTTP-028"}, OWASP_RESOURCES)(
    "Many blanks in If-None-Match are gone over again and again.",
    _waits(_any_line("if-none-match", lambda line: " " * 500 in line)),
)
fault("slow-blanks-of-cookies", {"HTTP-028"}, OWASP_RESOURCES)(
    "Many blanks in Cookie are gone over again and again.", _waits(_any_line("cookie", lambda line: " " * 500 in line))
)
fault("slow-commas-of-accept", {"HTTP-028"}, OWASP_RESOURCES)(
    "Many commas in Accept are gone over again and again.", _waits(_any_line("accept", lambda line: "," * 500 in line))
)
fault("slow-language", {"HTTP-028"}, OWASP_RESOURCES)(
    "A language of many parts is gone over again and again.",
    _waits(_any_line("accept-language", lambda line: line.count("-") > 400)),
)
fault("slow-user-agent", {"HTTP-028"}, OWASP_RESOURCES)(
    "A long comment in User-Agent is gone over again and again.",
    _waits(_any_line("user-agent", lambda line: line.count("a") > 900)),
)
fault("list-tag-backslash-escapes", {"HTTP-029"}, ENTITY_TAG)(
    "A backslash in an entity tag hides the quotation mark behind it.",
    instead_of(Api.none_match)(
        lambda original, lines, tag: any('"\\"' in line for line in lines) or original(lines, tag)
    ),
)
fault("list-tag-within-another", {"HTTP-029"}, ENTITY_TAG, needs=CONTESTED)(
    "A tag that goes on behind the current one is the current one.",
    instead_of(Api.none_match)(
        lambda original, lines, tag: original(lines, tag) and f'{opaque(tag)[:-1]}x"' not in ", ".join(lines)
    ),
)
fault("list-tags-of-thirty", {"HTTP-029"}, ENTITY_TAG, needs=CONTESTED)(
    "Of many entity tags the first thirty count.",
    instead_of(Api.none_match)(lambda original, lines, tag: original(lines[:30], tag)),
)
fault("list-accept-type-in-quotes", {"HTTP-029"}, ACCEPT, needs=CONTESTED)(
    "A weight of zero is found in front of the type that stands in quotes.",
    instead_of(Api.acceptable)(
        lambda original, lines: not any(f'q=0;x="{MEDIA_TYPE}' in line for line in lines) and original(lines)
    ),
)
fault("list-accept-profile-with-equals", {"HTTP-029"}, ACCEPT, needs=CONTESTED)(
    "An equals sign in the profile makes it another parameter.",
    instead_of(Api.acceptable)(lambda original, lines: not any("?a=b" in line for line in lines) and original(lines)),
)
fault("list-accept-two-semicolons-crash", {"HTTP-029", "ERR-011"}, ACCEPT, needs=CONTESTED)(
    "Two semicolons with nothing between them are answered with 500.",
    crashes(_any_line("accept", lambda line: "; ;" in line)),
)
fault("list-directive-in-quotes-crash", {"HTTP-029", "ERR-011"}, rfc(9111, "5.2.1"), needs=CONTESTED)(
    "A directive whose value ends with the name of another one is answered with 500.",
    crashes(_any_line("cache-control", lambda line: 'only-if-cached"' in line)),
)
fault("slow-digits-of-date", {"HTTP-028"}, OWASP_RESOURCES, needs=CONTESTED)(
    "Many digits in If-Modified-Since are gone over again and again.",
    _waits(_any_line("if-modified-since", lambda line: "1" * 500 in line)),
)
fault("slow-pairs-of-forwarded", {"HTTP-028"}, OWASP_RESOURCES, needs=CONTESTED)(
    "Many pairs in Forwarded are gone over again and again.",
    _waits(_any_line("forwarded", lambda line: line.count("a=b;") > 100)),
)
fault("slow-backslashes-of-type", {"HTTP-028"}, OWASP_RESOURCES, needs=CONTESTED)(
    "Many backslashes in Content-Type are gone over again and again.",
    _waits(_any_line("content-type", lambda line: "\\" * 500 in line)),
)
fault("slow-letters-of-forwarded-for", {"HTTP-028"}, OWASP_RESOURCES, needs=CONTESTED)(
    "Many letters in X-Forwarded-For are gone over again and again.",
    _waits(_any_line("x-forwarded-for", lambda line: "a" * 500 in line)),
)
fault("slow-blanks-of-authorization", {"HTTP-028"}, OWASP_RESOURCES, needs=CONTESTED)(
    "Many blanks in Authorization are gone over again and again.",
    _waits(_any_line("authorization", lambda line: " " * 500 in line)),
)
