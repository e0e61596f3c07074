"""Faults of the JSON text."""

from __future__ import annotations

import itertools
import json
import random
import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_attributes, alter_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document

GRAMMAR = "RFC 8259, section 2"
NAMES = "RFC 7493, section 2.3"
LEXEMES = "Documented example, response body"


@fault("json-text-before", caught_by={"JSON-001"}, clause=GRAMMAR)
def text_before(api: Api) -> None:
    """A warning stands before the document."""
    alter_text(api, lambda text: b"Warning: deprecated\n" + text)


@fault("json-trailing-comma", caught_by={"JSON-001"}, clause=GRAMMAR)
def trailing_comma(api: Api) -> None:
    """The last member of the document is followed by a comma."""
    alter_text(api, lambda text: text[:-1] + b",}")


@fault("json-document-twice", caught_by={"JSON-001"}, clause=GRAMMAR)
def document_twice(api: Api) -> None:
    """The document is followed by a second one."""
    alter_text(api, lambda text: text + b"\n{}")


@fault(
    "json-not-a-number",
    caught_by={"JSON-001"},
    clause=GRAMMAR,
    also={"SEM-009": "it is no string", "INV-001": "it is no sum"},
)
def not_a_number(api: Api) -> None:
    """The amount is the word NaN, bare."""
    alter_text(api, lambda text: re.sub(rb'"amount-spent":"[^"]*"', b'"amount-spent":NaN', text))


@fault("json-raw-control-character", caught_by={"JSON-001"}, clause="RFC 8259, section 7")
def raw_control(api: Api) -> None:
    """A string contains a raw tab."""
    alter_text(api, lambda text: text.replace(b'"reference":"', b'"reference":"\t'))


@fault(
    "json-errors-malformed",
    caught_by={"JSON-001"},
    clause=GRAMMAR,
    also={"ERR-008": "it is no document", "ERR-014": "it is no document"},
)
def errors_malformed(api: Api) -> None:
    """Error documents are spelled with single quotes."""
    api.replace(
        "encode",
        lambda original, document: (
            original(document).replace(b'"', b"'") if "errors" in document else original(document)
        ),
    )


@fault("json-byte-order-mark", caught_by={"JSON-002"}, clause="RFC 8259, section 8.1")
def byte_order_mark(api: Api) -> None:
    """The document begins with a byte order mark."""
    alter_text(api, lambda text: b"\xef\xbb\xbf" + text)


@fault("json-latin-1", caught_by={"JSON-002"}, clause="RFC 8259, section 8.1")
def latin_1(api: Api) -> None:
    """The document is encoded in Latin-1."""
    alter_text(api, lambda text: text.decode().encode("latin-1", errors="replace"))


@fault(
    "json-utf-16",
    caught_by={"JSON-002"},
    clause="RFC 8259, section 8.1",
    also={"JSON-001": "it cannot be read as JSON"},
)
def utf_16(api: Api) -> None:
    """Errors are encoded in UTF-16."""
    api.replace(
        "encode",
        lambda original, document: (
            original(document).decode().encode("utf-16-le") if "errors" in document else original(document)
        ),
    )


@fault("json-links-twice", caught_by={"JSON-003"}, clause=NAMES)
def links_twice(api: Api) -> None:
    """The member links is there twice in an invoice."""
    alter_text(api, lambda text: re.sub(rb'("links":\{[^{}]*\}),"attributes"', rb'\1,\1,"attributes"', text))


@fault("json-amount-twice", caught_by={"JSON-003"}, clause=NAMES)
def amount_twice(api: Api) -> None:
    """The attribute amount-spent is there twice, the last one being right."""
    alter_text(api, lambda text: text.replace(b'"amount-spent":', b'"amount-spent":"1.0","amount-spent":'))


@fault("json-escaped-name-twice", caught_by={"JSON-003"}, clause=NAMES)
def escaped_twice(api: Api) -> None:
    """A member is repeated with its name spelled by an escape."""
    alter_text(api, lambda text: text.replace(b'"has-pdf":', b'"has-\\u0070df":true,"has-pdf":'))


@fault("json-lone-surrogate", caught_by={"JSON-004"}, clause="RFC 7493, section 2.1")
def lone_surrogate(api: Api) -> None:
    """A reference ends in half of an emoji."""
    alter_text(api, lambda text: text.replace("📞".encode(), b"\\ud83d"))


@fault("json-noncharacter", caught_by={"JSON-004"}, clause="RFC 7493, section 2.1")
def noncharacter(api: Api) -> None:
    """A reference contains U+FFFF."""
    alter_text(api, lambda text: text.replace("📞".encode(), b"\\uffff"))


@fault("json-number-too-large", caught_by={"JSON-005"}, clause="RFC 7493, section 2.2")
def too_large(api: Api) -> None:
    """Durations are in nanoseconds, beyond what a double holds."""

    def change(attributes: Document, _: object) -> None:
        for name in [name for name in attributes if name.endswith("-duration")]:
            attributes[name] = attributes[name] * 1_000_000_007

    alter_attributes(api, change)


def _counts(api: Api, change: Callable[[bytes], bytes]) -> None:
    alter_text(
        api,
        lambda text: re.sub(rb'("[a-z-]+-(?:count|duration)":)(\d+)', lambda match: match[1] + change(match[2]), text),
    )


@fault("json-count-with-fraction", caught_by={"JSON-006"}, clause=LEXEMES)
def count_fraction(api: Api) -> None:
    """Counts are written with a fraction."""
    _counts(api, lambda digits: digits + b".0")


@fault("json-count-with-exponent", caught_by={"JSON-006"}, clause=LEXEMES)
def count_exponent(api: Api) -> None:
    """Counts are written with an exponent."""
    _counts(api, lambda digits: digits + b"e0")


@fault("json-count-minus-zero", caught_by={"JSON-006"}, clause=LEXEMES)
def count_minus_zero(api: Api) -> None:
    """A count of zero has a minus sign."""
    _counts(api, lambda digits: b"-0" if digits == b"0" else digits)


@fault("json-count-as-string", caught_by={"JSON-006"}, clause=LEXEMES)
def count_string(api: Api) -> None:
    """Counts are strings."""
    _counts(api, lambda digits: b'"' + digits + b'"')


@fault("json-count-null", caught_by={"JSON-006"}, clause=LEXEMES)
def count_null(api: Api) -> None:
    """A count of zero is null."""
    _counts(api, lambda digits: b"null" if digits == b"0" else digits)


@fault(
    "json-order-by-chance",
    stateful=True,
    caught_by={"JSON-007"},
    clause=LEXEMES,
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
    stateful=True,
    caught_by={"JSON-007"},
    clause=LEXEMES,
    also={
        "HTTP-018": "so does the length",
        "ROB-009": "so do the bodies on one connection",
        "ROB-013": "so do the bodies of repeated requests",
    },
    needs={"repeat"},
)
def white_space(api: Api) -> None:
    """Every third answer is indented, with the same entity tag."""
    count = itertools.count()
    api.replace("entity_tag", lambda original, body: original(json.dumps(json.loads(body)).encode()))

    def encode(original: Callable[[Document], bytes], document: Document) -> bytes:
        return json.dumps(document, indent=1).encode() if next(count) % 3 == 2 else original(document)

    api.replace("encode", encode)
