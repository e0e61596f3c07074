"""JSON read from bytes: every defect is reported, and what a lenient reader can make of it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.syntax.json_text import IntegerLexeme, RealLexeme, read


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b' \t\r\n{"a": [1, "b", null, true]} \n', {"a": [1, "b", None, True]}),
        (b'"text"', "text"),
        (b"0", 0),
        (b"null", None),
        ('{"reference": "Z\u00fcrich \U0001f600"}'.encode(), {"reference": "Z\u00fcrich \U0001f600"}),
        (rb'{"reference": "Z\u00fcrich \ud83d\ude00"}', {"reference": "Z\u00fcrich \U0001f600"}),
        (b'{"a": {"x": 1}, "b": {"x": 1}}', {"a": {"x": 1}, "b": {"x": 1}}),
        (b'"NaN"', "NaN"),
    ],
)
def test_json_has_no_defect(body: bytes, value: object) -> None:
    text = read(body)
    assert (text.value, text.readable, text.defects) == (value, True, [])


@pytest.mark.parametrize(
    ("body", "kind", "value"),
    [
        (b"\xef\xbb\xbf{}", "bom", {}),
        (b'{"a": "Z\xfcrich"}', "encoding", {"a": "Z\u00fcrich"}),
        (b'{"a": "\xed\xa0\x80"}', "encoding", {"a": "\xed\xa0\x80"}),
        (b'{"a": "\xc0\xaf"}', "encoding", {"a": "\xc0\xaf"}),
        ('{"a": "\u00fc"}'.encode("utf-16"), "encoding", {"a": "\u00fc"}),
        ('{"a": "\u00fc"}'.encode("utf-16-le"), "encoding", {"a": "\u00fc"}),
        ('{"a": "b"}'.encode("utf-16-be"), "encoding", {"a": "b"}),
        ('{"a": "b"}'.encode("utf-32"), "encoding", {"a": "b"}),
        (b'{"a": Infinity}', "constant", {"a": float("inf")}),
        (b"[-Infinity]", "constant", [float("-inf")]),
        (b'{"a": 1, "a": 2}', "duplicate", {"a": 2}),
        (b'{"data": {"links": {}, "links": {}}}', "duplicate", {"data": {"links": {}}}),
        (rb'{"a": 1, "\u0061": 2}', "duplicate", {"a": 2}),
        (rb'{"a": "\ud83d"}', "surrogate", {"a": "\ud83d"}),
        (rb'{"\udc00": 1}', "surrogate", {"\udc00": 1}),
    ],
)
def test_a_defect_is_reported_and_the_value_kept(body: bytes, kind: str, value: object) -> None:
    text = read(body)
    assert [defect.kind for defect in text.defects] == [kind]
    assert (text.value, text.readable) == (value, True)


def test_not_a_number_is_reported() -> None:
    text = read(b'{"a": NaN}')
    assert [defect.message for defect in text.defects] == ["NaN is not a JSON value"]
    assert text.value["a"] != text.value["a"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"[1 2]",
        b"{} {}",
        b"<html></html>",
        b'{"a": 01}',
        b'{"a": .5}',
        b'{"a": 1.}',
        b'{"a": +1}',
        b'{"a": "\n"}',
        rb'{"a": "\x41"}',
        b"// comment\n{}",
        b'{"a": undefined}',
        b"\x00\x01\x02\x03",
        b"\xff" * 20,
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_json_is_unreadable(body: bytes) -> None:
    text = read(body)
    assert not text.readable
    assert text.of_kind("syntax")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b" <!DOCTYPE html><title>x</title>", "HTML, not JSON"),
        (b"<html lang=en>", "HTML, not JSON"),
        (b"<?xml version='1.0'?>", "markup, not JSON"),
        (b"{]", "line 1 column 2: Expecting property name enclosed in double quotes"),
    ],
)
def test_markup_is_named(body: bytes, expected: str) -> None:
    assert [defect.message for defect in read(body).of_kind("syntax")] == [expected]


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_nothing_is_empty(body: bytes) -> None:
    text = read(body)
    assert [defect.kind for defect in text.defects] == ["empty"]
    assert not text.readable


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_deep_nesting_is_reported(bracket: bytes) -> None:
    text = read(bracket * 200_000)
    assert [defect.kind for defect in text.defects] == ["depth"]
    assert not text.readable


@pytest.mark.parametrize("lexeme", ["0", "-0", "12", "-7", "9" * 4000])
def test_integers_keep_their_spelling(lexeme: str) -> None:
    value: Any = read(lexeme.encode()).value
    assert isinstance(value, IntegerLexeme)
    assert value.lexeme == lexeme


@pytest.mark.parametrize("lexeme", ["0.10", "-0.0", "1e2", "1E+400", "12.5e-3", "9" * 4001])
def test_reals_keep_their_spelling(lexeme: str) -> None:
    value: Any = read(lexeme.encode()).value
    assert isinstance(value, RealLexeme)
    assert value.lexeme == lexeme


def test_every_defect_is_reported() -> None:
    text = read(b'\xef\xbb\xbf{"a": NaN, "a": "\xff", "b": "\\ud800"}')
    assert {defect.kind for defect in text.defects} == {"bom", "encoding", "constant", "duplicate", "surrogate"}
    assert text.of_kind("surrogate")[0].message == "the string at /b holds a lone surrogate"
