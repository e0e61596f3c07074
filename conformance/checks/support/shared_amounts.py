"""Amounts of invoices that several answers of a run show."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from conformance.checks.support import documents, invoices
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.reading.attribute_names import shown_name
from conformance.syntax.scalars import plain_decimal

Amount = tuple[str, str]
Series = list[tuple[Exchange, str]]


def by_request(exchanges: Iterable[Exchange]) -> dict[Amount, dict[Request, Series]]:
    """Return where each amount was shown, in answer to which request."""
    found: dict[Amount, dict[Request, Series]] = {}
    for exchange in exchanges:
        with contextlib.suppress(NotObserved):
            for amount, written, _ in shown_in(exchange):
                found.setdefault(amount, {}).setdefault(exchange.request, []).append((exchange, written))
    return found


def usual(series: Mapping[Request, Series]) -> Series:
    """Return where an amount was shown most often in answer to one and the same request."""
    return max(series.values(), key=len)


def stayed_the_same(series: Mapping[Request, Series], exchange: Exchange) -> bool:
    """Return whether an amount was the same before and after ``exchange``, and in each of its own answers."""
    times = [each.started for each, _ in usual(series) if each.started]
    steady = _is_steady(usual(series)) and _is_steady(series[exchange.request])
    return steady and exchange.started is not None and min(times) <= exchange.started <= max(times)


def _is_steady(series: Series) -> bool:
    return len({plain_decimal(written) for _, written in series}) == 1


@documents.once
def shown_in(exchange: Exchange) -> tuple[tuple[Amount, str, str], ...]:
    """Return id of the invoice and name, text and JSON Pointer of every amount that the answer shows.

    Raises NotObserved when the answer shows no invoice.
    """
    return tuple(_amounts(exchange))


def _amounts(exchange: Exchange) -> Iterator[tuple[Amount, str, str]]:
    for place, invoice in _shown_invoices(exchange):
        attributes = documents.member_object(invoice, "attributes")
        for name in contract.amounts():
            shown = shown_name(attributes, name)
            written = attributes.get(shown)
            if isinstance(written, str) and plain_decimal(written) is not None:
                yield (invoice["id"].lower(), name), written, f"{place}/attributes/{shown}"


def _shown_invoices(exchange: Exchange) -> list[documents.Part]:
    """Return the invoices of a 200 answer: the one that was asked for, or the elements of the collection."""
    if exchange.status == 200 and documents.path_of_request(exchange).endswith("/invoices"):
        return [part for part in documents.resources(exchange) if isinstance(part.value.get("id"), str)]
    # An answer with another invoice than the requested one is a finding of its own.
    return [documents.Part("/data", invoices.own_resource(exchange))]
