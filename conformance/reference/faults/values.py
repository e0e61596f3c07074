"""Faults of the values of attributes."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import BUSY, DOCUMENTED
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ATTRIBUTE_NAMES, DATE_FORM, DATE_LIMITS, EXAMPLE_BODY, UUID_FORM, rfc
from conformance.reference.faults.effects import in_attributes, in_item, in_resource
from conformance.reference.faults.seams import effect
from conformance.reference.faults.tools import alter_attributes, alter_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document
    from conformance.reference.model import Invoice

fault = Area(__name__)
_OTHER_FORM = {"SEM-015": "the form is not the documented one"}
_OTHER_AMOUNT = {"SEM-016": "the form is not the documented one"}
_OTHER_ID = {"ITEM-008": "it is not the id of the URL"}


@effect
def _each(api: Api, ending: str, change: Callable[[Any], Any]) -> None:
    """Alter every attribute whose name ends so."""

    def alter(attributes: Document, _: Invoice) -> None:
        for name in [name for name in attributes if name.endswith(ending)]:
            attributes[name] = change(attributes[name])

    alter_attributes(api, alter)


@effect
def _busy(api: Api, values: Document) -> None:
    """Give the busiest invoice other values."""
    alter_attributes(api, lambda shown, invoice: shown.update(values) if invoice.id == BUSY.id else None)


def _amounts(change: Callable[[str], Any]) -> Install:
    return _each("amount-spent", change)


def _renumber(spell: Callable[[str], str]) -> Install:
    """Give every invoice but the documented one another id; the known ids still reach them."""
    return in_resource(
        lambda resource, invoice: resource.update(id=invoice.id if invoice.id == DOCUMENTED.id else spell(invoice.id))
    )


def _local(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(timezone(timedelta(hours=2))).isoformat(timespec="milliseconds")


@effect
def _with_account(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the attributes of an invoice that is shown with its account."""
    alter_item(
        api, lambda document, _: change(document["data"].get("attributes", {})) if "included" in document else None
    )


fault("value-id-braces", {"SEM-001"}, UUID_FORM, also=_OTHER_ID)(
    "The id of an invoice stands in braces.",
    in_resource(lambda resource, _: resource.update(id="{" + resource["id"] + "}")),
)
fault("value-id-without-hyphens", {"SEM-001"}, UUID_FORM, also={"ITEM-008": "it may not be the id of the URL"})(
    "The id of an invoice has no hyphens.",
    in_resource(lambda resource, _: resource.update(id=resource["id"].replace("-", ""))),
)
fault("value-id-upper-case", {"SEM-014"}, EXAMPLE_BODY)(
    "The id of an invoice is in upper case.",
    in_resource(lambda resource, _: resource.update(id=resource["id"].upper())),
)
fault("value-id-not-of-a-version", {"SEM-002"}, rfc(9562, "4.2"), also=_OTHER_ID)(
    "The ids are random hexadecimal digits with hyphens between.",
    _renumber(lambda number: number[:14] + "f" + number[15:19] + "1" + number[20:]),
)
fault("value-id-from-clock", {"SEM-003"}, rfc(9562, "8"), also=_OTHER_ID)(
    "The ids are made from the clock and the address of one machine.",
    _renumber(lambda number: str(uuid.UUID(f"{number[:13]}-11ef-be6d-0242ac120003"))),
)


@fault("value-reference-number", {"SEM-004"}, EXAMPLE_BODY)
@in_attributes
def reference_number(attributes: Document, _: Invoice) -> None:
    """A reference of digits is a number."""
    if (attributes.get("reference") or "").isdecimal():
        attributes["reference"] = int(attributes["reference"])


fault("value-date-with-space", {"SEM-005"}, DATE_FORM, also=_OTHER_FORM)(
    "The dates are written with a space and the name of a zone.",
    _each("-date", lambda text: text.replace("T", " ").replace("Z", " UTC")),
)
fault("value-date-without-zone", {"SEM-005"}, DATE_FORM, also=_OTHER_FORM)(
    "The dates have no zone.", _each("-date", lambda text: text.removesuffix("Z"))
)
fault("value-date-only", {"SEM-005"}, DATE_FORM, also=_OTHER_FORM)(
    "The end-date is a day.", _each("end-date", lambda text: text[:10])
)
fault("value-date-null", {"SEM-005"}, EXAMPLE_BODY)(
    "The end-date of the busiest invoice is null.", _busy({"end-date": None})
)
fault("value-date-seconds", {"SEM-005"}, EXAMPLE_BODY, also=_OTHER_FORM)(
    "The dates are numbers of seconds.", _each("-date", lambda text: len(text) * 70_000_000)
)
fault("value-date-impossible", {"SEM-006"}, DATE_LIMITS)(
    "The busiest invoice starts on 30 February.", _busy({"start-date": "2024-02-30T09:56:08.253Z"})
)
fault("value-date-hour-24", {"SEM-006"}, DATE_LIMITS)(
    "The busiest invoice ends in the hour 24.", _busy({"end-date": "2024-11-20T24:00:00.000Z"})
)
fault("value-date-second-60", {"SEM-006"}, DATE_LIMITS)(
    "A call of the busiest invoice begins in a leap second that was none.",
    _busy({"terminated-last-call-at": "2024-11-14T12:34:60.000Z"}),
)
fault("value-date-in-local-time", {"SEM-015"}, EXAMPLE_BODY)(
    "The dates have an offset, as a conforming server of another zone may send them.", _each("-date", _local)
)
fault("value-date-in-microseconds", {"SEM-015"}, EXAMPLE_BODY)(
    "The dates have six decimals.", _each("-date", lambda text: text.replace("Z", "000Z"))
)
fault(
    "value-call-empty", {"SEM-007"}, EXAMPLE_BODY, also={"INV-006": "it is not null", "INV-005": "it may not be null"}
)("Without calls, the time of the last call is an empty string.", _each("last-call-at", lambda text: text or ""))
fault("value-call-zero", {"INV-006"}, ATTRIBUTE_NAMES, also={"INV-009": "it lies before the period"})(
    "Without calls, the times of the calls are the beginning of the epoch.",
    _each("-call-at", lambda text: text or "1970-01-01T00:00:00.000Z"),
)
fault("value-flag-number", {"SEM-008"}, EXAMPLE_BODY)("The flag has-pdf is 0 or 1.", _each("has-pdf", int))
fault("value-flag-null", {"SEM-008"}, EXAMPLE_BODY)(
    "The flag has-pdf is null instead of false.", _each("has-pdf", lambda flag: flag or None)
)
fault("value-amount-number", {"SEM-009"}, EXAMPLE_BODY, also={"JSON-005": "a double does not hold it"})(
    "Amounts are JSON numbers.", _amounts(float)
)
fault("value-amount-comma", {"SEM-009"}, EXAMPLE_BODY, also=_OTHER_AMOUNT)(
    "Amounts have a comma.", _amounts(lambda text: text.replace(".", ","))
)
fault("value-amount-currency", {"SEM-009"}, EXAMPLE_BODY, also=_OTHER_AMOUNT)(
    "Amounts name the currency.", _amounts(lambda text: f"{text} EUR")
)
fault("value-amount-grouped", {"SEM-009"}, EXAMPLE_BODY)(
    "Amounts above a thousand are grouped by commas.",
    _amounts(lambda text: re.sub(r"(?<=\d)(?=(\d{3})+\.)", ",", text)),
)
fault("value-amount-null", {"SEM-009"}, EXAMPLE_BODY)(
    "An amount of zero is null.", _amounts(lambda text: None if text == "0.0" else text)
)
fault("value-amount-exponent", {"SEM-010"}, EXAMPLE_BODY)(
    "Tiny amounts are written with an exponent.",
    _amounts(lambda text: f"{Decimal(text):.17e}" if Decimal(0) < Decimal(text) < Decimal("0.000001") else text),
)
fault("value-amount-minus-zero", {"SEM-011"}, ATTRIBUTE_NAMES)(
    "An amount of zero has a minus sign.", _amounts(lambda text: "-0.0" if text == "0.0" else text)
)
fault("value-amount-negative", {"SEM-011"}, ATTRIBUTE_NAMES)(
    "All amounts are negative.", _amounts(lambda text: text if text == "0.0" else f"-{text}")
)


_OTHER_DECIMALS = {"SEM-017": "where nothing is lost, zeros are added or left out"}


@fault("value-amount-padded-with-include", {"SEM-017"}, EXAMPLE_BODY)
@_with_account
def amount_padded(attributes: Document) -> None:
    """With the account included, amounts end with a further zero."""
    for name, value in attributes.items():
        if name.endswith("amount-spent"):
            attributes[name] = f"{value}0"


@fault("value-amount-rounded-with-include", {"SEM-012"}, EXAMPLE_BODY, also=_OTHER_DECIMALS)
@_with_account
def amount_rounded(attributes: Document) -> None:
    """With the account included, amounts have two decimals."""
    for name, value in attributes.items():
        if name.endswith("amount-spent"):
            attributes[name] = f"{Decimal(value):.2f}"


fault("value-reference-null-with-include", {"ITEM-030"}, EXAMPLE_BODY)(
    "With the account included, the reference is null, as after a join that selects too little.",
    _with_account(lambda attributes: attributes.update({} if "reference" not in attributes else {"reference": None})),
)


@fault("value-reference-cut-with-fields", {"ITEM-030"}, EXAMPLE_BODY)
@in_item
def reference_cut(document: Document, _: Invoice) -> None:
    """With sparse fieldsets the reference loses its last character."""
    attributes = document["data"].get("attributes", {})
    if len(attributes) < 21 and attributes.get("reference"):
        attributes["reference"] = attributes["reference"][:-1]


fault("value-count-negative", {"SEM-013"}, ATTRIBUTE_NAMES)(
    "The billing duration of the busiest invoice is negative.", _busy({"originated-billing-duration": -1})
)
fault("value-amount-without-decimals", {"SEM-016"}, EXAMPLE_BODY)(
    "Whole amounts have no decimals.", _amounts(lambda text: text.removesuffix(".0"))
)
fault("value-amount-leading-zero", {"SEM-016"}, EXAMPLE_BODY)(
    "Amounts have a leading zero.", _amounts(lambda text: f"0{text}")
)
