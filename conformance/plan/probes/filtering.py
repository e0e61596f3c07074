"""Requests for a part of the collection: filters with values that the collection shows, and with others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import PathFunction, family, get, query_family
from conformance.plan.probes.collection import listing
from conformance.reading.collection_pages import Value, account_ids, elements, value
from conformance.syntax.scalars import Instant, is_uuid

_NEEDS = ("collection",)
# No invoice has it: quotes, brackets, slashes, letters of four bytes, and marks that nobody sees.
_ODD_TEXT = "Aa'\"`\\/(){}[]<>$@!?|^~:;,.#&=+%_* \u00a0\u200b\u202e\ufeffe\u0301\u00df\u6771\U0001f4de" + "x" * 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _filters(conditions: dict[str, str]) -> str:
    named = {name.replace("-", "_"): quote(text, safe=",") for name, text in conditions.items()}
    return "&".join(f"filter%5B{name}%5D={text}" for name, text in named.items())


def _values(page: Exchange, name: str) -> list[Value]:
    """Return the different values of an attribute, null apart, in order."""
    found = {value(element, name) for element in elements(page).values()} - {None}
    return sorted(found, key=lambda each: (each,))


def _written(border: Value, beyond: int = 0) -> str:
    """Return a value as a filter takes it; of numbers and times one that lies 1 ``beyond`` it, down when negative.

    Times are whole seconds: how many digits of a second the server reads is free. Raises NotObserved where the year
    would not have four digits: a period without an end may be written with the last one.
    """
    if isinstance(border, Instant):
        seconds = border.seconds + beyond + (beyond > 0 and border.fraction > 0)
        try:
            return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat() + "Z"
        except OverflowError:
            raise NotObserved("there is no such time in a year of four digits") from None
    return format(border, "f") if isinstance(border, Decimal) else str(int(str(border)) + beyond)


def _between(name: str, lower: str, upper: str) -> PathFunction:
    """Return the path that asks for the values between the second and the second last, those two apart."""

    def path(listing: Exchange) -> str:
        shown = _values(listing, name)
        if len(shown) < 2:
            raise NotObserved(f"the collection does not show two values of {name}")
        low, high = (shown[1], shown[-2]) if len(shown) > 3 else (shown[0], shown[-1])
        beyond = int(lower == "gteq")
        try:
            bounds = {f"{name}_{lower}": _written(low, beyond), f"{name}_{upper}": _written(high, -beyond)}
        except (OverflowError, ValueError):
            raise NotObserved(f"{name} cannot be written as a filter value") from None
        return f"/invoices?{_filters(bounds)}"

    return path


def _by_value(name: str, operator: str, choose: Callable[[list[Value]], str]) -> PathFunction:
    """Return the path of a filter by one attribute; ``choose`` makes its operand of the values shown."""

    def path(listing: Exchange) -> str:
        operand = choose(_values(listing, name))
        if not operand:
            raise NotObserved(f"the collection shows no value of {name} to filter by")
        return f"/invoices?{_filters({f'{name}_{operator}': operand})}"

    return path


def _exactly(name: str) -> PathFunction:
    """Return the path that asks for the values from the one in the middle to the same one."""

    def path(listing: Exchange) -> str:
        shown = _values(listing, name)
        if not shown:
            raise NotObserved(f"the collection shows no value of {name} to filter by")
        border = _written(shown[len(shown) // 2])
        return f"/invoices?{_filters({f'{name}_gteq': border, f'{name}_lteq': border})}"

    return path


def _by_account(operator: str, count: int) -> PathFunction:
    """Return the path of a filter by the first ``count`` accounts that the collection shows."""

    def path(listing_with_account: Exchange, unknown_id: str) -> str:
        operand = account_ids(listing_with_account)[:count]
        if not all(map(is_uuid, operand)):
            raise NotObserved("the account has no UUID", owner="RELD-002")
        # What is not there adds nothing to a list, and takes nothing away.
        operand += [unknown_id] if operator == "in" else []
        return f"/invoices?include=account&{_filters({f'account_id_{operator}': ','.join(operand)})}"

    return path


def _text(shown: list[Value], part: slice = slice(None)) -> str:
    """Return a part of the longest plain word among the values: no separators, no wildcards of any query language."""
    words = [text for text in shown if isinstance(text, str) and text.isascii() and text.isalnum()]
    return max(words, key=len, default="")[part]


def _part_at(shown: list[Value], *, end: bool) -> str:
    """Return how a word among the values begins, or ends; if there is one, a part that another value has elsewhere."""
    texts = [text.casefold() for text in shown if isinstance(text, str)]
    words = [text for text in shown if isinstance(text, str) and text.isascii() and text.isalnum()]
    is_there = str.endswith if end else str.startswith
    for length in (3, 2, 1):
        for word in words:
            part = word[-length:] if end else word[:length]
            if any(part.casefold() in text and not is_there(text, part.casefold()) for text in texts):
                return part
    return _text(shown, slice(-3, None) if end else slice(3))


def _two_texts(shown: list[Value]) -> str:
    """Return two texts with a comma between them, as one; nothing where there are not two."""
    words = [text for text in shown if isinstance(text, str) and text.isascii() and text.isalnum()]
    return ",".join(words[-2:]) if len(words) > 1 else ""


def _pattern(shown: list[Value], wildcard: str, kept: int = 0) -> str:
    """Return a text that a database takes for a pattern of one that is shown: a wildcard for what is not ``kept``."""
    text = _text(shown)
    if not text:
        return ""
    return text[:kept] + wildcard if kept else f"{text[:-1]}{wildcard}"


def _with_zeros(shown: list[Value]) -> str:
    """Return a text that means the same number as one that is shown, and is another text."""
    numbers = [text for text in shown if isinstance(text, str) and text.isascii() and text.isdecimal()]
    return f"0{numbers[-1]}.0" if numbers else ""


def _from_the_second(listing: Exchange) -> str:
    """Return the path that asks for all but the first time; the border, a minute before, is of another time zone."""
    shown = _values(listing, "start-date")
    if len(shown) < 2 or not isinstance(shown[1], Instant):
        raise NotObserved("the collection does not show two values of start-date")
    local = replace(shown[1], seconds=shown[1].seconds - 60 + 2 * 3600)
    written = _written(local).replace("Z", "+02:00")
    return f"/invoices?{_filters({'start-date_gteq': written})}"


def _most_different(listing: Exchange, names: Iterable[str]) -> dict[str, Value]:
    """Return the values of the invoice of which most attributes of these ``names`` differ from each other."""
    rows = [{name: value(element, name) for name in names} for element in elements(listing).values()]
    return max(rows, key=lambda row: len({repr(each) for each in row.values() if each is not None}), default={})


def _all_of_one(listing: Exchange) -> str:
    """Return the path that asks for an invoice by each of its numbers: a filter that reads another leaves it out."""
    row = _most_different(listing, (*contract.amounts(), *contract.counts(), *contract.durations()))
    return f"/invoices?{_filters({f'{name}_eq': _written(found) for name, found in row.items()})}"


def _none_of_one(listing: Exchange) -> str:
    """Return the path that asks for all but an invoice, by each of its numbers that no other invoice has."""
    names = (*contract.amounts(), *contract.counts(), *contract.durations())
    row = _most_different(listing, names)
    shown = {name: [value(element, name) for element in elements(listing).values()] for name in names}
    own = {f"{name}_not_eq": _written(found) for name, found in row.items() if shown[name].count(found) == 1}
    if not own:
        raise NotObserved("no invoice of the collection has a number of its own")
    return f"/invoices?{_filters(own)}"


def _none_of_several(listing: Exchange) -> str:
    """Return the path that leaves out invoices by their numbers: each filter one that no other filter leaves out."""
    shown = elements(listing)
    alone, left_out = set[str](), set[str]()
    conditions: dict[str, str] = {}
    for name in (*contract.amounts(), *contract.counts(), *contract.durations()):
        holders: dict[Value, set[str]] = {}
        for identifier, element in shown.items():
            holders.setdefault(value(element, name), set()).add(identifier)
        for found, those in sorted(holders.items(), key=lambda each: len(each[1])):
            rest = those - left_out
            if found is not None and rest and not those & alone and len(left_out | those) < len(shown):
                conditions[f"{name}_not_in"] = _written(found)
                alone.add(min(rest))
                left_out |= those
                break
    if not conditions:
        raise NotObserved("the collection shows no invoices that differ in a number")
    return f"/invoices?{_filters(conditions)}"


def _zero(listing: Exchange) -> str:
    """Return the path that asks for a count of zero, which some readers take for no value."""
    for name in contract.counts():
        shown = _values(listing, name)
        if len(shown) > 1 and shown[0] == 0:
            return f"/invoices?{_filters({f'{name}_eq': '0'})}"
    raise NotObserved("the collection shows no count that is zero in some invoices")


def _nearly_an_amount(listing: Exchange) -> str:
    """Return the path that asks for an amount that differs in its last digit from the longest one that is shown."""
    shown = _values(listing, "amount-spent")
    longest = max((_written(each) for each in shown), key=len, default="")
    near = next((longest[:-1] + digit for digit in "0123456789" if Decimal(longest[:-1] + digit) not in shown), "")
    if not near:
        raise NotObserved("the collection shows no amount")
    return f"/invoices?{_filters({'amount-spent_eq': near})}"


def _all_times_of_one(listing: Exchange) -> str:
    """Return the path that asks for an invoice by each of its times, two seconds around it."""
    row = _most_different(listing, (*contract.dates(), *contract.call_times()))
    bounds: dict[str, str] = {}
    for name, found in row.items():
        if isinstance(found, Instant):
            bounds |= {f"{name}_gteq": _written(found, -2), f"{name}_lteq": _written(found, 2)}
    return f"/invoices?{_filters(bounds)}"


def _last(shown: list[Value]) -> str:
    return _written(shown[-1]) if shown else ""


filtered_by_account = family(
    {
        name: get(_by_account(name, count), needs=_NEEDS)
        for name, count in {"eq": 1, "not_eq": 1, "in": 2, "not_in": 1}.items()
    }
)
filtered_by_range = family(
    {
        name: get(_between(name, *operators), needs=_NEEDS)
        for name, operators in {
            "start-date": ("gteq", "lteq"),
            "end-date": ("gteq", "lteq"),
            "originated-first-call-at": ("gteq", "lteq"),
            "amount-spent": ("gt", "lt"),
            "originated-calls-count": ("gt", "lt"),
        }.items()
    }
    # Both borders are one value.
    | {
        "originated-calls-count-exactly": get(_exactly("originated-calls-count"), needs=_NEEDS),
        "start-date-with-offset": get(_from_the_second, needs=_NEEDS),
        "all-times": get(_all_times_of_one, needs=_NEEDS),
    }
)
filtered_by_value = family(
    {
        "amount_eq": get(_by_value("amount-spent", "eq", _last), needs=_NEEDS),
        "count_not_in": get(
            _by_value("originated-calls-count", "not_in", lambda shown: ",".join(map(str, shown[-2:]))), needs=_NEEDS
        ),
        "flag_eq": get("/invoices", needs=_NEEDS).but(query="filter%5Bhas_pdf_eq%5D=true"),
        "flag_eq_false": get("/invoices", needs=_NEEDS).but(query="filter%5Bhas_pdf_eq%5D=false"),
        "text_eq": get(_by_value("reference", "eq", lambda shown: _text(shown, slice(-1))), needs=_NEEDS),
        "text_not_eq": get(_by_value("reference", "not_eq", _text), needs=_NEEDS),
        "text_start": get(_by_value("reference", "start", lambda shown: _part_at(shown, end=False)), needs=_NEEDS),
        "text_cont": get(_by_value("reference", "cont", lambda shown: _text(shown, slice(1, -1))), needs=_NEEDS),
        # Texts that some readers take for more: a list, patterns, and nothing.
        "text_eq_comma": get(_by_value("reference", "eq", _two_texts), needs=_NEEDS),
        "text_eq_percent": get(_by_value("reference", "eq", lambda shown: _pattern(shown, "%", 1)), needs=_NEEDS),
        "text_eq_underscore": get(_by_value("reference", "eq", lambda shown: _pattern(shown, "_")), needs=_NEEDS),
        "text_eq_blank": listing.but(query="filter%5Breference_eq%5D=%20"),
        "text_eq_star": get(_by_value("reference", "eq", lambda shown: _pattern(shown, "*", 1)), needs=_NEEDS),
        "text_eq_number": get(_by_value("reference", "eq", _with_zeros), needs=_NEEDS),
        "text_eq_null": listing.but(query="filter%5Breference_eq%5D=null"),
        "text_eq_odd": listing.but(query=f"filter%5Breference_eq%5D={quote(_ODD_TEXT)}"),
        **{
            f"text_cont_{name}": listing.but(query=f"filter%5Breference_cont%5D={quote(wildcard)}")
            for name, wildcard in {"percent": "%", "underscore": "_", "dot": "."}.items()
        },
        "text_eq_nul": listing.but(query="filter%5Breference_eq%5D=%00"),
        "text_in_nothing": listing.but(query="filter%5Breference_in%5D=,"),
        "text_end": get(_by_value("reference", "end", lambda shown: _part_at(shown, end=True)), needs=_NEEDS),
        "all_of_one": get(_all_of_one, needs=_NEEDS),
        "none_of_one": get(_none_of_one, needs=_NEEDS),
        "none_of_several": get(_none_of_several, needs=_NEEDS),
        "count_eq_zero": get(_zero, needs=_NEEDS),
    }
)

unmatched_filter = family(
    {
        "account": get(lambda unknown_id: f"/invoices?{_filters({'account_id_eq': unknown_id})}", needs=_NEEDS),
        "accounts": get(
            lambda unknown_id: f"/invoices?include=account&{_filters({'account_id_in': unknown_id})}", needs=_NEEDS
        ),
        "invoice": get(lambda unknown_id: f"/invoices?{_filters({'id_eq': unknown_id})}", needs=_NEEDS),
        "reference": listing.but(query="filter%5Breference_eq%5D=conformance-none"),
        "amount": get(_nearly_an_amount, needs=_NEEDS),
        **query_family(
            listing.but(needs=("collection", "contested")),
            {
                f"reference-{name}": f"filter%5Breference_eq%5D={text}"
                for name, text in {
                    "beyond-basic-plane": "conformance%F0%9F%A7%BE",
                    "backslash": "conformance%5C",
                    "quotes": "conformance'%22",
                    "brackets": "conformance(%5B*%7B",
                    "long": "conformance" * 40,
                    "equals": "conformance=1",
                }.items()
            },
        ).variants,
        # The last moment of a calendar, and the first.
        "start-date": listing.but(
            query=_filters({"start-date_gteq": "9999-12-31T23:59:59Z", "start-date_lteq": "0000-01-01T00:00:00Z"})
        ),
    }
)
unmatched_filter_with_account = get(
    lambda unknown_id: f"/invoices?include=account&{_filters({'account_id_eq': unknown_id})}", needs=_NEEDS
)
mistyped_filter = family(
    query_family(
        listing,
        {
            "start-date": "filter%5Bstart_date_gteq%5D=abc",
            "start-date-impossible": "filter%5Bstart_date_gteq%5D=2024-02-30T25:61:61Z",
            "originated-calls-count": "filter%5Boriginated_calls_count_gteq%5D=abc",
            "originated-calls-count-with-letters": "filter%5Boriginated_calls_count_gteq%5D=0abc",
            "originated-calls-count-huge": f"filter%5Boriginated_calls_count_gteq%5D={'9' * 40}",
            "amount-spent": "filter%5Bamount_spent_gteq%5D=abc",
            "amount-spent-not-a-number": "filter%5Bamount_spent_gt%5D=NaN",
            "amount-spent-exponent": "filter%5Bamount_spent_gt%5D=1e400",
            "has-pdf": "filter%5Bhas_pdf_eq%5D=maybe",
            "account": "filter%5Baccount_id_eq%5D=abc",
            # Dates have years of four digits (RFC 3339); databases have a last one, too.
            "start-date-far": "filter%5Bstart_date_gteq%5D=300000-01-01T00:00:00Z",
        },
    ),
    # More than a run by default may cost. Taken for a time, most of them are later than any invoice.
    query_family(
        listing.but(needs=("collection", "contested")),
        {
            f"start-date-{name}": f"filter%5Bstart_date_gteq%5D={text}"
            for name, text in {
                "no-day": "9998-02-30T00:00:00Z",
                "no-month": "9998-13-01T00:00:00Z",
                "no-hour": "9998-01-01T25:00:00Z",
                "no-second": "9998-12-31T23:59:61Z",
                "no-zone": "9998-01-01T00:00:00%2B99:99",
                "day-alone": "9998-01-01",
                "fraction-long": f"9998-01-01T00:00:00.{'9' * 40}Z",
                "number": "99999999999999999999",
                "infinite": "infinity",
                "blank": "9998-01-01%2000:00",
            }.items()
        }
        | {
            "originated-calls-count-fraction": "filter%5Boriginated_calls_count_gteq%5D=99999999999999.5",
            "originated-calls-count-exponent": "filter%5Boriginated_calls_count_gteq%5D=1e400",
            "account-cut": "filter%5Baccount_id_eq%5D=00000000",
            "account-beyond-ascii": "filter%5Baccount_id_eq%5D=%F0%9F%A7%BE",
        },
    ),
)
unknown_filter = listing.but(query="filter%5Bnosuch%5D=1")
unknown_filter_operator = listing.but(query="filter%5Breference_nosuch%5D=1")
filter_without_operator = listing.but(query="filter%5Breference%5D=conformance-none")
undefined_filter = query_family(
    listing.but(needs=("collection", "contested")),
    {
        "operator-of-unknown": "filter%5Bnosuch_eq%5D=1",
        "prefix": "filter%5Bnosuch_reference_eq%5D=1",
    },
)
