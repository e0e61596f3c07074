"""Requests that no schema describes: what the generator made, broken on the level of the URL.

The names of parameters come from the OpenAPI document. Every entry has a reason to break something: a decoder, a
limit, a parser of names, a cache key, a comparison of ids.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from conformance.fuzzing.asked import Operation, enumeration
from conformance.model.exchange import Request
from conformance.plan.field_values import FIELDS

_LONG = 3000

# In the place of the id, as written in the path; {id} is a known one.
IDS = (
    "{id}%00",
    "%00{id}",
    "%00",
    "{id}%0A",
    "{id}%20",
    "{id}%0D%0AX-Injected:%20yes",
    "a" * _LONG,
    "9" * _LONG,
    "%C3%BC" * 200,
    "%F0%9F%A7%BE",
    "%EF%BC%91%EF%BC%92%EF%BC%93",
    "e%CC%81",
    "%E2%80%AE{id}",
    "%EF%BB%BF{id}",
    "%FF",
    "%C0%80",
    "%ED%A0%80",
    "%",
    "%zz",
    "{id}%",
    "%25%30%30",
    "..%2F{id}",
    "{id}%2F",
    "{id}%5C",
    "{id};v=1",
    "{id},{id}",
    "{id}%09",
    "{id}%252F",
    "{id}/%2e",
    "{id};.css",
    "{id}.pdf",
    "{id}x",
    "id={id}",
    "%C2%A0{id}",
    "{id}'",
    "'%20OR%20'1'='1",
    "%22",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "$%7B7*7%7D",
    "*",
    "%7B{id}%7D",
    "urn:uuid:{id}",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "0",
    "-1",
    "1",
    "9223372036854775808",
    "1e999",
    "0x10",
    "null",
    "undefined",
    "NaN",
    "true",
    "new",
    "__proto__",
    "constructor",
)

# As the value of a parameter, percent-encoded; {value} is a value that fits.
VALUES = (
    "",
    "%00",
    "{value}%00",
    "{value}%0D%0AX-Injected:%20yes",
    "%FF",
    "%C0%AE",
    "%ED%A0%80",
    "%",
    "%zz",
    "x" * _LONG,
    "%C3%BC",
    "%F0%9F%A7%BE",
    "%EF%BC%91",
    ",",
    ",,{value},",
    "{value},{value}",
    "%20{value}%20",
    "-",
    "--{value}",
    "*",
    "'",
    "%22",
    "%5B%5D",
    "%7B%22a%22:1%7D",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "nosuch",
    "{value}.nosuch",
    "account.account.account.account",
    "0",
    "-1",
    "1.5",
    "1e3",
    "9223372036854775808",
    "9" * 40,
    "NaN",
    "null",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "2024-02-30T00:00:00Z",
    "2024-11-07T09:56:08%2B99:99",
)

# In the place of the name: {name} as documented, {family} what stands before the bracket.
NAMES = (
    "{family}",
    "{family}[]",
    "{name}[]",
    "{name}[0]",
    "{family}[",
    "{family}]",
    "{family}[x][y][z]",
    "{family}%00",
    "%F0%9F%A7%BE",
    "%FF",
    "{family}[%C3%BC]",
    "{family}[%00]",
    "{family}[__proto__]",
    "nosuch",
    "x" * _LONG,
    "",
)

# The same three again, for what people report of servers: readers that take a text for a number, a list, a pattern or
# several parameters.
REPORTED_VALUES = (
    "300000-01-01T00:00:00Z",
    "1_0",
    "{value},",
    ",{value}",
    "{value};x=y",
    "{value}%26x=y",
    "%25",
    "_",
    "%20",
    "%2B",
    "a%26b%3Dc%2Bd%25%23",
)
REPORTED_NAMES = ("{family}[nosuch]", "{name}[x]", "{name}[$ne]", "{family}[constructor]", "toString")
REPORTED_QUERIES = (
    *("{pair},", "filter=x", "page=1", "sort=;", "a=1&a[b]=2", "a[b]=1&a=2", "a[]=1&a[b]=2", "a[b=1", "sort=a%20desc"),
    *("page[size][a]=2", "page[number]=%D9%A1", "include=account.", "=x&{pair}", "fields[invoices]"),
)

# Of these the values of header fields are put together.
FRAGMENTS = (
    *'%"\\=;,:/[]{(<-. \xff\xfe',
    *("", "%zz", "%00", "[::1", "://", "http://", "127.0.0.1", "unknown", "null", "-1", "0x10", "1e999", "00-", "*"),
    *(
        "99999999999999999999",
        "bytes=",
        "for=",
        "q=",
        "W/",
        "a=b",
        "Thu, 99 Foo 2024 99:99:99 GMT",
        "Sunday, 06-Nov-94 08:49:60 GMT",
        "00000000000000000000000000000000",
        "bytes=-0",
        ";q=NaN",
        "Basic ",
        "x" * 200,
    ),
)

# The whole query; {pair} is a documented parameter.
QUERIES = (
    "{pair}&{pair}",
    "{pair}&" + "{pair}&" * 60 + "{pair}",
    "{pair};{pair}",
    "&&&{pair}&&",
    "?{pair}",
    "=",
    "=x",
    "{pair}#",
    "{pair}&" + "&".join(f"a{number}=b" for number in range(300)),
    "+",
    "%",
)


def variations(operation: Operation, seeds: Sequence[Request], seed: str, most: int) -> Iterator[Request]:
    """Yield about ``most`` requests, each of ``seeds`` broken in one way, in an order that ``seed`` decides.

    Every kind of fault is used once before any is repeated with another parameter. A third as many follow of the
    kinds that people report.
    """
    yield from _drawn(operation, seeds, seed, most, _kinds(operation))
    yield from _drawn(operation, seeds, f"{seed} reported", -(-most // 3), _reported(operation))


def _drawn(
    operation: Operation, seeds: Sequence[Request], seed: str, most: int, among: Iterable[list[tuple[str, str]]]
) -> Iterator[Request]:
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    kinds = [list(kind) for kind in among]
    for kind in kinds:
        chance.shuffle(kind)
    made = 0
    while made < most and any(kinds) and seeds:
        for kind in kinds:
            if kind and made < most:
                part, text = kind.pop()
                yield _broken(operation, chance.choice(seeds), part, text, chance)
                made += 1


def _kinds(operation: Operation) -> Iterator[list[tuple[str, str]]]:
    if operation.has_id:
        yield [("id", text) for text in IDS]
    if operation.parameters:
        yield [("value", text) for text in VALUES]
        yield [(f"double {name}", other) for name in operation.parameters for other in ("same", "other", "empty")]
    yield [("name", text) for text in NAMES]
    yield [("query", text) for text in QUERIES]


def _reported(operation: Operation) -> Iterator[list[tuple[str, str]]]:
    yield [("field", name) for name in FIELDS]
    if operation.parameters:
        yield [("value", text) for text in REPORTED_VALUES]
    yield [*(("name", text) for text in REPORTED_NAMES), *(("query", text) for text in REPORTED_QUERIES)]


def _broken(operation: Operation, request: Request, part: str, text: str, chance: random.Random) -> Request:
    if part == "id":
        return _with_id(operation, request, text)
    if part == "field":
        value = "".join(chance.choices(FRAGMENTS, k=chance.randint(1, 4))).strip()
        return replace(request, url=request.url.partition("?")[0], headers=(*request.headers, (text, value)))
    url, _, query = request.url.partition("?")
    names = [*operation.parameters, "include"]
    name = part.removeprefix("double ") if part.startswith("double ") else chance.choice(names)
    value = _fitting(operation, name, chance)
    encoded = quote(name, safe="")
    pair = f"{encoded}={value}"
    others = [each for each in query.split("&") if each and not each.startswith(f"{encoded}=")]
    if part == "value":
        changed = [*others, f"{encoded}={text.replace('{value}', value)}"]
    elif part == "name":
        spelled = text.replace("{name}", encoded).replace("{family}", name.partition("[")[0])
        changed = [*others, f"{spelled.replace('[', '%5B').replace(']', '%5D')}={value}"]
    elif part == "query":
        changed = [text.replace("{pair}", pair).replace("#", "%23")]
    else:
        second = {"same": value, "other": _fitting(operation, name, chance), "empty": ""}[text]
        changed = [*others, pair, f"{encoded}={second}"]
    return replace(request, url=f"{url}?{'&'.join(changed)}")


def _with_id(operation: Operation, request: Request, text: str) -> Request:
    url, question, query = request.url.partition("?")
    before, after = operation.path.split("{id}")
    head, _, rest = url.partition(before)
    known = rest.removesuffix(after) if after else rest
    return replace(request, url=f"{head}{before}{text.replace('{id}', known)}{after}{question}{query}")


def _fitting(operation: Operation, name: str, chance: random.Random) -> str:
    """Return a value that the document allows for the parameter, percent-encoded."""
    choices = [text for text in enumeration(operation, name) if text] or ["account" if name == "include" else "1"]
    return quote(chance.choice(choices), safe=",")
