"""Faults of the JSON text."""

from __future__ import annotations

import itertools
import json
import random
import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import EXAMPLE_BODY, JSON_GRAMMAR, UNIQUE_NAMES, rfc
from conformance.reference.faults.effects import in_attributes, in_text
from conformance.reference.faults.needs import REPEAT
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.tools import alter_attributes, alter_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document

fault = Area(__name__)
ENCODING = rfc(8259, "8.1")


def _in_errors(change: Callable[[bytes], bytes]) -> Install:
    """Alter the JSON text of error documents."""
    return instead_of(Api.encode)(
        lambda original, document: change(original(document)) if "errors" in document else original(document)
    )


@effect
def _counts(api: Api, change: Callable[[bytes], bytes]) -> None:
    """Alter the digits of counts and durations."""
    number = re.compile(rb'("[a-z-]+-(?:count|duration)":)(\d+)')
    alter_text(api, lambda text: number.sub(lambda match: match[1] + change(match[2]), text))


fault("json-text-before", {"JSON-001"}, JSON_GRAMMAR)(
    "A warning stands before the document.", in_text(lambda text: b"Warning: deprecated\n" + text)
)
fault("json-trailing-comma", {"JSON-001"}, JSON_GRAMMAR)(
    "The last member of the document is followed by a comma.", in_text(lambda text: text[:-1] + b",}")
)
fault("json-document-twice", {"JSON-001"}, JSON_GRAMMAR)(
    "The document is followed by a second one.", in_text(lambda text: text + b"\n{}")
)
fault(
    "json-not-a-number",
    {"JSON-001"},
    JSON_GRAMMAR,
    also={"SEM-009": "it is not a string", "INV-001": "it is not a sum"},
)(
    "The amount is the word NaN, bare.",
    in_text(lambda text: re.sub(rb'"amount-spent":"[^"]*"', b'"amount-spent":NaN', text)),
)
fault("json-raw-control-character", {"JSON-001"}, rfc(8259, "7"))(
    "A string contains a raw tab.", in_text(lambda text: text.replace(b'"reference":"', b'"reference":"\t'))
)
fault(
    "json-errors-malformed",
    {"JSON-001"},
    JSON_GRAMMAR,
    also={"ERR-008": "it is not a document", "ERR-014": "it is not a document"},
)("Error documents are spelled with single quotes.", _in_errors(lambda text: text.replace(b'"', b"'")))
fault("json-byte-order-mark", {"JSON-002"}, ENCODING)(
    "The document begins with a byte order mark.", in_text(lambda text: b"\xef\xbb\xbf" + text)
)
fault("json-latin-1", {"JSON-002"}, ENCODING)(
    "The document is encoded in Latin-1.", in_text(lambda text: text.decode().encode("latin-1", errors="replace"))
)
fault("json-utf-16", {"JSON-002"}, ENCODING, also={"JSON-001": "it cannot be read as JSON"})(
    "Errors are encoded in UTF-16.", _in_errors(lambda text: text.decode().encode("utf-16-le"))
)
fault("json-links-twice", {"JSON-003"}, UNIQUE_NAMES)(
    "The member links is there twice in an invoice.",
    in_text(lambda text: re.sub(rb'("links":\{[^{}]*\}),"attributes"', rb'\1,\1,"attributes"', text)),
)
fault("json-amount-twice", {"JSON-003"}, UNIQUE_NAMES)(
    "The attribute amount-spent is there twice, the last one being right.",
    in_text(lambda text: text.replace(b'"amount-spent":', b'"amount-spent":"1.0","amount-spent":')),
)
fault("json-escaped-name-twice", {"JSON-003"}, UNIQUE_NAMES)(
    "A member is repeated with its name spelled by an escape.",
    in_text(lambda text: text.replace(b'"has-pdf":', b'"has-\\u0070df":true,"has-pdf":')),
)
fault("json-lone-surrogate", {"JSON-004"}, rfc(7493, "2.1"))(
    "A reference ends in half of an emoji.", in_text(lambda text: text.replace("📞".encode(), b"\\ud83d"))
)
fault("json-noncharacter", {"JSON-004"}, rfc(7493, "2.1"))(
    "A reference contains U+FFFF.", in_text(lambda text: text.replace("📞".encode(), b"\\uffff"))
)


@fault("json-number-too-large", {"JSON-005"}, rfc(7493, "2.2"))
@in_attributes
def too_large(attributes: Document, _: object) -> None:
    """Durations are in nanoseconds, beyond what a double holds."""
    for name in [name for name in attributes if name.endswith("-duration")]:
        attributes[name] = attributes[name] * 1_000_000_007


fault("json-count-with-fraction", {"JSON-006"}, EXAMPLE_BODY)(
    "Counts are written with a fraction.", _counts(lambda digits: digits + b".0")
)
fault("json-count-with-exponent", {"JSON-006"}, EXAMPLE_BODY)(
    "Counts are written with an exponent.", _counts(lambda digits: digits + b"e0")
)
fault("json-count-minus-zero", {"JSON-006"}, EXAMPLE_BODY)(
    "A count of zero has a minus sign.", _counts(lambda digits: b"-0" if digits == b"0" else digits)
)
fault("json-count-as-string", {"JSON-006"}, EXAMPLE_BODY)(
    "Counts are strings.", _counts(lambda digits: b'"' + digits + b'"')
)
fault("json-count-null", {"JSON-006"}, EXAMPLE_BODY)(
    "A count of zero is null.", _counts(lambda digits: b"null" if digits == b"0" else digits)
)


@fault(
    "json-order-by-chance",
    {"JSON-007"},
    EXAMPLE_BODY,
    also={
        "ETAG-004": "the tag is a digest of the text",
        "ETAG-007": "HEAD has another one",
        "COND-001": "no tag is current",
        "COND-002": "no tag is current",
        "COND-004": "no tag is current",
        "COND-009": "no tag is current",
        "HTTP-006": "HEAD has another one",
        "COND-007": "the 304 has another tag",
    },
    stateful=True,
)
def order_by_chance(api: Api) -> None:
    """The order of the attributes varies from answer to answer."""
    chance = random.Random(1)  # noqa: S311 - a fault that repeats itself

    def change(attributes: Document, _: object) -> None:
        pairs = list(attributes.items())
        chance.shuffle(pairs)
        attributes.clear()
        attributes.update(pairs)

    alter_attributes(api, change)


@fault(
    "json-white-space-varies",
    {"JSON-007"},
    EXAMPLE_BODY,
    also={
        "HTTP-018": "so does the length",
        "ROB-009": "so do the bodies on one connection",
        "ROB-013": "so do the bodies of repeated requests",
    },
    needs=REPEAT,
    stateful=True,
)
def white_space(api: Api) -> None:
    """Every third answer is indented, with the same entity tag."""
    count = itertools.count()
    api.replace(Api.entity_tag, lambda original, body: original(json.dumps(json.loads(body)).encode()))

    def encode(original: Callable[[Document], bytes], document: Document) -> bytes:
        return json.dumps(document, indent=1).encode() if next(count) % 3 == 2 else original(document)

    api.replace(Api.encode, encode)
