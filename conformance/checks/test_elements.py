"""The attributes of the elements of a collection: an invoice that nobody fetches by itself is one, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conformance.checks.support import documents, forms, invoices, totals
from conformance.checks.support.readings import DIRECTIONS, Reading, judge_readings
from conformance.judge.api import require, requirement
from conformance.model import contract
from conformance.model.exchange import Exchange
from conformance.reading import collection_pages

Exchanges = tuple[Exchange, ...]


def _judge(listing: Exchange, items: Exchanges, subjects: Iterable[str], judge: Callable[[Reading, str], None]) -> None:
    """Judge the elements that are not among the ``items``, which are judged by themselves."""
    known = {invoices.requested_invoice(each).lower() for each in items}
    readings = [
        Reading(listing, documents.member_object(element, "attributes"), f"/data/{place}")
        for place, (identifier, element) in enumerate(collection_pages.elements(listing).items())
        if identifier not in known
    ]
    require(readings, "there are no elements beside the known invoices")
    judge_readings(readings, subjects, judge)


@requirement("SEM-004")
def test_the_reference_of_an_element_is_a_string_or_null(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, ["reference"], forms.text_or_null)


@requirement("SEM-005")
def test_the_period_of_an_element_is_given_by_date_times(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, contract.dates(), forms.date_time)


@requirement("SEM-006")
def test_date_times_of_an_element_are_real(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, (*contract.dates(), *contract.call_times()), forms.real_time)


@requirement("SEM-007")
def test_call_times_of_an_element_are_null_or_date_times(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, contract.call_times(), forms.date_time_or_null)


@requirement("SEM-008")
def test_has_pdf_of_an_element_is_a_boolean(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, contract.flags(), forms.flag)


@requirement("SEM-009")
def test_amounts_of_an_element_are_decimal_strings(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, contract.amounts(), forms.decimal_text)


@requirement("SEM-010")
def test_amounts_of_an_element_have_no_exponent(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, contract.amounts(), forms.without_exponent)


@requirement("SEM-013")
def test_counts_and_durations_of_an_element_are_not_negative(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, (*contract.counts(), *contract.durations()), forms.not_negative)


@requirement("INV-001")
def test_the_total_of_an_element_is_the_sum_of_its_parts(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, [totals.TOTAL], totals.sum_of_parts)


@requirement("INV-002")
def test_successful_calls_of_an_element_are_calls(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, DIRECTIONS, totals.successful_calls)


@requirement("INV-003")
def test_the_period_of_an_element_does_not_end_before_it_starts(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, ["end-date"], totals.order_of_period)


@requirement("INV-004")
def test_the_first_call_of_an_element_is_not_after_the_last(listing: Exchange, every_item: Exchanges) -> None:
    _judge(listing, every_item, DIRECTIONS, totals.order_of_calls)
