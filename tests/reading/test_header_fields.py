"""How header fields are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conformance.model.exchange import NotObserved
from conformance.reading import header_fields
from tests.support.exchanges import exchange


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], []),
        (["a, b ,c"], ["a", "b", "c"]),
        ([", a ,, b,"], ["a", "b"]),
        (["a", "b, c"], ["a", "b", "c"]),
        (['private="a, b", max-age=0'], ['private="a, b"', "max-age=0"]),
        ([r'x="a\", b", c'], [r'x="a\", b"', "c"]),
        (['"a, b', "c"], ['"a, b', "c"]),
        (['a, "b\\'], ["a", '"b\\']),
    ],
)
def test_a_list_is_split_at_commas_outside_quotes(lines: list[str], found: list[str]) -> None:
    assert header_fields.elements(lines) == found


@pytest.mark.parametrize(
    ("digits", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 5000, 10**18), ("0" * 5000, 0)]
)
def test_numbers_of_any_length_are_read(digits: str, number: int) -> None:
    assert header_fields.number(digits) == number


def test_tokens_are_read_from_all_lines() -> None:
    assert header_fields.tokens(["GET, HEAD", "OPTIONS"]) == ["GET", "HEAD", "OPTIONS"]
    with pytest.raises(header_fields.MalformedError):
        header_fields.tokens(["GET HEAD"])


def test_directives_have_lower_case_names_and_their_arguments() -> None:
    assert header_fields.directives(['Max-Age=0, PRIVATE="x, y", must-revalidate']) == [
        ("max-age", "0"),
        ("private", '"x, y"'),
        ("must-revalidate", None),
    ]


@pytest.mark.parametrize("value", ["private; max-age=0", "max-age=", "max-age = 0", '"private', "=0", "a=b=c"])
def test_a_malformed_directive_is_refused(value: str) -> None:
    with pytest.raises(header_fields.MalformedError):
        header_fields.directives([value])


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("Thu, 14 Nov 2024 09:57:08 GMT", datetime(2024, 11, 14, 9, 57, 8, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:60 GMT", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_imf_fixdate_is_read(value: str, time: datetime) -> None:
    assert header_fields.fixdate(value) == time


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Thu, 14 Nov 2024 09:57:08 UTC",
        "Thu, 14 Nov 2024 09:57:08 +0000",
        "Thu, 14 nov 2024 09:57:08 GMT",
        "Thu, 14 Foo 2024 09:57:08 GMT",
        "Thu, 4 Nov 2024 09:57:08 GMT",
        "Thu, 31 Feb 2024 09:57:08 GMT",
        "Thu, 14 Nov 2024 24:00:00 GMT",
        "Thursday, 14-Nov-24 09:57:08 GMT",
        "Thu Nov 14 09:57:08 2024",
        "2024-11-14T09:57:08Z",
        "Thu, 14 Nov 2024 09:57:08 GMT ",
        "Thu, 14 Nov 2024 09:57:0\N{ARABIC-INDIC DIGIT EIGHT} GMT",
    ],
)
def test_what_is_not_an_imf_fixdate_is_refused(value: str) -> None:
    with pytest.raises(header_fields.MalformedError):
        header_fields.fixdate(value)


def test_the_day_of_the_week_is_that_of_the_date() -> None:
    with pytest.raises(header_fields.WrongDayError, match="is a Thu"):
        header_fields.fixdate("Wed, 14 Nov 2024 09:57:08 GMT")


def test_readers_do_not_observe_what_is_malformed() -> None:
    with pytest.raises(NotObserved):
        header_fields.cache_directives(exchange(headers={"Cache-Control": "private; max-age=0"}))
    with pytest.raises(NotObserved):
        header_fields.varies_by(exchange(headers={"Vary": "Accept Origin"}))
    with pytest.raises(NotObserved):
        header_fields.date_of(exchange(headers={"Date": ["Thu, 14 Nov 2024 09:57:08 GMT"] * 2}), "Date")
    with pytest.raises(NotObserved):
        header_fields.declared_length(exchange(headers={"Content-Length": "1092.0"}))


def test_readers_read() -> None:
    answer = exchange(headers={"Vary": ["Accept", "Origin"], "Content-Length": "1092"})
    assert header_fields.varies_by(answer) == {"accept", "origin"}
    assert header_fields.cache_directives(answer) == {"max-age": "0", "private": None, "must-revalidate": None}
    assert header_fields.declared_length(answer) == 1092
    assert header_fields.declared_length(exchange()) is None


def test_weakness_is_turned_round() -> None:
    assert header_fields.other_weakness('W/"x"') == '"x"'
    assert header_fields.other_weakness('"x"') == 'W/"x"'
    assert header_fields.opaque('W/"x"') == header_fields.opaque('"x"') == '"x"'
