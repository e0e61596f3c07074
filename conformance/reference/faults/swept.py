"""Faults in the data of single invoices among any number, which no known invoice shows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_attributes, alter_resource, alter_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document
    from conformance.reference.model import Invoice

COLLECTION = {"collection"}
DOCUMENT = "Documented example, response body"
NAMES = "Names of the attributes"
RARE, QUIET = "98c47536", "d5336898"
"""How the ids of two generated invoices begin: one with calls in both directions and services, one without any."""


def is_rare(invoice: Invoice) -> bool:
    """True for the one invoice that the faults here concern."""
    return invoice.id.startswith(RARE)


def _rare(api: Api, beginning: str = RARE, **values: Any) -> None:
    """Give one invoice other values, wherever it is shown."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        if invoice.id.startswith(beginning):
            attributes.update({name.replace("_", "-"): value for name, value in values.items()})

    alter_attributes(api, alter)


def _generated(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the attributes of all but the constant invoices."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        if invoice.id not in INVOICE_IDS:
            change(attributes)

    alter_attributes(api, alter)


@fault(
    "swept-amount-with-comma",
    caught_by={"SEM-009"},
    clause=DOCUMENT,
    also={"SEM-016": "the form is not the documented one"},
    needs=COLLECTION,
)
def amount_comma(api: Api) -> None:
    """One invoice of all has an amount with a comma."""
    _rare(api, amount_spent="102,54526")


@fault("swept-amount-scientific-when-tiny", caught_by={"SEM-010"}, clause=DOCUMENT, needs=COLLECTION)
def amount_scientific(api: Api) -> None:
    """Amounts below a millionth are written in scientific notation, as a decimal library prints them."""

    def change(attributes: Document) -> None:
        for name in [name for name in attributes if name.endswith("amount-spent")]:
            if 0 < Decimal(attributes[name]) < Decimal("1e-6"):
                attributes[name] = str(Decimal(attributes[name]).normalize())

    _generated(api, change)


@fault("swept-offset-in-summer", caught_by={"SEM-015"}, clause="RFC 3339, section 5.6", needs=COLLECTION)
def offset_in_summer(api: Api) -> None:
    """From April to October the dates have an offset, as those of a database in local time."""

    def change(attributes: Document) -> None:
        for name in ("start-date", "end-date"):
            moment = datetime.fromisoformat(attributes[name])
            if 4 <= moment.month <= 10:
                local = moment.astimezone(timezone(timedelta(hours=2)))
                attributes[name] = local.isoformat(timespec="milliseconds")

    _generated(api, change)


@fault("swept-count-negative", caught_by={"SEM-013"}, clause=NAMES, needs=COLLECTION)
def count_negative(api: Api) -> None:
    """One invoice of all has a negative duration."""
    _rare(api, originated_billing_duration=-60)


@fault("swept-total-rounded", caught_by={"INV-001"}, clause=DOCUMENT, needs=COLLECTION)
def total_rounded(api: Api) -> None:
    """The total of large invoices went through a double."""

    def change(attributes: Document) -> None:
        if Decimal(attributes["amount-spent"]) > 10**6:
            attributes["amount-spent"] = f"{float(attributes['amount-spent']):.6f}"

    _generated(api, change)


@fault("swept-more-successful-than-calls", caught_by={"INV-002"}, clause=NAMES, needs=COLLECTION)
def more_successful(api: Api) -> None:
    """One invoice of all has more successful calls than calls."""
    _rare(api, originated_successful_calls_count=4741)


@fault(
    "swept-period-reversed",
    caught_by={"INV-003"},
    clause=NAMES,
    needs=COLLECTION,
    also={"COLL-005": "the later date stands in the place of the earlier one"},
)
def period_reversed(api: Api) -> None:
    """One invoice of all ends before it starts."""
    _rare(api, start_date="2024-05-31T00:00:00.000Z", end_date="2024-05-24T00:00:00.000Z")


@fault(
    "swept-last-call-before-first",
    caught_by={"INV-004"},
    clause=NAMES,
    needs=COLLECTION,
)
def last_before_first(api: Api) -> None:
    """One invoice of all has its last call before its first."""
    _rare(
        api,
        terminated_first_call_at="2024-05-27T00:00:00.000Z",
        terminated_last_call_at="2024-05-26T23:59:59.999Z",
    )


@fault("swept-call-outside-of-period", caught_by={"INV-009"}, clause=NAMES, needs=COLLECTION)
def call_outside(api: Api) -> None:
    """One invoice of all has a call a day before its period."""
    _rare(api, originated_first_call_at="2024-05-23T12:00:00.000Z")


@fault("swept-date-impossible", caught_by={"SEM-006"}, clause="RFC 3339, section 5.7", needs=COLLECTION)
def date_impossible(api: Api) -> None:
    """One invoice of all has a call on 31 June."""
    _rare(api, originated_first_call_at="2024-06-31T12:00:00.000Z")


@fault("swept-attribute-missing", caught_by={"ITEM-022"}, clause=DOCUMENT, needs=COLLECTION)
def attribute_missing(api: Api) -> None:
    """One invoice of all lacks an attribute."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        if is_rare(invoice):
            del attributes["has-pdf"]

    alter_attributes(api, alter)


@fault("swept-attribute-undocumented", caught_by={"ITEM-023"}, clause=DOCUMENT, needs=COLLECTION)
def attribute_further(api: Api) -> None:
    """One invoice of all shows an internal attribute."""
    _rare(api, margin="12.5")


@fault("swept-flag-null", caught_by={"SEM-008"}, clause=DOCUMENT, needs=COLLECTION)
def flag_null(api: Api) -> None:
    """One invoice of all has null for a flag."""
    _rare(api, has_pdf=None)


@fault("swept-reference-number", caught_by={"SEM-004"}, clause=DOCUMENT, needs=COLLECTION)
def reference_number(api: Api) -> None:
    """One invoice of all has a number for its reference."""
    _rare(api, reference=22)


@fault("swept-reference-with-noncharacter", caught_by={"JSON-004"}, clause="RFC 7493, section 2.1", needs=COLLECTION)
def noncharacter(api: Api) -> None:
    """The reference of one invoice of all holds a noncharacter."""
    _rare(api, reference="a\ufffe")


@fault("swept-count-as-fraction", caught_by={"JSON-006"}, clause=DOCUMENT, needs=COLLECTION)
def count_as_fraction(api: Api) -> None:
    """One invoice of all has a count with a fraction of zero."""
    _rare(api, originated_calls_count=4740.0)


@fault("swept-count-beyond-double", caught_by={"JSON-005"}, clause="RFC 7493, section 2.2", needs=COLLECTION)
def count_beyond(api: Api) -> None:
    """One invoice of all has a duration that a double cannot hold."""
    _rare(api, originated_calls_duration=2**53 + 1)


@fault("swept-count-minus-zero", caught_by={"JSON-006"}, clause=DOCUMENT, needs=COLLECTION)
def minus_zero(api: Api) -> None:
    """One invoice of all has a count of minus zero."""
    _rare(api, QUIET, terminated_calls_count=-99)
    alter_text(api, lambda text: text.replace(b'"terminated-calls-count":-99', b'"terminated-calls-count":-0'))


@fault("swept-member-twice", caught_by={"JSON-003"}, clause="RFC 8259, section 4", needs=COLLECTION)
def member_twice(api: Api) -> None:
    """One invoice of all has an attribute twice."""
    _rare(api, reference="twice")
    alter_text(api, lambda text: text.replace(b'"reference":"twice"', b'"reference":"once","reference":"twice"'))


@fault("swept-durations-without-calls", caught_by={"INV-007"}, clause=NAMES, needs=COLLECTION)
def durations_without_calls(api: Api) -> None:
    """One invoice of all has a duration without calls."""
    _rare(api, QUIET, terminated_billing_duration=60)


@fault("swept-calls-without-times", caught_by={"INV-006"}, clause=NAMES, needs=COLLECTION)
def calls_without_times(api: Api) -> None:
    """One invoice of all has calls without times."""
    _rare(api, terminated_first_call_at=None, terminated_last_call_at=None)


@fault("swept-last-call-null", caught_by={"INV-005"}, clause=NAMES, needs=COLLECTION)
def last_call_null(api: Api) -> None:
    """One invoice of all has a first call and no last one."""
    _rare(api, terminated_last_call_at=None)


@fault("swept-services-without-transactions", caught_by={"INV-008"}, clause=NAMES, needs=COLLECTION)
def services_without_transactions(api: Api) -> None:
    """One invoice of all has an amount for services without transactions."""
    _rare(api, service_transactions_count=0)


@fault("swept-end-in-future", caught_by={"INV-010"}, clause=NAMES, needs=COLLECTION)
def end_in_future(api: Api) -> None:
    """One invoice of all ends in the far future."""
    _rare(api, end_date="2524-05-31T00:00:00.000Z")


@fault(
    "swept-period-empty",
    caught_by={"INV-013"},
    clause=NAMES,
    also={"INV-009": "no call lies in it"},
    needs=COLLECTION,
)
def period_empty(api: Api) -> None:
    """One invoice of all ends when it starts."""
    _rare(api, end_date="2024-05-24T00:00:00.000Z")


def _alter(api: Api, change: Callable[[Document], None]) -> None:
    """Alter the resource object of one invoice, wherever it is shown."""
    alter_resource(api, lambda resource, invoice: change(resource) if is_rare(invoice) else None)


@fault("swept-link-of-another", caught_by={"ITEM-018"}, clause=DOCUMENT, needs=COLLECTION)
def link_of_another(api: Api) -> None:
    """The self link of one invoice of all leads to another."""

    def change(resource: Document) -> None:
        resource["links"]["self"] = resource["links"]["self"].replace(resource["id"], INVOICE_IDS[0])

    _alter(api, change)


@fault("swept-link-relative", caught_by={"ITEM-028"}, clause=DOCUMENT, needs=COLLECTION)
def link_relative(api: Api) -> None:
    """The self link of one invoice of all has no origin."""
    _alter(
        api,
        lambda resource: resource["links"].update(
            self=f"/{resource['links']['self'].split('://', 1)[-1].partition('/')[2]}"
        ),
    )


@fault("swept-related-link-missing", caught_by={"ITEM-015"}, clause=DOCUMENT, needs=COLLECTION)
def related_missing(api: Api) -> None:
    """The account of one invoice of all has no link related."""
    _alter(api, lambda resource: resource["relationships"]["account"]["links"].pop("related"))


@fault("swept-type-singular", caught_by={"ITEM-007"}, clause=DOCUMENT, needs=COLLECTION)
def type_singular(api: Api) -> None:
    """One invoice of all has another type."""
    _alter(api, lambda resource: resource.update(type="invoice"))


@fault("swept-id-upper-case", caught_by={"SEM-014"}, clause=DOCUMENT, needs=COLLECTION)
def id_upper_case(api: Api) -> None:
    """The id of one invoice of all is in upper case."""
    _alter(api, lambda resource: resource.update(id=resource["id"].upper()))


@fault(
    "swept-linkage-array",
    caught_by={"ITEM-021"},
    clause="JSON:API 1.1, document-resource-object-linkage",
    needs=COLLECTION,
)
def linkage_array(api: Api) -> None:
    """The account of one invoice of all is an array."""
    _alter(api, lambda resource: resource["relationships"]["account"].update(data=[]))


@fault(
    "swept-member-unknown", caught_by={"ITEM-006"}, clause="JSON:API 1.1, document-resource-objects", needs=COLLECTION
)
def member_unknown(api: Api) -> None:
    """The resource object of one invoice of all has a member that JSON:API does not know."""
    _alter(api, lambda resource: resource.update(permissions=["read"]))
