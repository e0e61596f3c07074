"""Questions about one resource object, relationship object or resource identifier object."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from conformance.checks.support import documents
from conformance.judge.api import expect
from conformance.model.exchange import Exchange, NotObserved
from conformance.syntax.scalars import is_same_value, shown

Object = documents.Object
# JSON:API 1.1, document-member-names: what is allowed everywhere, and what is allowed inside of a name only.
_GLOBALLY_ALLOWED = r"[A-Za-z0-9\u0080-\U0010ffff]"
MEMBER_NAME = re.compile(rf"{_GLOBALLY_ALLOWED}(?:[A-Za-z0-9\u0080-\U0010ffff_ \-]*{_GLOBALLY_ALLOWED})?")
URL_SAFE_NAME = re.compile(r"[A-Za-z0-9_-]+")
# What foreign keys of an invoice or an account could be named after, besides the relationships at hand.
_KEYED = ("account", "contractor", "customer", "currency")


def is_identifier(value: Any) -> bool:
    """Return whether ``value`` is an object with a string type and a string id."""
    return isinstance(value, dict) and isinstance(value.get("type"), str) and isinstance(value.get("id"), str)


def identities(value: Any) -> list[tuple[str, str]]:
    """Return type and id of ``value``, or of its elements, as far as they have both."""
    return [
        (each.value["type"], each.value["id"]) for each in documents.objects_in("", value) if is_identifier(each.value)
    ]


def expect_same_resource(exchange: Exchange, wanted: Object) -> None:
    """Raise Violation unless the primary data of a 200 answer is the resource object ``wanted``, by type and id."""
    data = exchange.ok_document.get("data")
    expected = _named(wanted)
    observed = _named(data) if isinstance(data, dict) else shown(data)
    expect(observed == expected, expected, observed, exchange, part="/data")


def expect_same_values(exchange: Exchange, pointer: str, resource: Object, account: Object) -> None:
    """Raise Violation when a ``resource`` shows another value of an attribute than ``account`` does.

    Raises NotObserved when it is another resource, or when no attribute is shown in both.
    """
    if not is_identifier(resource) or identities(resource) != identities(account):
        raise NotObserved("that is another account")
    observed, expected = (documents.member_object(each, "attributes") for each in (resource, account))
    both = sorted(observed.keys() & expected.keys())
    if not both:
        raise NotObserved("no attribute is shown in both answers")
    for name in both:
        wanted, part = f"{name} {shown(expected[name])}, as in the related account", f"{pointer}/attributes/{name}"
        expect(is_same_value(observed[name], expected[name]), wanted, shown(observed[name]), exchange, part=part)


def _named(resource: Object) -> str:
    return f"{shown(resource.get('type'))} {shown(resource.get('id'))}"


def fields_of(resource: Object) -> tuple[set[str], set[str]]:
    """Return the names of the attributes and of the relationships of a resource object; @-members are neither."""
    attributes, relationships = (
        {name for name in documents.member_object(resource, part) if not name.startswith("@")}
        for part in ("attributes", "relationships")
    )
    return attributes, relationships


def is_foreign_key(name: str, resource: Object) -> bool:
    """Return whether an attribute of ``resource`` is named like the key of another resource."""
    lower = name.lower()
    stems = {lower.removesuffix(suffix) for suffix in ("id", "uuid") if lower.endswith(suffix)}
    stems |= {stem[:-1] for stem in stems if stem.endswith(("-", "_"))}
    others = (*_KEYED, *documents.member_object(resource, "relationships"))
    return bool(stems) and not stems.isdisjoint(other.lower() for other in others)


def is_filled_relationship(exchange: Exchange, relationship: Object) -> bool:
    """Return whether a relationship object has one of the members of which it needs at least one.

    Raises NotObserved when its links are not an object.
    """
    links_object = relationship.get("links", {})
    if not isinstance(links_object, dict):
        raise NotObserved("the links of a relationship are not an object")
    linked = not links_object.keys().isdisjoint({"self", "related"})
    extended = any(
        documents.EXTENSION_MEMBER.match(name) for name in relationship if documents.is_additional(exchange, name)
    )
    return linked or extended or not relationship.keys().isdisjoint({"data", "meta"})


_INTERNAL = re.compile(
    r"(?:^|[-_])(?:passwords?|passwd|secrets?|tokens?|api-?keys?|private|internal|hash|digest|salt|deleted|debug|admin)"
    r"(?:$|[-_])",
    re.IGNORECASE,
)


def is_internal(name: str) -> bool:
    """Return whether an attribute has the name of something that is not meant for a client."""
    return _INTERNAL.search(name) is not None


def expect_nothing_internal(exchange: Exchange, pointer: str, resource: Object) -> None:
    """Raise Violation when a resource object shows attributes with the names of something internal."""
    internal = sorted(filter(is_internal, fields_of(resource)[0]))
    observed = ", ".join(map(shown, internal[:4]))
    expect(not internal, "no internal attributes", observed, exchange, part=f"{pointer}/attributes")


def expect_no_further_attributes(exchange: Exchange, pointer: str, resource: Object, documented: Iterable[str]) -> None:
    """Raise Violation when a resource object shows attributes beyond the ``documented`` ones.

    Foreign keys, internal names, clashes with other fields and odd names are left to the requirements on those.
    """
    if not isinstance(resource.get("attributes"), dict):
        raise NotObserved(f"the resource in the answer to {exchange.described} has no attributes")
    attributes, relationships = fields_of(resource)
    owned = {"type", "id", *relationships, *documented}
    further = sorted(
        name
        for name in attributes - owned
        if MEMBER_NAME.fullmatch(name)
        and URL_SAFE_NAME.fullmatch(name)
        and not is_foreign_key(name, resource)
        and not is_internal(name)
        and not documents.is_additional(exchange, name)
    )
    observed = ", ".join(map(shown, further[:4])) + (f" and {len(further) - 4} more" if len(further) > 4 else "")
    expect(not further, "the documented attributes only", observed, exchange, part=f"{pointer}/attributes")
