"""Faults that leave out what the documentation shows, or write a word where there is no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.data import BUSY
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import EXAMPLE_BODY, RESOURCE_LINKS
from conformance.reference.faults.effects import (
    in_account,
    in_account_attributes,
    in_attributes,
    in_collection,
    in_error,
    in_relationship,
    in_resource,
)
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import after
from conformance.reference.faults.tools import in_links

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document
    from conformance.reference.model import Invoice

fault = Area(__name__, EXAMPLE_BODY)


def _in_elements(change: Callable[[Document], Any]) -> Callable[[Document], object]:
    return lambda document: [change(element) for element in document["data"] if element["type"] == "invoices"]


def _keep(attributes: Document, wanted: Callable[[Any], object]) -> None:
    for name in [name for name, value in attributes.items() if not wanted(value)]:
        del attributes[name]


fault("members-no-links", {"ITEM-033"}, RESOURCE_LINKS)(
    "An invoice has no links.", in_resource(lambda resource, _: resource.pop("links", None))
)
fault("members-empty-links", {"ITEM-033"}, RESOURCE_LINKS)(
    "The links of an invoice are empty.", in_resource(lambda resource, _: resource.update(links={}))
)
fault("members-null-self", {"ITEM-033"}, RESOURCE_LINKS)(
    "The link self of an invoice is null.", in_resource(lambda resource, _: resource.update(links={"self": None}))
)
fault("members-element-without-links", {"COLL-008"}, RESOURCE_LINKS, needs=COLLECTION)(
    "Elements of the collection have no links.", in_collection(_in_elements(lambda element: element.pop("links", None)))
)
fault("members-relationship-without-links", {"REL-010"})(
    "The document of the relationship has no links.", in_relationship(lambda document: document.pop("links", None))
)
fault("members-relationship-without-related", {"REL-010"})(
    "The document of the relationship has no link related.",
    in_relationship(in_links(lambda links: links.pop("related", None))),
)
fault("members-account-without-links", {"RELD-012"}, RESOURCE_LINKS)(
    "An account by itself has no links.", in_account(lambda document: document["data"].pop("links", None))
)
fault("members-account-with-null-link", {"RELD-012"}, RESOURCE_LINKS)(
    "The link self of an account is null.",
    in_account(lambda document: document["data"].update(links={"self": None})),
)
fault("members-included-account-without-links", {"RELD-012"}, RESOURCE_LINKS)(
    "An included account has no links.",
    after(Api.item_document)(lambda document, *_: [each.pop("links", None) for each in document.get("included", [])]),
)
fault("members-element-without-flag", {"COLL-008"}, needs=COLLECTION)(
    "Elements of the collection have no has-pdf.",
    in_collection(_in_elements(lambda element: element.get("attributes", {}).pop("has-pdf", None))),
)
fault("members-element-without-nulls", {"COLL-008"}, needs=COLLECTION)(
    "Elements of the collection leave out what is null.",
    in_collection(_in_elements(lambda element: _keep(element.get("attributes", {}), lambda value: value is not None))),
)
fault("members-element-without-empty-texts", {"COLL-008"}, needs=COLLECTION)(
    "Elements of the collection leave out empty texts.",
    in_collection(_in_elements(lambda element: _keep(element.get("attributes", {}), lambda value: value != ""))),
)


@fault("members-listed-account-without-links", {"RELD-012"}, RESOURCE_LINKS, needs=COLLECTION)
@in_collection
def listed_account_without_links(document: Document) -> None:
    """The accounts of their list have no links."""
    for element in document["data"]:
        if element["type"] == "accounts":
            element.pop("links", None)


def _text_of_nothing(text: str) -> Callable[[Document, Invoice], None]:
    def write(attributes: Document, _: Invoice) -> None:
        if attributes["reference"] is None:
            attributes["reference"] = text

    return write


for _name, _what, _text in (
    ("null", "the word null", "null"),
    ("none", "None, as Python writes it", "None"),
    ("nil", "nil", "nil"),
    ("nan", "NaN, which is not a number", "NaN"),
    ("undefined", "undefined", "undefined"),
    ("printed-null", "null as C prints it", "(null)"),
    ("printed-object", "an object as Java prints it", "org.example.Reference@1b6d3586"),
    ("template", "a place of a template", "{{ reference }}"),
    ("option", "an option as Swift prints it", "Optional(nil)"),
    ("model", "a row as Django prints it", "Reference object (5)"),
):
    fault(f"text-{_name}-for-no-reference", {"SEM-018"})(
        f"Where there is no reference, it is {_what}.", in_attributes(_text_of_nothing(_text))
    )
fault("text-inspected-reference", {"SEM-018"})(
    "The reference is an object as Ruby shows it to programmers.",
    in_attributes(
        lambda shown, invoice: (
            shown.update(reference="#<Reference:0x00007f3c id: 5>") if invoice.id == BUSY.id else None
        )
    ),
)
fault("text-object-as-name", {"SEM-018"})(
    "The name of an account is an object as JavaScript writes it.",
    in_account_attributes(lambda shown: shown.update(name="[object Object]")),
)
fault("text-nan-as-currency", {"SEM-018"})(
    "The currency of an account is not a number.", in_account_attributes(lambda shown: shown.update(currency="NaN"))
)

fault("text-undefined-in-errors", {"SEM-018"})(
    "The detail of errors is undefined, as JavaScript prints it.",
    in_error(lambda error: error.update(detail="undefined")),
)
fault("text-untranslated-in-errors", {"SEM-018"})(
    "The title of errors is the name of a text that is not translated.",
    in_error(lambda error: error.update(title="translation missing: en.errors.not_found")),
)
