"""GET on one invoice, what it answers and which invoice that is."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance.checks.support import documents, invoices, resources
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement
from conformance.judge.endings import end_of
from conformance.model import contract
from conformance.model.exchange import JSON_API, Exchange, NotObserved
from conformance.syntax.scalars import is_uuid, shown
from conformance.syntax.urls import is_uri_reference, path_of

Exchanges = tuple[Exchange, ...]
_REDIRECTS = (301, 302, 303, 307, 308)


@requirement("ITEM-001")
def test_an_existing_invoice_is_answered_with_200(item: Exchange) -> None:
    expect_status(item, 200)


@requirement("ITEM-004")
def test_primary_data_is_one_resource_object(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        data = documents.primary_data(exchange)
        expect(isinstance(data, dict), "one resource object", shown(data), exchange, part="/data")

    observe_each((item, item_with_account), judge)


@requirement("ITEM-007")
def test_the_type_is_invoices(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        kind = exchange.resource.get("type")
        if not isinstance(kind, str):
            raise NotObserved("the invoice has no type")
        expect(kind == "invoices", '"invoices"', shown(kind), exchange, part="/data/type")

    observe_each((item, item_with_account), judge)


def _has_the_requested_id(exchange: Exchange) -> None:
    requested = invoices.requested_invoice(exchange)
    identifier = exchange.resource.get("id")
    if not isinstance(identifier, str):
        raise NotObserved("the invoice has no id")
    same = identifier.lower() == requested.lower()
    expect(same, f"the requested invoice {shown(requested)}", shown(identifier), exchange, part="/data/id")


@requirement("ITEM-008")
def test_the_requested_invoice_is_returned(item: Exchange) -> None:
    _has_the_requested_id(item)


@requirement("ITEM-008")
def test_every_answer_about_one_invoice_has_the_requested_one(every_success: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        # Other spellings of a path, such as a suffix, have requirements of their own.
        if exchange.request.method != "GET" or not is_uuid(invoices.requested_invoice(exchange)):
            raise NotObserved("no request for one invoice")
        if exchange.request.header("X-Original-URL") is not None:
            raise NotObserved("a server that looks at such fields takes it for another request", owner="SEC-023")
        _has_the_requested_id(exchange)

    observe_each(every_success, judge)


@requirement("ITEM-021")
def test_linkage_is_null_or_one_identifier(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        account = exchange.account_relationship
        if "data" not in account:
            raise NotObserved("the relationship shows no linkage")
        data = account["data"]
        legal = data is None or resources.is_identifier(data)
        part = "/data/relationships/account/data"
        expect(legal, "null, or an object with a string type and a string id", shown(data), exchange, part=part)

    observe_each((item, item_with_account), judge)


@requirement("ITEM-022")
def test_all_documented_attributes_are_present(item: Exchange, item_with_account: Exchange) -> None:
    observe_each((item, item_with_account), _expect_all_attributes)


@requirement("ITEM-022")
def test_no_plain_request_is_answered_with_a_part_of_the_attributes(item: Exchange, every_success: Exchanges) -> None:
    # Where the invoice itself has not all of them, that is the finding of another check.
    _expect_none_missing_before(item)

    def judge(exchange: Exchange) -> None:
        request = exchange.request
        plain = request.method == "GET" and "?" not in request.target and not request.body
        # What else selects fields, or another invoice, has requirements of its own.
        require(plain and is_uuid(invoices.requested_invoice(exchange)), "no plain request for one invoice")
        require(request.header("X-Original-URL") is None, "perhaps another request", owner="SEC-023")
        require(exchange.media_type == JSON_API, "another representation")
        _expect_all_attributes(exchange)

    observe_each(every_success, judge)


def _expect_none_missing_before(item: Exchange) -> None:
    ending = end_of(_expect_all_attributes, item)
    require(not isinstance(ending, Violation), "the invoice itself lacks attributes")


def _expect_all_attributes(exchange: Exchange) -> None:
    attributes = exchange.resource.get("attributes", {})
    if not isinstance(attributes, dict):
        raise NotObserved("the attributes are not an object")
    missing = [name for name in contract.attribute_names() if name not in attributes]
    observed = f"without {', '.join(missing[:4])}{', ...' if len(missing) > 4 else ''}"
    expect(not missing, "all 21 documented attributes", observed, exchange, part="/data/attributes")


@requirement("ITEM-032")
def test_no_internal_attributes_are_shown(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        resources.expect_nothing_internal(exchange, "/data", exchange.resource)

    observe_each((item, item_with_account), judge)


@requirement("ITEM-023")
def test_no_further_attributes_are_shown(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        resources.expect_no_further_attributes(exchange, "/data", exchange.resource, contract.attribute_names())

    observe_each((item, item_with_account), judge)


@requirement("ITEM-024")
def test_an_unknown_invoice_is_answered_with_404(item: Exchange, unknown_item: Exchange) -> None:
    invoices.expect_served(item)
    expect_status(unknown_item, 404, why="no invoice has that id")


@requirement("ITEM-025")
def test_a_malformed_id_names_nothing(item: Exchange, malformed_id: Exchange) -> None:
    invoices.expect_served(item)
    expect_status(malformed_id, 404, 400, why="that is not a UUID")


@requirement("ITEM-025")
def test_an_odd_id_names_nothing(item: Exchange, odd_id: Exchange) -> None:
    invoices.expect_served(item)
    if odd_id.probe == "odd_id[undashed]":
        raise NotObserved("that is a UUID in another notation")
    # Server errors are judged by ROB-001, and what else refuses such ids has its own ways.
    observed = f"{odd_id.status} for {shown(invoices.requested_invoice(odd_id))}"
    expect(not odd_id.succeeded, "404 or another refusal", observed, odd_id)


@requirement("ITEM-026")
def test_an_upper_case_id_means_the_same_or_nothing(item: Exchange, item_upper_case: Exchange) -> None:
    invoice = invoices.own_resource(item)
    if item_upper_case.request.target == item.request.target:
        raise NotObserved("the id of the invoice has no lower-case letters")
    if _is_redirect_to(item_upper_case, item):
        return
    expect_status(item_upper_case, 200, 404, 400, why="hexadecimal digits have no case")
    if item_upper_case.status == 200:
        resources.expect_same_resource(item_upper_case, invoice)


@requirement("ITEM-027")
def test_percent_encoding_does_not_change_the_id(item: Exchange, item_percent_encoded: Exchange) -> None:
    invoice = invoices.own_resource(item)
    if _is_redirect_to(item_percent_encoded, item):
        return
    expect_status(item_percent_encoded, 200, why="%HH of a letter or digit means that letter or digit")
    resources.expect_same_resource(item_percent_encoded, invoice)


def _is_redirect_to(exchange: Exchange, item: Exchange) -> bool:
    """Return whether an answer sends the client to the usual spelling of the URL."""
    location = exchange.fields.get("Location")
    return (
        exchange.status in _REDIRECTS
        and location is not None
        and is_uri_reference(location)
        and path_of(location, exchange.request.url) == path_of(item.request.url, item.request.url)
        and "%" not in urlsplit(location).path
    )
