"""Properties of the judging functions: whatever fits the contract is accepted, a single wrong change is rejected.

Invoices are drawn from the forms that the schemas give their attributes; the change by the requirement that owns it.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conformance.fuzzing.files import keep_files_away
from conformance.model import contract
from conformance.model.exchange import ENTITY_TAG
from conformance.reading.header_fields import MalformedError, fixdate
from conformance.syntax.scalars import exact_sum, instant, plain_decimal
from tests.support.exchanges import document, exchange
from tests.support.judged import INVOICES, RECORD, judged

keep_files_away()

Attributes = dict[str, Any]
QUIET = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=20)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def written(time: datetime) -> str:
    """Return a time as the contract writes it: three decimals, and Z or an offset."""
    text = time.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def times(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    """Return times from ``first`` to ``last``, in milliseconds and in any zone."""
    width = int((last - first) / timedelta(milliseconds=1))
    moments = st.integers(0, width).map(lambda offset: first + timedelta(milliseconds=offset))
    return st.builds(lambda moment, zone: moment.astimezone(zone), moments, st.one_of(st.just(UTC), ZONES))


# The documented form: digits, a point, digits. A sign and a missing fraction are findings of their own.
AMOUNTS = st.from_regex(r"(0|[1-9][0-9]{0,30})\.[0-9]{1,25}", fullmatch=True, alphabet=string.printable)
COUNTS = st.integers(0, 2**53 - 1)


@st.composite
def directions(draw: st.DrawFn, name: str, start: datetime, end: datetime) -> Attributes:
    """Draw the attributes of one direction that go together."""
    calls = draw(st.one_of(st.just(0), COUNTS))
    successful = draw(st.integers(0, calls))
    if not calls:
        first = last = None
    else:
        first, last = (written(each) for each in sorted(draw(st.tuples(times(start, end), times(start, end)))))
    values = {
        "amount-spent": draw(AMOUNTS) if calls else "0.0",
        "calls-count": calls,
        "successful-calls-count": successful,
        "calls-duration": draw(COUNTS) if successful else 0,
        "billing-duration": draw(COUNTS) if successful else 0,
        "first-call-at": first,
        "last-call-at": last,
    }
    return {f"{name}-{key}": value for key, value in values.items()}


@st.composite
def attributes(draw: st.DrawFn) -> Attributes:
    """Draw the attributes of an invoice of a past period, in documented order."""
    start = draw(st.datetimes(datetime(1990, 1, 1), datetime(2024, 1, 1)))  # noqa: DTZ001 - the zone follows
    start = start.replace(microsecond=0, tzinfo=UTC)
    end = start + timedelta(milliseconds=draw(st.integers(1, 90 * 24 * 3600 * 1000)))
    services = draw(st.one_of(st.just(0), COUNTS))
    drawn: Attributes = {
        "reference": draw(st.one_of(st.none(), TEXT)),
        "start-date": written(start),
        "end-date": written(end.astimezone(draw(ZONES))),
        "has-pdf": draw(st.booleans()),
        **draw(directions("originated", start, end)),
        **draw(directions("terminated", start, end)),
        "services-amount-spent": draw(AMOUNTS) if services else "0.0",
        "service-transactions-count": services,
    }
    parts = [Decimal(drawn[f"{name}-amount-spent"]) for name in ("originated", "terminated", "services")]
    total = f"{exact_sum(*parts):f}"
    drawn["amount-spent"] = total if "." in total else f"{total}.0"
    return {name: drawn[name] for name in contract.attribute_names()}


# Checks that have something to judge when nothing but the invoice was answered.
_ALONE = {"item", "item_with_account", *RECORD}
JUDGES = [check for check in INVOICES.checks if _ALONE.issuperset(check.parameters)]


def violated(body: Any) -> set[str]:
    """Return the requirements that an answer with this body does not satisfy."""
    answers = {"item": exchange(body=body)}
    return {check.requirement for check in JUDGES if judged(check.function, answers) == "violated"}


def with_attributes(values: Attributes) -> dict[str, Any]:
    whole = document()
    whole["data"]["attributes"] = values
    return whole


# What only the documented spelling of times asks for: three decimals and Z.
SPELLING = {"SEM-015"}


@QUIET
@given(attributes())
def test_every_invoice_that_fits_is_accepted(values: Attributes) -> None:
    assert contract.problems(with_attributes(values), "item-document") == []
    assert violated(with_attributes(values)) <= SPELLING


@QUIET
@given(attributes(), st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(values: Attributes, chance: Any) -> None:
    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name]) for name in names}

    assert violated(shuffled(with_attributes(values))) <= SPELLING


Change = Callable[[dict[str, Any], str], None]


def assigned(value: Any) -> Change:
    return lambda attributes, name: attributes.__setitem__(name, value)


def dropped(values: Attributes, name: str) -> None:
    del values[name]


def renamed(values: Attributes, name: str) -> None:
    values[name.replace("-", "_") + "_x"] = values.pop(name)


AMOUNT, COUNT, TIME = contract.amounts(), (*contract.counts(), *contract.durations()), contract.dates()
ALL = contract.attribute_names()
CHANGES: list[tuple[str, tuple[str, ...], Change, set[str]]] = [
    ("drop", ALL, dropped, {"ITEM-022"}),
    ("rename", ALL, renamed, {"ITEM-022", "ITEM-023"}),
    ("retype to number", AMOUNT, assigned(1.5), {"SEM-009"}),
    ("retype to text", COUNT, assigned("1"), {"JSON-006"}),
    ("retype to fraction", COUNT, assigned(1.5), {"JSON-006"}),
    ("retype to flag", COUNT, assigned(True), {"JSON-006"}),
    ("retype to word", ("has-pdf",), assigned("false"), {"SEM-008"}),
    ("retype to digit", ("has-pdf",), assigned(0), {"SEM-008"}),
    ("retype to object", ("reference",), assigned({}), {"SEM-004"}),
    ("retype to integer", ("reference",), assigned(23), {"SEM-004"}),
    ("retype to seconds", TIME, assigned(1730973368), {"SEM-005"}),
    ("retype to seconds", contract.call_times(), assigned(1730973368), {"SEM-007"}),
    ("null", AMOUNT, assigned(None), {"SEM-009"}),
    ("null", COUNT, assigned(None), {"JSON-006"}),
    ("null", TIME, assigned(None), {"SEM-005"}),
    ("null", ("has-pdf",), assigned(None), {"SEM-008"}),
    ("reformat with comma", AMOUNT, assigned("0,0"), {"SEM-009"}),
    ("reformat with unit", AMOUNT, assigned("0.0 EUR"), {"SEM-009"}),
    ("reformat with line feed", AMOUNT, assigned("0.0\n"), {"SEM-009"}),
    ("reformat with other digits", AMOUNT, assigned("\u0661.\u0660"), {"SEM-009"}),
    ("reformat with exponent", AMOUNT, assigned("1e2"), {"SEM-010"}),
    ("reformat as day", TIME, assigned("2024-11-07"), {"SEM-005"}),
    ("reformat without zone", TIME, assigned("2024-11-07T09:56:08.253"), {"SEM-005"}),
    ("reformat as no day", TIME, assigned("2023-02-29T09:56:08.253Z"), {"SEM-006"}),
    ("negate", COUNT, assigned(-1), {"SEM-013"}),
]
CASES = [
    pytest.param(name, change, owners, id=f"{what} {name}")
    for what, names, change, owners in CHANGES
    for name in (names if len(names) < 4 else names[:: len(names) // 3])
]


@pytest.mark.parametrize(("name", "change", "owners"), CASES)
@settings(QUIET, max_examples=3)
@given(values=attributes())
def test_a_single_change_is_rejected_by_its_owner(
    values: Attributes, name: str, change: Change, owners: set[str]
) -> None:
    change(values, name)
    found = violated(with_attributes(values)) - SPELLING
    assert found == owners


@QUIET
@given(attributes())
def test_a_total_that_is_not_a_sum_is_rejected(values: Attributes) -> None:
    values["amount-spent"] = f"{exact_sum(Decimal(values['amount-spent']), Decimal('0.01')):f}"
    assume(Fraction(values["amount-spent"]) != sum(Fraction(values[f"{name}-amount-spent"]) for name in PARTS))
    assert violated(with_attributes(values)) - SPELLING == {"INV-001"}


PARTS = ("originated", "terminated", "services")


@QUIET
@given(attributes())
def test_a_period_that_ends_before_it_starts_is_rejected(values: Attributes) -> None:
    values["start-date"], values["end-date"] = values["end-date"], values["start-date"]
    assert "INV-003" in violated(with_attributes(values))


@QUIET
@given(attributes(), st.sampled_from(contract.attribute_names()))
def test_a_member_that_occurs_twice_is_rejected(values: Attributes, name: str) -> None:
    text = json.dumps(with_attributes(values), separators=(",", ":"))
    member = f"{json.dumps(name)}:{json.dumps(values[name])}"
    assert violated(text.replace(member, f"{member},{member}", 1)) - SPELLING == {"JSON-003"}


@pytest.mark.parametrize(
    ("pointer", "value", "owner"),
    [
        ("/data/type", "invoice", "ITEM-007"),
        ("/data/id", "abb41d30a26e11efbe6d0242ac120003", "SEM-001"),
        ("/data/extra", 1, "ITEM-006"),
        ("/extra", 1, "ITEM-003"),
        ("/data/relationships/account/links/related", None, "ITEM-015"),
        ("/data/links/self", "http://[", "ITEM-016"),
        ("/meta", [], "ITEM-011"),
    ],
)
def test_a_change_of_the_frame_is_rejected(pointer: str, value: Any, owner: str) -> None:
    assert owner in violated(document({pointer: value}))


# Parsers against independent ones.


@given(st.from_regex(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", fullmatch=True, alphabet=string.printable))
def test_decimals_are_read_exactly(text: str) -> None:
    found = plain_decimal(text)
    assert found is not None
    assert Fraction(found) == Fraction(text)


@given(st.text(string.digits + ".,-+eE _", max_size=12))
def test_what_is_not_a_plain_decimal_is_refused(text: str) -> None:
    digits = text.removeprefix("-").split(".")
    plain = len(digits) <= 2 and all(part.isascii() and part.isdigit() for part in digits)
    assert (plain_decimal(text) is not None) == plain


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=20), max_size=6))
def test_sums_are_exact(numbers: list[Decimal]) -> None:
    assert Fraction(exact_sum(*numbers)) == sum(map(Fraction, numbers))


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES))  # noqa: DTZ001 - drawn with zones
def test_times_are_read_as_the_standard_library_reads_them(time: datetime) -> None:
    found = instant(time.isoformat())
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    assert found.seconds == since // timedelta(seconds=1)
    assert found.fraction == Decimal(since % timedelta(seconds=1) // timedelta(microseconds=1)) / 1_000_000


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32), st.integers(0, 25), st.integers(0, 61))
def test_times_that_do_not_exist_are_refused(year: int, month: int, day: int, hour: int, minute: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z"
    try:
        # The calendar repeats after 400 years; the standard library has no year 0.
        datetime(year % 400 + 400, month, day, hour, minute, tzinfo=UTC)
        exists = True
    except ValueError:
        exists = False
    if exists:
        instant(text)
    else:
        with pytest.raises(ValueError, match=r"no day|there is no"):
            instant(text)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1)))  # noqa: DTZ001 - an HTTP date is UTC
def test_http_dates_are_read_as_they_are_written(time: datetime) -> None:
    time = time.replace(microsecond=0, tzinfo=UTC)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    text = f"{days[time.weekday()]}, {time:%d} {months[time.month - 1]} {time.year:04} {time:%H:%M:%S} GMT"
    assert fixdate(text) == time
    with pytest.raises(MalformedError):
        fixdate(text.replace("GMT", "UTC"))


def is_entity_tag(text: str) -> bool:
    """Read an entity tag character by character (RFC 9110, section 8.8.3)."""
    rest = text[2:] if text.startswith("W/") else text
    if len(rest) < 2 or rest[0] != '"' or rest[-1] != '"':
        return False
    return all(code == 0x21 or 0x23 <= code <= 0x7E or 0x80 <= code <= 0xFF for code in map(ord, rest[1:-1]))


@given(st.text(st.sampled_from('W/w"ab\\ \t\n!~\x7f\x80\xff\u0100,'), max_size=8))
def test_entity_tags_are_read_by_the_grammar(text: str) -> None:
    assert bool(ENTITY_TAG.fullmatch(text)) == is_entity_tag(text)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f'), max_size=20))
def test_every_legal_entity_tag_is_read(opaque: str) -> None:
    assert ENTITY_TAG.fullmatch(f'W/"{opaque}"') or not is_entity_tag(f'"{opaque}"')
    assert bool(ENTITY_TAG.fullmatch(f'"{opaque}"')) == is_entity_tag(f'"{opaque}"')
