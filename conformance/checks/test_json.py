"""The JSON texts of all answers, judged on the bytes that were received."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Any

from conformance.checks.support import documents
from conformance.judge.api import Violation, expect, observe_each, requirement
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading.attribute_names import shown_name
from conformance.syntax.json_text import DefectKind, IntegerLexeme, JsonText, RealLexeme
from conformance.syntax.scalars import shown

Exchanges = tuple[Exchange, ...]
# RFC 7493, section 2.2.
_LARGEST = 2**53 - 1
# Longer lexemes can only be beyond that; nothing is gained by converting them.
_LONGEST_NUMBER = 400
# RFC 7493, section 2.1: surrogates, and the code points that Unicode sets apart as noncharacters.
_NO_CHARACTER = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# How one of them begins where it is escaped.
_ESCAPED = re.compile(rb"\\u(?:d[89a-f]|fd[de]|fff[ef])", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")


def _expect_free_of(exchange: Exchange, expected: str, *kinds: DefectKind) -> None:
    for defect in documents.json_text(exchange).of_kind(*kinds):
        raise Violation(expected, defect.message, exchange)


def _readable(exchange: Exchange) -> JsonText:
    text = documents.json_text(exchange)
    if not text.readable:
        raise NotObserved(f"the content of the answer to {exchange.described} cannot be read")
    return text


@requirement("JSON-001")
def test_the_content_is_one_json_text(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        if documents.json_text(exchange).of_kind("depth"):
            raise NotObserved("the text is nested more deeply than this reader goes")
        _expect_free_of(exchange, "one JSON text", "empty", "syntax", "constant")

    observe_each(documents.distinct(every_answer), judge)


@requirement("JSON-002")
def test_the_content_is_utf_8_without_bom(every_answer: Exchanges) -> None:
    observe_each(every_answer, lambda exchange: _expect_free_of(exchange, "UTF-8 without BOM", "bom", "encoding"))


@requirement("JSON-003")
def test_no_object_has_a_member_twice(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        _readable(exchange)
        _expect_free_of(exchange, "each member once", "duplicate")

    observe_each(documents.distinct(every_answer), judge)


@requirement("JSON-004")
def test_strings_hold_characters_only(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        _readable(exchange)
        if _holds_characters_only(exchange):
            return
        for pointer, value in documents.leaves(exchange, str):
            if found := _NO_CHARACTER.search(value):
                observed = f"U+{ord(found[0]):04X} in a string"
                raise Violation("characters of Unicode only", observed, exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


def _holds_characters_only(exchange: Exchange) -> bool:
    """Return whether the whole content shows at once that all strings in it do; else each has to be looked at."""
    body = exchange.body
    return not (exchange.json.defects or _ESCAPED.search(body) or _NO_CHARACTER.search(body.decode()))


@requirement("JSON-005")
def test_numbers_fit_into_a_double(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        _readable(exchange)
        numbers = [
            part
            for part in documents.leaves(exchange, IntegerLexeme, RealLexeme)
            # An amount that is a number at all is a finding of its own.
            if not _is_amount(part.pointer)
        ]
        for pointer, number in documents.some(numbers):
            if not _fits(number):
                raise Violation("a number that a double can hold", shown(number), exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


def _is_amount(pointer: str) -> bool:
    return pointer.rpartition("/")[2] in contract.amounts()


def _fits(number: IntegerLexeme | RealLexeme) -> bool:
    if isinstance(number, IntegerLexeme):
        return abs(number) <= _LARGEST
    if len(number.lexeme) > _LONGEST_NUMBER or not isfinite(number):
        return False
    if not number:
        return not re.search("[1-9]", re.split("[eE]", number.lexeme)[0])
    return Decimal(number.lexeme) == Decimal(repr(float(number)))


@requirement("JSON-006")
def test_counts_and_durations_are_whole_numbers(every_answer: Exchanges) -> None:
    names = (*contract.counts(), *contract.durations())

    def judge(exchange: Exchange) -> None:
        counters = [
            documents.Part(f"{pointer}/attributes/{name}", attributes[name])
            for pointer, attributes in _invoice_attributes(exchange)
            for name in (shown_name(attributes, each) for each in names)
            if name in attributes
        ]
        for pointer, value in documents.some(counters):
            whole = isinstance(value, IntegerLexeme) and _WHOLE_NUMBER.fullmatch(value.lexeme) and value.lexeme != "-0"
            if not whole:
                raise Violation("a JSON number of digits only", shown(value), exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


def _invoice_attributes(exchange: Exchange) -> list[tuple[str, dict[str, Any]]]:
    invoices = documents.of_type(exchange, "invoices")
    return [(pointer, documents.member_object(invoice, "attributes")) for pointer, invoice in invoices]


@requirement("JSON-007")
def test_the_same_invoice_is_the_same_bytes(
    item: Exchange, item_again: Exchange, item_from_self_link: Exchange
) -> None:
    def judge(exchange: Exchange) -> None:
        if exchange.request != item.request:
            raise NotObserved("the invoice was not asked for twice in the same way")
        if any(exchange.resource.get(name) != item.resource.get(name) for name in ("type", "id")):
            raise NotObserved("another resource was answered, which is another finding")
        position = _first_difference(item.body, exchange.body)
        observed = f"{len(exchange.body)} bytes, different from byte {position} on"
        expect(item.body == exchange.body, f"the {len(item.body)} bytes of the first answer", observed, exchange)

    observe_each((item_again, item_from_self_link), judge)


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((position for position, (left, right) in pairs if left != right), min(len(one), len(other)))
