"""Types and formats of the attributes of an invoice."""

from __future__ import annotations

import re

from conformance.checks.support import documents, forms, invoices, shared_amounts
from conformance.checks.support.readings import Reading, judge_each
from conformance.judge.api import Violation, expect, observe_each, require, requirement
from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved
from conformance.syntax.scalars import is_uuid, plain_decimal, shown

Exchanges = tuple[Exchange, ...]

_USUAL_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_USUAL_DATE_TIME = re.compile(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z")
_TIME_BASED = frozenset("16")
_MAY_BE_CREDIT = frozenset({"services-amount-spent", "amount-spent"})


def _own_id(exchange: Exchange) -> str:
    """Return the id of an invoice in UUID form. Raises NotObserved for another form."""
    identifier = invoices.id_of(exchange)
    if not is_uuid(identifier):
        raise NotObserved("the id is not a UUID")
    return identifier


@requirement("SEM-001")
def test_the_id_is_a_uuid(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        identifier = invoices.id_of(exchange)
        expect(is_uuid(identifier), "hexadecimal 8-4-4-4-12", shown(identifier), exchange, part="/data/id")

    observe_each((item, item_with_account), judge)


@requirement("SEM-002")
def test_the_id_has_variant_and_version(item: Exchange) -> None:
    identifier = _own_id(item)
    known = identifier[14] in "12345678" and identifier[19].lower() in "89ab"
    expected = "a version from 1 to 8 and the variant of RFC 9562"
    expect(known, expected, f"version {identifier[14]}, variant digit {identifier[19]}", item, part="/data/id")


@requirement("SEM-003")
def test_ids_do_not_share_a_node(every_item: Exchanges) -> None:
    nodes: dict[str, Exchange] = {}
    seen: set[str] = set()
    for exchange in every_item:
        try:
            identifier = _own_id(exchange).lower()
        except NotObserved:
            continue
        if identifier in seen:
            continue
        seen.add(identifier)
        node = identifier[24:]
        if identifier[14] not in _TIME_BASED:
            continue
        if node in nodes:
            raise Violation(
                "ids that cannot be guessed from each other",
                f"two time-based ids of node {node}",
                exchange,
                part="/data/id",
                others=(nodes[node],),
            )
        nodes[node] = exchange
    if len(seen) < 2:
        raise NotObserved("only one invoice is known")


@requirement("SEM-004")
def test_the_reference_is_a_string_or_null(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), ["reference"], forms.text_or_null)


@requirement("SEM-005")
def test_the_period_is_given_by_date_times(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), contract.dates(), forms.date_time)


@requirement("SEM-006")
def test_date_times_are_real(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), (*contract.dates(), *contract.call_times()), forms.real_time)


@requirement("SEM-007")
def test_call_times_are_null_or_date_times(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), contract.call_times(), forms.date_time_or_null)


@requirement("SEM-008")
def test_has_pdf_is_a_boolean(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), contract.flags(), forms.flag)


@requirement("SEM-009")
def test_amounts_are_decimal_strings(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), contract.amounts(), forms.decimal_text)


@requirement("SEM-010")
def test_amounts_have_no_exponent(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), contract.amounts(), forms.without_exponent)


@requirement("SEM-011")
def test_amounts_are_not_negative(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, name: str) -> None:
        # A service may be credited, and the credit may outweigh the calls.
        credit = name in _MAY_BE_CREDIT and reading.amount(name) and reading.amount("services-amount-spent") < 0
        reading.expect(credit or not reading.amount(name).is_signed(), "an amount without minus sign", name)

    judge_each((item, item_with_account), contract.amounts(), judge)


@requirement("SEM-012")
def test_amounts_are_the_same_in_every_answer(every_success: Exchanges) -> None:
    found = shared_amounts.by_request(every_success)
    usual = {amount: shared_amounts.usual(series)[0] for amount, series in found.items()}
    # Before a finding is final, the invoices are asked for once more.
    asked_again = any(exchange.round for exchange in every_success)

    def judge(exchange: Exchange) -> None:
        compared = False
        for amount, written, part in shared_amounts.shown_in(exchange):
            other, expected = usual[amount]
            same = written == expected or plain_decimal(written) == plain_decimal(expected)
            if exchange is other or (
                asked_again and not same and not shared_amounts.stayed_the_same(found[amount], exchange)
            ):
                continue
            compared = True
            if not same:
                observed = f"{shown(written)} for invoice {amount[0]}"
                raise Violation(shown(expected), observed, exchange, part=part, others=(other,))
        if not compared:
            raise NotObserved("no other answer shows its amounts, or they change")

    observe_each(every_success, judge)


@requirement("SEM-017")
def test_amounts_have_the_same_decimals_in_every_answer(every_success: Exchanges) -> None:
    found = shared_amounts.by_request(every_success)
    usual = {amount: shared_amounts.usual(series)[0] for amount, series in found.items()}

    def judge(exchange: Exchange) -> None:
        compared = False
        for amount, written, part in shared_amounts.shown_in(exchange):
            other, expected = usual[amount]
            if exchange is other or plain_decimal(written) != plain_decimal(expected):
                continue
            compared = True
            if _decimals(written) != _decimals(expected):
                observed = f"{shown(written)} for invoice {amount[0]}"
                raise Violation(shown(expected), observed, exchange, part=part, others=(other,))
        require(compared, "no other answer shows its amounts with the same values")

    observe_each(every_success, judge)


def _decimals(amount: str) -> int:
    return len(amount.partition(".")[2])


@requirement("SEM-013")
def test_counts_and_durations_are_not_negative(item: Exchange, item_with_account: Exchange) -> None:
    judge_each((item, item_with_account), (*contract.counts(), *contract.durations()), forms.not_negative)


@requirement("SEM-014")
def test_the_id_is_in_lower_case(item: Exchange) -> None:
    identifier = _own_id(item)
    expect(identifier == identifier.lower(), "lower-case digits", shown(identifier), item, part="/data/id")


@requirement("SEM-015")
def test_date_times_have_the_documented_form(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, name: str) -> None:
        reading.time(name)
        usual = _USUAL_DATE_TIME.fullmatch(reading.value(name))
        reading.expect(usual, "three decimals of a second and Z", name)

    judge_each((item, item_with_account), (*contract.dates(), *contract.call_times()), judge)


@requirement("SEM-016")
def test_amounts_have_the_documented_form(item: Exchange, item_with_account: Exchange) -> None:
    def judge(reading: Reading, name: str) -> None:
        reading.amount(name)
        usual = _USUAL_NUMBER.fullmatch(reading.value(name))
        reading.expect(usual, "decimals, and no further zeros in front", name)

    judge_each((item, item_with_account), contract.amounts(), judge)


@requirement("ITEM-030")
def test_an_invoice_with_its_account_shows_the_same_values(item: Exchange, item_with_account: Exchange) -> None:
    _expect_same_values(item, item_with_account)


@requirement("ITEM-030")
def test_sparse_fields_show_the_same_values(item: Exchange, fields_of_attributes: Exchange) -> None:
    _expect_same_values(item, fields_of_attributes)


@requirement("ITEM-030")
def test_sparse_fields_of_every_kind_show_the_same_values(item: Exchange, fields_with_encoded_comma: Exchange) -> None:
    _expect_same_values(item, fields_with_encoded_comma)


def _expect_same_values(item: Exchange, view: Exchange) -> None:
    alone, seen = map(_reading, (item, view))
    compared = 0
    for name in contract.attribute_names():
        if name in contract.amounts():
            continue  # compared with all that show them: SEM-012
        try:
            wanted, found = _meant(alone, name), _meant(seen, name)
        except NotObserved:
            continue
        compared += 1
        expected, observed = f"{shown(alone.value(name))}, as without a query", shown(seen.value(name))
        expect(wanted == found, expected, observed, view, part=seen.pointer(name))
    if not compared:
        raise NotObserved(f"the answer to {view.described} shows nothing that could be compared")


def _reading(exchange: Exchange) -> Reading:
    return Reading(exchange, documents.member_object(invoices.own_resource(exchange), "attributes"))


def _meant(reading: Reading, name: str) -> object:
    """Return what the text of an attribute means. Raises NotObserved when it is absent or malformed."""
    if name in {*contract.counts(), *contract.durations()}:
        return reading.counter(name)
    if name in {*contract.dates(), *contract.call_times()}:
        return reading.time_or_null(name)
    value = reading.value(name)
    if not (isinstance(value, bool) if name == "has-pdf" else value is None or isinstance(value, str)):
        raise NotObserved(f"{name} is not in its form")
    return value
