"""Faults in the data of single invoices among any number, which no known invoice shows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    ATTRIBUTE_NAMES,
    DATE_FORM,
    DATE_LIMITS,
    EXAMPLE_BODY,
    LINKAGE,
    json_api,
    rfc,
)
from conformance.reference.faults.effects import in_attributes, in_text
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import both, effect
from conformance.reference.faults.tools import alter_attributes, alter_resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document
    from conformance.reference.model import Invoice

fault = Area(__name__, needs=COLLECTION)
RARE, QUIET = "98c47536", "d5336898"
"""How the ids of two generated invoices begin: one with calls in both directions and services, one without any."""


def is_rare(invoice: Invoice) -> bool:
    """True for the one invoice that the faults here concern."""
    return invoice.id.startswith(RARE)


@effect
def _rare(api: Api, values: Document, beginning: str = RARE) -> None:
    """Give one invoice other values, wherever it is shown."""
    alter_attributes(api, lambda shown, of: shown.update(values) if of.id.startswith(beginning) else None)


@effect
def _generated(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the attributes of all but the constant invoices."""
    alter_attributes(api, lambda attributes, of: None if of.id in INVOICE_IDS else change(attributes))


def _written(old: bytes, new: bytes) -> Install:
    return in_text(lambda text: text.replace(old, new))


@effect
def _alter(api: Api, change: Callable[[Document], object]) -> None:
    """Alter the resource object of one invoice, wherever it is shown."""
    alter_resource(api, lambda resource, invoice: change(resource) if is_rare(invoice) else None)


fault("swept-amount-with-comma", {"SEM-009"}, EXAMPLE_BODY, also={"SEM-016": "the form is not the documented one"})(
    "One invoice of all has an amount with a comma.", _rare({"amount-spent": "102,54526"})
)


@fault("swept-amount-scientific-when-tiny", {"SEM-010"}, EXAMPLE_BODY)
@_generated
def amount_scientific(attributes: Document) -> None:
    """Amounts below a millionth are written in scientific notation, as a decimal library prints them."""
    for name in [name for name in attributes if name.endswith("amount-spent")]:
        if 0 < Decimal(attributes[name]) < Decimal("1e-6"):
            attributes[name] = str(Decimal(attributes[name]).normalize())


@fault("swept-offset-in-summer", {"SEM-015"}, DATE_FORM)
@_generated
def offset_in_summer(attributes: Document) -> None:
    """From April to October the dates have an offset, as those of a database in local time."""
    for name in ("start-date", "end-date"):
        moment = datetime.fromisoformat(attributes[name])
        if 4 <= moment.month <= 10:
            local = moment.astimezone(timezone(timedelta(hours=2)))
            attributes[name] = local.isoformat(timespec="milliseconds")


fault("swept-count-negative", {"SEM-013"}, ATTRIBUTE_NAMES)(
    "One invoice of all has a negative duration.", _rare({"originated-billing-duration": -60})
)


@fault("swept-total-rounded", {"INV-001"}, EXAMPLE_BODY)
@_generated
def total_rounded(attributes: Document) -> None:
    """The total of large invoices went through a double."""
    if Decimal(attributes["amount-spent"]) > 10**6:
        attributes["amount-spent"] = f"{float(attributes['amount-spent']):.6f}"


fault("swept-more-successful-than-calls", {"INV-002"}, ATTRIBUTE_NAMES)(
    "One invoice of all has more successful calls than calls.", _rare({"originated-successful-calls-count": 4741})
)
fault(
    "swept-period-reversed",
    {"INV-003"},
    ATTRIBUTE_NAMES,
    also={"COLL-005": "the later date stands in the place of the earlier one"},
)(
    "One invoice of all ends before it starts.",
    _rare({"start-date": "2024-05-31T00:00:00.000Z", "end-date": "2024-05-24T00:00:00.000Z"}),
)
fault("swept-last-call-before-first", {"INV-004"}, ATTRIBUTE_NAMES)(
    "One invoice of all has its last call before its first.",
    _rare(
        {"terminated-first-call-at": "2024-05-27T00:00:00.000Z", "terminated-last-call-at": "2024-05-26T23:59:59.999Z"}
    ),
)
fault("swept-call-outside-of-period", {"INV-009"}, ATTRIBUTE_NAMES)(
    "One invoice of all has a call a day before its period.",
    _rare({"originated-first-call-at": "2024-05-23T12:00:00.000Z"}),
)
fault("swept-date-impossible", {"SEM-006"}, DATE_LIMITS)(
    "One invoice of all has a call on 31 June.", _rare({"originated-first-call-at": "2024-06-31T12:00:00.000Z"})
)
fault("swept-attribute-missing", {"ITEM-022"}, EXAMPLE_BODY)(
    "One invoice of all lacks an attribute.",
    in_attributes(lambda attributes, of: attributes.pop("has-pdf") if is_rare(of) else None),
)
fault("swept-attribute-undocumented", {"ITEM-023"}, EXAMPLE_BODY)(
    "One invoice of all shows an internal attribute.", _rare({"margin": "12.5"})
)
fault("swept-flag-null", {"SEM-008"}, EXAMPLE_BODY)("One invoice of all has null for a flag.", _rare({"has-pdf": None}))
fault("swept-reference-number", {"SEM-004"}, EXAMPLE_BODY)(
    "One invoice of all has a number for its reference.", _rare({"reference": 22})
)
fault("swept-reference-with-noncharacter", {"JSON-004"}, rfc(7493, "2.1"))(
    "The reference of one invoice of all holds a noncharacter.", _rare({"reference": "a\ufffe"})
)
fault("swept-count-as-fraction", {"JSON-006"}, EXAMPLE_BODY)(
    "One invoice of all has a count with a fraction of zero.", _rare({"originated-calls-count": 4740.0})
)
fault("swept-count-beyond-double", {"JSON-005"}, rfc(7493, "2.2"))(
    "One invoice of all has a duration that a double cannot hold.", _rare({"originated-calls-duration": 2**53 + 1})
)
fault("swept-count-minus-zero", {"JSON-006"}, EXAMPLE_BODY)(
    "One invoice of all has a count of minus zero.",
    both(
        _rare({"terminated-calls-count": -99}, QUIET),
        _written(b'"terminated-calls-count":-99', b'"terminated-calls-count":-0'),
    ),
)
fault("swept-member-twice", {"JSON-003"}, rfc(8259, "4"))(
    "One invoice of all has an attribute twice.",
    both(_rare({"reference": "twice"}), _written(b'"reference":"twice"', b'"reference":"once","reference":"twice"')),
)
fault("swept-durations-without-calls", {"INV-007"}, ATTRIBUTE_NAMES)(
    "One invoice of all has a duration without calls.", _rare({"terminated-billing-duration": 60}, QUIET)
)
fault("swept-calls-without-times", {"INV-006"}, ATTRIBUTE_NAMES)(
    "One invoice of all has calls without times.",
    _rare({"terminated-first-call-at": None, "terminated-last-call-at": None}),
)
fault("swept-last-call-null", {"INV-005"}, ATTRIBUTE_NAMES)(
    "One invoice of all has a first call and no last one.", _rare({"terminated-last-call-at": None})
)
fault("swept-services-without-transactions", {"INV-008"}, ATTRIBUTE_NAMES)(
    "One invoice of all has an amount for services without transactions.", _rare({"service-transactions-count": 0})
)
fault("swept-end-in-future", {"INV-010"}, ATTRIBUTE_NAMES)(
    "One invoice of all ends in the far future.", _rare({"end-date": "2524-05-31T00:00:00.000Z"})
)
fault("swept-period-empty", {"INV-013"}, ATTRIBUTE_NAMES, also={"INV-009": "no call lies in it"})(
    "One invoice of all ends when it starts.", _rare({"end-date": "2024-05-24T00:00:00.000Z"})
)


@fault("swept-link-of-another", {"ITEM-018"}, EXAMPLE_BODY)
@_alter
def link_of_another(resource: Document) -> None:
    """The self link of one invoice of all leads to another."""
    resource["links"]["self"] = resource["links"]["self"].replace(resource["id"], INVOICE_IDS[0])


fault("swept-link-relative", {"ITEM-028"}, EXAMPLE_BODY)(
    "The self link of one invoice of all has no origin.",
    _alter(
        lambda resource: resource["links"].update(
            self=f"/{resource['links']['self'].split('://', 1)[-1].partition('/')[2]}"
        )
    ),
)
fault("swept-related-link-missing", {"ITEM-015"}, EXAMPLE_BODY)(
    "The account of one invoice of all has no link related.",
    _alter(lambda resource: resource["relationships"]["account"]["links"].pop("related")),
)
fault("swept-type-singular", {"ITEM-007"}, EXAMPLE_BODY)(
    "One invoice of all has another type.", _alter(lambda resource: resource.update(type="invoice"))
)
fault("swept-id-upper-case", {"SEM-014"}, EXAMPLE_BODY)(
    "The id of one invoice of all is in upper case.",
    _alter(lambda resource: resource.update(id=resource["id"].upper())),
)
fault("swept-linkage-array", {"ITEM-021"}, LINKAGE)(
    "The account of one invoice of all is an array.",
    _alter(lambda resource: resource["relationships"]["account"].update(data=[])),
)
fault("swept-member-unknown", {"ITEM-006"}, json_api("document-resource-objects"))(
    "The resource object of one invoice of all has a member that JSON:API does not know.",
    _alter(lambda resource: resource.update(permissions=["read"])),
)
