"""The answers to one request that was sent several times, and how one of them differs from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from conformance.judge.api import Violation, expect, status_line
from conformance.judge.endings import end_of
from conformance.model.exchange import ENTITY_TAG, JSON_API, Exchange
from conformance.reading.classification import is_complete, is_conditional, says_later
from conformance.reading.header_fields import elements

Series = Sequence[Exchange]

# Fields whose value does not depend on the data. Others change with every answer, or with what stands between.
_LISTS = ("Cache-Control", "Vary", "Allow")
_VALUES = ("Content-Type", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
# Fields of which no more than the presence is the same.
_NAMES = ("ETag", "Location", "WWW-Authenticate", "X-Request-Id")
# Which of them is the answer to a conditional request depends on the data (RFC 9110, section 13.2.2).
_BY_PRECONDITION = frozenset({200, 206, 304, 412, 416})
# Members of a document that may differ from one answer to the next.
_VOLATILE = frozenset({"meta", "links"})


def repeated(exchanges: Iterable[Exchange]) -> list[Series]:
    """Return the answers to each request that was sent several times, in the order of time."""
    found: dict[object, list[Exchange]] = {}
    for exchange in exchanges:
        if not says_later(exchange):
            found.setdefault((exchange.probe, exchange.invoice_id, exchange.request), []).append(exchange)
    return [
        sorted(series, key=lambda each: each.round)
        for series in found.values()
        if len(series) > 1 and any(each.round for each in series)
    ]


def deviations(series: Series) -> list[tuple[Exchange, Violation]]:
    """Return the answers that differ from the usual one, each with its first difference."""
    found = []
    usual_status = _usual(map(_status, series))
    places = [number for number, each in enumerate(series) if _status(each) == usual_status]
    alike = {status: _ReadFields([each for each in series if each.status == status]) for status in _statuses(series)}
    for number, exchange in enumerate(series):
        # An invoice may appear or vanish for good, so another status has to be seen between two usual ones.
        odd = _status(exchange) != usual_status and places[0] < number < places[-1]
        usual = series[places[0]] if odd else None
        ending = end_of(_expect_usual, exchange, usual, alike[exchange.status], series)
        if isinstance(ending, Violation):
            found.append((exchange, ending))
    return found


def _expect_usual(exchange: Exchange, usual: Exchange | None, fields: _ReadFields, series: Series) -> None:
    if usual is not None:
        expected = f"{status_line(usual)}, as to the same request before and after"
        expect(False, expected, status_line(exchange), exchange)
    fields.expect_usual(exchange)
    _expect_usual_content(exchange, [each for each in series if _state(each) == _state(exchange)])


def _usual(values: Iterable[Any]) -> Any:
    """Return the most frequent value, of equally frequent ones the earliest."""
    return Counter(values).most_common(1)[0][0]


def _status(exchange: Exchange) -> object:
    if is_conditional(exchange) and exchange.status in _BY_PRECONDITION:
        return "by precondition"
    return exchange.status


def _statuses(series: Series) -> set[int]:
    return {each.status for each in series}


class _ReadFields:
    """The fields of answers with one status to one request."""

    def __init__(self, answers: Series) -> None:
        self._examples: dict[str, Exchange] = {}
        self._usual: dict[str, object] = {}
        for name in (*_LISTS, *_VALUES, *_NAMES):
            values = [_read(each, name) for each in answers]
            self._usual[name] = usual = _usual(values)
            self._examples[name] = answers[values.index(usual)]

    def expect_usual(self, exchange: Exchange) -> None:
        for name, usual in self._usual.items():
            if _read(exchange, name) != usual:
                wanted = f"{_shown(self._examples[name], name)}, as in other answers to this request"
                part = name if name in exchange.fields else None
                expect(False, wanted, _shown(exchange, name), exchange, part=part)


def _read(exchange: Exchange, name: str) -> object:
    if name in _NAMES:
        return name in exchange.fields
    lines = exchange.fields.lines(name)
    if name in _LISTS:
        return frozenset(each.lower() for each in elements(lines)) if lines else None
    return tuple(line.lower().replace(" ", "") for line in lines)


def _shown(exchange: Exchange, name: str) -> str:
    return f"{name}: {exchange.fields.get(name)}" if name in exchange.fields else f"no {name}"


def _state(exchange: Exchange) -> tuple[int, str | None]:
    """Return what distinguishes states of the data: other content with another entity tag is another state."""
    return exchange.status, exchange.fields.get("ETag")


def _expect_usual_content(exchange: Exchange, alike: Series) -> None:
    content = _content(exchange)
    if content is None:
        return
    known = [other for other in map(_content, alike) if other is not None]
    if all(other == content for other in known):
        return
    usual = max(known, key=known.count)
    what = "the error" if exchange.status >= 400 else "the same data under the same ETag"
    observed = f"another: {status_line(exchange)}"
    expect(content == usual, f"{what} as in other answers to this request", observed, exchange)


def _content(exchange: Exchange) -> object:
    """Return what a client takes from an answer. None where that may differ, or cannot be read."""
    document = exchange.json.value
    if exchange.request.method != "GET" or not is_complete(exchange) or not isinstance(document, dict):
        return None
    if exchange.status == 200 and ENTITY_TAG.fullmatch(exchange.fields.get("ETag") or ""):
        return [_lasting(document.get("data")), _lasting(document.get("included"))]
    if exchange.status >= 400 and exchange.media_type == JSON_API and isinstance(document.get("errors"), list):
        # Their ids and details are about one occurrence (JSON:API 1.1, error-objects).
        errors = [each for each in document["errors"] if isinstance(each, dict)]
        return [[each.get(name) for name in ("status", "code", "title")] for each in errors]
    return None


def _lasting(value: object) -> object:
    """Return a resource object, or several, without what may differ; attributes are taken as they are."""
    if isinstance(value, list):
        return [_lasting(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: member if name == "attributes" else _lasting(member)
        for name, member in value.items()
        if name not in _VOLATILE
    }
