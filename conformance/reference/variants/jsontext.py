"""Other spellings of the same JSON text."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

from conformance.reference.variants import variant
from conformance.reference.variants.tools import tag_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document

SPACE = "RFC 8259, section 2"
STRINGS = "RFC 8259, section 7"
UNORDERED = "RFC 8259, section 1"


def _encoded(change: Callable[[bytes], bytes]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.replace("encode", lambda original, document: change(original(document)))

    return install


def _indented(text: bytes) -> bytes:
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2).encode()


def _escaped(text: bytes) -> bytes:
    return re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text.decode()).encode()


# Name, clause, change, sentence.
_SPELLINGS: tuple[tuple[str, str, Callable[[bytes], bytes], str], ...] = (
    ("json-indented", SPACE, _indented, "Documents are indented, one member a line."),
    ("json-line-end", SPACE, lambda text: text + b"\r\n", "A line end follows on each document."),
    ("json-spaced", SPACE, lambda text: b" \t" + text.replace(b'":', b'" :'), "Blanks stand where JSON allows them."),
    ("json-escaped", STRINGS, _escaped, "Characters beyond ASCII are escaped."),
    ("json-escaped-solidus", STRINGS, lambda text: text.replace(b"/", rb"\/"), "Every slash is escaped."),
)
for _name, _clause, _change, _sentence in _SPELLINGS:
    variant(_name, clause=_clause, touches={"json"}, sentence=_sentence)(_encoded(_change))


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(member) for name, member in reversed(value.items())}
    return [_reversed(member) for member in value] if isinstance(value, list) else value


@variant("json-members-reversed", clause=UNORDERED, touches={"json"})
def members_reversed(api: Api) -> None:
    """Members stand in another order than documented."""
    api.replace("encode", lambda original, document: original(_reversed(document)))


def _rotated(value: Any, places: int) -> Any:
    """Let the members of all objects begin at another one."""
    if isinstance(value, list):
        return [_rotated(member, places) for member in value]
    if not isinstance(value, dict) or not value:
        return value
    names = list(value)
    first = places % len(names)
    return {name: _rotated(value[name], places) for name in names[first:] + names[:first]}


@variant("json-members-in-changing-order", clause="RFC 9110, section 8.8.1", touches={"json", "etag"})
def members_in_changing_order(api: Api) -> None:
    """The order of members changes from answer to answer, under the same weak entity tag."""
    numbers = itertools.count(1)
    api.replace("encode", lambda original, document: original(_rotated(document, next(numbers))))
    tag_by(api, lambda document: document)


@variant("json-indented-by-one-of-two", clause="RFC 9110, section 8.8.1", touches={"json", "etag"})
def indented_by_one_of_two(api: Api) -> None:
    """One of two servers behind a gateway indents its documents; the weak entity tag is the same."""
    numbers = itertools.count(1)

    def encode(original: Callable[[Document], bytes], document: Document) -> bytes:
        text = original(document)
        return text if next(numbers) % 3 else _indented(text)

    api.replace("encode", encode)
    tag_by(api, lambda document: document)


@variant(
    "json-names-twice-in-meta",
    clause="RFC 8259, section 4",
    touches={"meta", "total", "json"},
    departs={"JSON-003": "SHOULD"},
)
def names_twice(api: Api) -> None:
    """The meta of a collection has a name twice with equal values; that names are unique is a SHOULD."""

    def encode(original: Callable[[Document], bytes], document: Document) -> bytes:
        text = original(document)
        return text.replace(b'"total-count":', b'"pages":1,"pages":1,"total-count":') if "data" in document else text

    api.replace("encode", encode)
