"""Other values, and other ways to write the same value."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import BUSY, DOCUMENTED, INVOICES
from conformance.reference.faults.tools import AlteredStore, alter_attributes, alter_invoices
from conformance.reference.model import Invoice
from conformance.reference.variants import variant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document
    from conformance.reference.model import Customer
    from conformance.reference.store import Store

TIMES = "RFC 3339, section 5.6"
PERIODS = "Documented behaviour, attributes"


def _times(write: Callable[[datetime], str]) -> Callable[[Api], None]:
    """Write every time of an invoice in another way."""

    def install(api: Api) -> None:
        def change(attributes: Document, invoice: Invoice) -> None:
            known = invoice.attributes()
            attributes.update(
                {
                    name: write(value)
                    for name, value in known.items()
                    if isinstance(value, datetime) and name in attributes
                }
            )

        alter_attributes(api, change)

    return install


def _in_zone(hours: int, minutes: int = 0) -> Callable[[datetime], str]:
    zone = timezone(timedelta(hours=hours, minutes=minutes))
    return lambda time: time.astimezone(zone).isoformat(timespec="milliseconds")


def _finer(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _shortest(time: datetime) -> str:
    whole = time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "")
    return whole.rstrip("0").rstrip(".") + "Z" if "." in whole else whole + "Z"


# Name, how a time is written, sentence.
_TIMES: tuple[tuple[str, Callable[[datetime], str], str], ...] = (
    ("times-with-offset-zero", _in_zone(0), "Times have the offset +00:00 in the place of Z."),
    ("times-in-local-time", _in_zone(5, 45), "Times are in a local time, with its offset."),
    ("times-with-six-decimals", _finer, "Times have six decimals of a second."),
    ("times-without-zeros", _shortest, "Times have as many decimals of a second as they need, or none."),
    ("times-in-small-letters", lambda time: _shortest(time).lower(), "The T and the Z of times are small letters."),
)
for _name, _write, _sentence in _TIMES:
    variant(_name, clause=TIMES, touches={"times"}, sentence=_sentence)(_times(_write))


def _amounts(write: Callable[[str], str]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        def change(attributes: Document, _: Invoice) -> None:
            named = {name: value for name, value in attributes.items() if name.endswith("amount-spent")}
            attributes.update({name: write(value) for name, value in named.items()})

        alter_attributes(api, change)

    return install


# Name, how an amount is written, sentence.
_AMOUNTS: tuple[tuple[str, Callable[[str], str], str], ...] = (
    ("amounts-of-fixed-scale", lambda text: f"{text}0000", "Amounts have zeros at their end."),
    ("amounts-whole", lambda text: text.removesuffix(".0"), "Whole amounts have no decimals."),
    ("amounts-with-leading-zeros", lambda text: f"00{text}", "Amounts have zeros in front."),
)
for _name, _spell, _sentence in _AMOUNTS:
    variant(_name, clause=PERIODS, touches={"amounts"}, sentence=_sentence)(_amounts(_spell))


@variant("ids-in-capitals", clause="RFC 9562, section 4", touches={"ids"})
def ids_in_capitals(api: Api) -> None:
    """Ids are written in upper case."""

    def capitalise(value: Any) -> None:
        for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            capitalise(member)
        if isinstance(value, dict) and isinstance(value.get("id"), str) and "type" in value:
            value["id"] = value["id"].upper()

    api.on_document(lambda _, document: capitalise(document))


@variant("references-null", clause="Documented behaviour, attributes", touches={"references"})
def references_null(api: Api) -> None:
    """No invoice has a reference."""
    alter_invoices(api, lambda invoice: dataclasses.replace(invoice, reference=None))


@variant("counts-beyond-a-double", clause="RFC 8259, section 6", touches={"counts"})
def counts_beyond_a_double(api: Api) -> None:
    """A count is beyond 2^53, where not every reader is exact."""

    def change(invoice: Invoice) -> Invoice:
        if invoice.id != BUSY.id:
            return invoice
        return dataclasses.replace(invoice, originated=dataclasses.replace(invoice.originated, calls=2**60 + 1))

    alter_invoices(api, change)


class _GrownStore(AlteredStore):
    """A store with more invoices of the documented customer."""

    def __init__(self, store: Store, further: Sequence[Invoice]) -> None:
        super().__init__(store, lambda invoice: invoice)
        self._further = further

    def invoice(self, customer: Customer, number: str) -> Invoice | None:
        """See Store."""
        own = (invoice for invoice in self.invoices(customer) if invoice.id == number)
        return next(own, None)

    def invoices(self, customer: Customer) -> Sequence[Invoice]:
        """See Store."""
        return [*super().invoices(customer), *(each for each in self._further if each.account.customer == customer)]


def _changed(change: Callable[[Invoice], Invoice]) -> Callable[[Api], None]:
    return lambda api: alter_invoices(api, change)


def _only(wanted: Invoice, **changes: Any) -> Callable[[Invoice], Invoice]:
    return lambda invoice: dataclasses.replace(invoice, **changes) if invoice.id == wanted.id else invoice


def _correction(invoice: Invoice) -> Invoice:
    if invoice.id != BUSY.id:
        return invoice
    spent = dataclasses.replace(invoice.originated, amount=-invoice.originated.amount)
    return dataclasses.replace(invoice, originated=spent)


# What stands for no end, in the milliseconds that are documented.
_LAST_TIME = datetime.max.replace(microsecond=999000, tzinfo=UTC)
_FIRST_TIME = datetime.min.replace(tzinfo=UTC)
_NEXT_YEAR = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
# Name, change, sentence.
_INVOICES: tuple[tuple[str, Callable[[Invoice], Invoice], str], ...] = (
    ("invoice-of-a-correction", _correction, "An invoice takes back an amount, which is negative."),
    ("invoice-of-a-running-period", _only(BUSY, end=_NEXT_YEAR), "An invoice is of a period that has not ended."),
    ("invoice-of-an-endless-period", _only(BUSY, end=_LAST_TIME), "An invoice ends with the last year of four digits."),
    ("invoice-of-the-first-year", _only(DOCUMENTED, start=_FIRST_TIME), "An invoice starts in the year 1."),
    ("invoice-of-an-empty-period", _only(DOCUMENTED, end=DOCUMENTED.start), "An invoice starts when it ends."),
)
for _name, _alter, _sentence in _INVOICES:
    variant(_name, clause=PERIODS, touches={"invoices"}, sentence=_sentence)(_changed(_alter))


@variant("invoices-overlapping", clause=PERIODS, touches={"invoices"})
def invoices_overlapping(api: Api) -> None:
    """A second invoice of an account is of the same period as another one, which it corrects."""
    source = next(each for each in INVOICES if each.reference == "tiny")
    second = dataclasses.replace(source, id="5d3c1f0e-7f9b-4a57-9d1e-0f6f2f0f7a11", services_amount=Decimal(0))
    api.store = _GrownStore(api.store, [second])


ID_OF_THE_SAME_NODE = "abb41d31-a26e-11ef-be6d-0242ac120003"


@variant("ids-of-one-node", clause="RFC 9562, section 5.1", touches={"invoices"})
def ids_of_one_node(api: Api) -> None:
    """The ids of invoices are time-based, and made by the node that made the documented one."""
    source = next(each for each in INVOICES if each.reference == "services only")
    start = source.start.replace(year=2021)
    further = dataclasses.replace(source, id=ID_OF_THE_SAME_NODE, start=start, end=start + timedelta(days=28))
    api.store = _GrownStore(api.store, [further])
