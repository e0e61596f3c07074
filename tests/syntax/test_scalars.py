"""Readers of values, against independent ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc3986_validator import validate_rfc3986  # type: ignore[import-untyped]

from conformance.syntax import json_text, scalars, urls

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59)


@given(st.datetimes(timezones=st.just(UTC)), OFFSETS, st.sampled_from("Tt"))
def test_an_instant_is_that_of_datetime(moment: datetime, minutes: int, separator: str) -> None:
    try:
        local = moment + timedelta(minutes=minutes)
    except OverflowError:
        return
    hours, rest = divmod(abs(minutes), 60)
    zone = f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
    text = f"{local.replace(tzinfo=None).isoformat(separator, 'microseconds')}{zone}"
    found = scalars.instant(text)
    expected = moment - EPOCH
    assert found.seconds == expected // timedelta(seconds=1)
    assert found.fraction == Decimal(moment.microsecond) / 1_000_000


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_are_ordered_like_datetimes(one: datetime, other: datetime) -> None:
    first, second = (scalars.instant(moment.isoformat()) for moment in (one, other))
    assert (first < second) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:59:60Z",
        "2017-01-01T05:29:60.25+05:30",
        "1990-12-31T15:59:60-08:00",
        "0000-02-29T00:00:00-00:00",
        "9999-12-31T23:59:60Z",
    ],
)
def test_odd_times_that_exist(text: str) -> None:
    assert scalars.instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-00-10T00:00:00Z",
        "2024-13-10T00:00:00Z",
        "2024-11-00T00:00:00Z",
        "2024-11-07T24:00:00Z",
        "2024-11-07T23:60:00Z",
        "2024-11-07T23:59:61Z",
        "2016-12-31T23:58:60Z",
        "2016-12-30T23:59:60Z",
        "2024-11-07T00:00:00+24:00",
        "2024-11-07T00:00:00+00:60",
        "2024-11-07T00:00:00",
        "2024-11-07 00:00:00Z",
        "2024-11-07T00:00:00.Z",
        "2024-11-07T00:00:00,5Z",
        "2024-11-07T00:00Z",
        "24-11-07T00:00:00Z",
        "2024-11-07T00:00:00Z\n",
        "",
    ],
)
def test_times_that_do_not_exist(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        scalars.instant(text)


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=20), max_size=5))
def test_a_sum_is_exact(numbers: list[Decimal]) -> None:
    assert Fraction(scalars.exact_sum(*numbers)) == sum(map(Fraction, numbers))


@given(st.from_regex(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", fullmatch=True))
def test_a_decimal_is_read_exactly(text: str) -> None:
    number = scalars.plain_decimal(text)
    assert number is not None
    assert Fraction(number) == Fraction(text)


@pytest.mark.parametrize(
    "value", ["", "-", "1.", ".5", "+1", "1e2", "NaN", "Infinity", "1_0", " 1", "1\n", "\u0661", 1, None]
)
def test_other_forms_are_not_a_decimal(value: object) -> None:
    assert scalars.plain_decimal(value) is None


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("abb41d30-a26e-11ef-be6d-0242ac120003", True),
        ("ABB41D30-A26E-11EF-BE6D-0242AC120003", True),
        ("abb41d30a26e11efbe6d0242ac120003", False),
        ("{abb41d30-a26e-11ef-be6d-0242ac120003}", False),
        ("abb41d30-a26e-11ef-be6d-0242ac120003\n", False),
        ("abb41d30-a26e-11ef-be6d-0242ac12000g", False),
    ],
)
def test_the_form_of_a_uuid(text: str, legal: bool) -> None:
    assert scalars.is_uuid(text) is legal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"\\u202e\\u001b[31m"', '"\\u202e\\u001b[31m"'),
        (f'"{"x" * 99}"', f'"{"x" * 56}...'),
        ("1.50", "the number 1.50"),
        ("[1,2]", "an array of 2"),
        ('{"a":1}', 'an object with "a"'),
        ("{}", "{}"),
        ("null", "null"),
    ],
)
def test_a_value_is_shown_in_one_short_line(text: str, expected: str) -> None:
    assert scalars.shown(json_text.read(text.encode()).value) == expected


PIECES = st.sampled_from(
    ["http://", "a", "/", "?", "#", ":", "%20", "%", "{", " ", "é", "@", "//", "x.y", ":80", "1", "="]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_uri_references_are_those_of_another_reader(text: str) -> None:
    assert urls.is_uri_reference(text) == bool(validate_rfc3986(text, rule="URI_reference"))


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("http://[::1]:80/x", True),
        ("?page[number]=2", True),
        ("/invoices[1]", False),
        ("http://example.org/\n", False),
        ("1a:b", False),
        ("a+b:c", True),
        ("http://[x]/", False),
    ],
)
def test_what_a_uri_reference_is(text: str, legal: bool) -> None:
    assert urls.is_uri_reference(text) is legal


@pytest.mark.parametrize(
    "link", ["/x", "//example.org/x", "mailto:a@example.org", "http:///x", "http://a:99999/", "http://[x/"]
)
def test_what_is_not_an_absolute_url(link: str) -> None:
    assert not urls.is_absolute(link)


def test_origins_and_targets_are_compared_by_meaning() -> None:
    assert urls.origin("HTTPS://Example.ORG/x") == urls.origin("https://example.org:443")
    base = "http://example.org/api/invoices/1"
    assert urls.target_of("1/account?b=2&a=%31", base) == urls.target_of(
        "http://x/api/invoices/1/account?a=1&b=2", base
    )
