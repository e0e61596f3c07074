"""Faults of the values of attributes."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import BUSY, DOCUMENTED
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_attributes, alter_item, alter_resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

DOCUMENT = "Documented example, response body"
RFC3339 = "RFC 3339, section 5.6"


def _each(api: Api, ending: str, change: Callable[[Any], Any]) -> None:
    """Alter every attribute whose name ends so."""

    def alter(attributes: Document, _: Invoice) -> None:
        for name in [name for name in attributes if name.endswith(ending)]:
            attributes[name] = change(attributes[name])

    alter_attributes(api, alter)


def _busy(api: Api, **values: Any) -> None:
    """Give the busiest invoice other values."""

    def alter(attributes: Document, invoice: Invoice) -> None:
        if invoice.id == BUSY.id:
            attributes.update({name.replace("_", "-"): value for name, value in values.items()})

    alter_attributes(api, alter)


def _amounts(api: Api, change: Callable[[str], Any]) -> None:
    _each(api, "amount-spent", change)


@fault(
    "value-id-braces",
    caught_by={"SEM-001"},
    clause="RFC 9562, section 4",
    also={"ITEM-008": "it is not the id of the URL"},
)
def id_braces(api: Api) -> None:
    """The id of an invoice stands in braces."""
    alter_resource(api, lambda resource, _: resource.update(id="{" + resource["id"] + "}"))


@fault(
    "value-id-without-hyphens",
    caught_by={"SEM-001"},
    clause="RFC 9562, section 4",
    also={"ITEM-008": "it may not be the id of the URL"},
)
def id_without_hyphens(api: Api) -> None:
    """The id of an invoice has no hyphens."""
    alter_resource(api, lambda resource, _: resource.update(id=resource["id"].replace("-", "")))


@fault("value-id-upper-case", caught_by={"SEM-014"}, clause=DOCUMENT)
def id_upper_case(api: Api) -> None:
    """The id of an invoice is in upper case."""
    alter_resource(api, lambda resource, _: resource.update(id=resource["id"].upper()))


def _renumber(api: Api, spell: Callable[[str], str]) -> None:
    """Give every invoice but the documented one another id, everywhere, and let the known ids reach them still."""

    def shown(number: str) -> str:
        return number if number == DOCUMENTED.id else spell(number)

    def resource(original: Callable[..., Document], request: Request, invoice: Invoice, query: Query) -> Document:
        made = original(request, invoice, query)
        made["id"] = shown(invoice.id)
        return made

    api.replace("invoice_resource", resource)


@fault(
    "value-id-not-of-a-version",
    caught_by={"SEM-002"},
    clause="RFC 9562, section 4.2",
    also={"ITEM-008": "it is not the id of the URL"},
)
def id_version(api: Api) -> None:
    """The ids are random hexadecimal digits with hyphens between."""
    _renumber(api, lambda number: number[:14] + "f" + number[15:19] + "1" + number[20:])


@fault(
    "value-id-from-clock",
    caught_by={"SEM-003"},
    clause="RFC 9562, section 8",
    also={"ITEM-008": "it is not the id of the URL"},
)
def id_from_clock(api: Api) -> None:
    """The ids are made from the clock and the address of one machine."""
    _renumber(api, lambda number: str(uuid.UUID(f"{number[:13]}-11ef-be6d-0242ac120003")))


@fault("value-reference-number", caught_by={"SEM-004"}, clause=DOCUMENT)
def reference_number(api: Api) -> None:
    """A reference of digits is a number."""

    def alter(attributes: Document, _: Invoice) -> None:
        if (attributes.get("reference") or "").isdecimal():
            attributes["reference"] = int(attributes["reference"])

    alter_attributes(api, alter)


@fault(
    "value-date-with-space",
    caught_by={"SEM-005"},
    clause=RFC3339,
    also={"SEM-015": "the form is not the documented one"},
)
def date_space(api: Api) -> None:
    """The dates are written with a space and the name of a zone."""
    _each(api, "-date", lambda text: text.replace("T", " ").replace("Z", " UTC"))


@fault(
    "value-date-without-zone",
    caught_by={"SEM-005"},
    clause=RFC3339,
    also={"SEM-015": "the form is not the documented one"},
)
def date_without_zone(api: Api) -> None:
    """The dates have no zone."""
    _each(api, "-date", lambda text: text.removesuffix("Z"))


@fault("value-date-only", caught_by={"SEM-005"}, clause=RFC3339, also={"SEM-015": "the form is not the documented one"})
def date_only(api: Api) -> None:
    """The end-date is a day."""
    _each(api, "end-date", lambda text: text[:10])


@fault("value-date-null", caught_by={"SEM-005"}, clause=DOCUMENT)
def date_null(api: Api) -> None:
    """The end-date of the busiest invoice is null."""
    _busy(api, end_date=None)


@fault(
    "value-date-seconds", caught_by={"SEM-005"}, clause=DOCUMENT, also={"SEM-015": "the form is not the documented one"}
)
def date_seconds(api: Api) -> None:
    """The dates are numbers of seconds."""
    _each(api, "-date", lambda text: len(text) * 70_000_000)


@fault("value-date-impossible", caught_by={"SEM-006"}, clause="RFC 3339, section 5.7")
def date_impossible(api: Api) -> None:
    """The busiest invoice starts on 30 February."""
    _busy(api, start_date="2024-02-30T09:56:08.253Z")


@fault("value-date-hour-24", caught_by={"SEM-006"}, clause="RFC 3339, section 5.7")
def date_hour_24(api: Api) -> None:
    """The busiest invoice ends in the hour 24."""
    _busy(api, end_date="2024-11-20T24:00:00.000Z")


@fault("value-date-second-60", caught_by={"SEM-006"}, clause="RFC 3339, section 5.7")
def date_second_60(api: Api) -> None:
    """A call of the busiest invoice begins in a leap second that was none."""
    _busy(api, terminated_last_call_at="2024-11-14T12:34:60.000Z")


@fault("value-date-in-local-time", caught_by={"SEM-015"}, clause=DOCUMENT)
def date_local(api: Api) -> None:
    """The dates have an offset, as a conforming server of another zone may send them."""

    def local(text: str) -> str:
        from datetime import datetime, timedelta, timezone

        moment = datetime.fromisoformat(text).astimezone(timezone(timedelta(hours=2)))
        return moment.isoformat(timespec="milliseconds")

    _each(api, "-date", local)


@fault("value-date-in-microseconds", caught_by={"SEM-015"}, clause=DOCUMENT)
def date_microseconds(api: Api) -> None:
    """The dates have six decimals."""
    _each(api, "-date", lambda text: text.replace("Z", "000Z"))


@fault(
    "value-call-empty",
    caught_by={"SEM-007"},
    clause=DOCUMENT,
    also={"INV-006": "it is not null", "INV-005": "it may not be null"},
)
def call_empty(api: Api) -> None:
    """Without calls, the time of the last call is an empty string."""
    _each(api, "last-call-at", lambda text: text or "")


@fault(
    "value-call-zero",
    caught_by={"INV-006"},
    clause="Names of the attributes",
    also={"INV-009": "it lies before the period"},
)
def call_zero(api: Api) -> None:
    """Without calls, the times of the calls are the beginning of the epoch."""
    _each(api, "-call-at", lambda text: text or "1970-01-01T00:00:00.000Z")


@fault("value-flag-number", caught_by={"SEM-008"}, clause=DOCUMENT)
def flag_number(api: Api) -> None:
    """The flag has-pdf is 0 or 1."""
    _each(api, "has-pdf", int)


@fault("value-flag-null", caught_by={"SEM-008"}, clause=DOCUMENT)
def flag_null(api: Api) -> None:
    """The flag has-pdf is null instead of false."""
    _each(api, "has-pdf", lambda flag: flag or None)


@fault("value-amount-number", caught_by={"SEM-009"}, clause=DOCUMENT, also={"JSON-005": "a double does not hold it"})
def amount_number(api: Api) -> None:
    """Amounts are JSON numbers."""
    _amounts(api, float)


@fault(
    "value-amount-comma", caught_by={"SEM-009"}, clause=DOCUMENT, also={"SEM-016": "the form is not the documented one"}
)
def amount_comma(api: Api) -> None:
    """Amounts have a comma."""
    _amounts(api, lambda text: text.replace(".", ","))


@fault(
    "value-amount-currency",
    caught_by={"SEM-009"},
    clause=DOCUMENT,
    also={"SEM-016": "the form is not the documented one"},
)
def amount_currency(api: Api) -> None:
    """Amounts name the currency."""
    _amounts(api, lambda text: f"{text} EUR")


@fault("value-amount-grouped", caught_by={"SEM-009"}, clause=DOCUMENT)
def amount_grouped(api: Api) -> None:
    """Amounts above a thousand are grouped by commas."""
    _amounts(api, lambda text: re.sub(r"(?<=\d)(?=(\d{3})+\.)", ",", text))


@fault("value-amount-null", caught_by={"SEM-009"}, clause=DOCUMENT)
def amount_null(api: Api) -> None:
    """An amount of zero is null."""
    _amounts(api, lambda text: None if text == "0.0" else text)


@fault("value-amount-exponent", caught_by={"SEM-010"}, clause=DOCUMENT)
def amount_exponent(api: Api) -> None:
    """Tiny amounts are written with an exponent."""
    _amounts(api, lambda text: f"{Decimal(text):.17e}" if Decimal(0) < Decimal(text) < Decimal("0.000001") else text)


@fault("value-amount-minus-zero", caught_by={"SEM-011"}, clause="Names of the attributes")
def amount_minus_zero(api: Api) -> None:
    """An amount of zero has a minus sign."""
    _amounts(api, lambda text: "-0.0" if text == "0.0" else text)


@fault("value-amount-negative", caught_by={"SEM-011"}, clause="Names of the attributes")
def amount_negative(api: Api) -> None:
    """All amounts are negative."""
    _amounts(api, lambda text: text if text == "0.0" else f"-{text}")


@fault("value-amount-rounded-with-include", caught_by={"SEM-012"}, clause=DOCUMENT)
def amount_rounded(api: Api) -> None:
    """With the account included, amounts have two decimals."""

    def alter(document: Document, _: Invoice) -> None:
        if "included" in document:
            for name, value in document["data"].get("attributes", {}).items():
                if name.endswith("amount-spent"):
                    document["data"]["attributes"][name] = f"{Decimal(value):.2f}"

    alter_item(api, alter)


@fault("value-reference-null-with-include", caught_by={"ITEM-030"}, clause=DOCUMENT)
def reference_null(api: Api) -> None:
    """With the account included, the reference is null, as after a join that selects too little."""

    def alter(document: Document, _: Invoice) -> None:
        if "included" in document and "reference" in document["data"].get("attributes", {}):
            document["data"]["attributes"]["reference"] = None

    alter_item(api, alter)


@fault("value-reference-cut-with-fields", caught_by={"ITEM-030"}, clause=DOCUMENT)
def reference_cut(api: Api) -> None:
    """With sparse fieldsets the reference loses its last character."""

    def alter(document: Document, _: Invoice) -> None:
        attributes = document["data"].get("attributes", {})
        if len(attributes) < 21 and attributes.get("reference"):
            attributes["reference"] = attributes["reference"][:-1]

    alter_item(api, alter)


@fault("value-count-negative", caught_by={"SEM-013"}, clause="Names of the attributes")
def count_negative(api: Api) -> None:
    """The billing duration of the busiest invoice is negative."""
    _busy(api, originated_billing_duration=-1)


@fault("value-amount-without-decimals", caught_by={"SEM-016"}, clause=DOCUMENT)
def amount_whole(api: Api) -> None:
    """Whole amounts have no decimals."""
    _amounts(api, lambda text: text.removesuffix(".0"))


@fault("value-amount-leading-zero", caught_by={"SEM-016"}, clause=DOCUMENT)
def amount_leading_zero(api: Api) -> None:
    """Amounts have a leading zero."""
    _amounts(api, lambda text: f"0{text}")
