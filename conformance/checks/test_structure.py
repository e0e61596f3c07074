"""What holds for every JSON:API document: structure, members, names and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from conformance.checks.support import documents, resources
from conformance.judge.api import Violation, expect, observe_each, requirement
from conformance.model.exchange import Exchange, NotObserved
from conformance.syntax.scalars import shown
from conformance.syntax.urls import is_uri_reference

Exchanges = tuple[Exchange, ...]

TOP_LEVEL = ("data", "errors", "meta", "jsonapi", "links", "included")
RESOURCE = ("type", "id", "lid", "attributes", "relationships", "links", "meta")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


# JSON:API 1.1, document-links-link-object. That href is a URI reference, ITEM-016 says.
_OF_LINK_OBJECTS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "href": lambda _: True,
        "rel": _is_text,
        "describedby": lambda value: value is None or isinstance(value, str | dict),
        "title": _is_text,
        "type": _is_text,
        "hreflang": lambda value: _is_text(value) or (isinstance(value, list) and all(map(_is_text, value))),
        "meta": lambda value: isinstance(value, dict),
    }
)


@requirement("ITEM-002")
def test_the_root_is_an_object_with_data_errors_or_meta(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        root = documents.root(exchange)
        expect(isinstance(root, dict), "an object as the root", shown(root), exchange)
        expect(documents.has_content(exchange, root), "data, errors or meta at the top level", shown(root), exchange)
        expect(not {"data", "errors"} <= root.keys(), "either data or errors", "both", exchange, part="/errors")

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-003")
def test_the_top_level_has_no_other_members(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        document = documents.document(exchange)
        if not documents.has_content(exchange, document):
            raise NotObserved("the document is not a JSON:API document at all")
        unknown = documents.unknown_members(exchange, document, TOP_LEVEL)
        expect(not unknown, f"no members but {', '.join(TOP_LEVEL)}", ", ".join(map(shown, unknown)), exchange)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-005")
def test_resource_objects_have_a_type_and_an_id(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, resource in documents.some(documents.resources(exchange)):
            for name in ("type", "id"):
                observed = shown(resource[name]) if name in resource else f"no {name}"
                expect(isinstance(resource.get(name), str), f"{name}, a string", observed, exchange, part=pointer)
            lid = resource.get("lid", "")
            expect(isinstance(lid, str), "a lid that is a string, or none", shown(lid), exchange, part=f"{pointer}/lid")

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-006")
def test_resource_objects_have_no_other_members(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, resource in documents.some(documents.resources(exchange)):
            unknown = documents.unknown_members(exchange, resource, RESOURCE)
            observed = ", ".join(map(shown, unknown))
            expect(not unknown, f"no members but {', '.join(RESOURCE)}", observed, exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-009")
def test_member_names_are_legal(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, name in documents.some(documents.free_names(exchange)):
            if not resources.MEMBER_NAME.fullmatch(name):
                raise Violation("a legal member name", shown(name), exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-010")
def test_member_names_are_safe_in_urls(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        legal = [part for part in documents.free_names(exchange) if resources.MEMBER_NAME.fullmatch(part.value)]
        for pointer, name in documents.some(legal):
            if not resources.URL_SAFE_NAME.fullmatch(name):
                raise Violation("ASCII letters, digits, - and _ only", shown(name), exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-011")
def test_members_that_hold_members_are_objects(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, value in documents.some(documents.containers(exchange)):
            if not isinstance(value, dict):
                raise Violation("an object", shown(value), exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-012")
def test_fields_share_one_namespace(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, resource in documents.some(documents.resources(exchange)):
            attributes, relationships = resources.fields_of(resource)
            reserved = sorted({"type", "id"} & {*attributes, *relationships})
            observed = ", ".join(map(shown, reserved))
            expect(not reserved, "no field named type or id", observed, exchange, part=pointer)
            both = sorted(attributes & relationships)
            observed = f"{', '.join(map(shown, both))} in both"
            expect(not both, "different names for attributes and relationships", observed, exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-013")
def test_foreign_keys_are_not_attributes(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, resource in documents.some(documents.resources(exchange)):
            attributes, _ = resources.fields_of(resource)
            keys = sorted(name for name in attributes if resources.is_foreign_key(name, resource))
            observed = ", ".join(map(shown, keys))
            expect(not keys, "relationships instead of foreign keys", observed, exchange, part=f"{pointer}/attributes")

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-014")
def test_relationships_are_not_empty(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, relationship in documents.some(documents.relationships(exchange)):
            filled = resources.is_filled_relationship(exchange, relationship)
            expect(filled, "data, meta, or links with self or related", shown(relationship), exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-016")
def test_links_are_uri_references(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        for pointer, link in documents.some(documents.links(exchange)):
            target = link.get("href") if isinstance(link, dict) else link
            if target is None and not isinstance(link, dict):
                continue
            legal = isinstance(target, str) and is_uri_reference(target)
            observed = shown(target) if target is not None else "a link object without href"
            expect(legal, "a URI reference", observed, exchange, part=pointer)

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-034")
def test_link_objects_have_the_members_of_link_objects(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        found = [(pointer, link) for pointer, link in documents.links(exchange) if isinstance(link, dict)]
        if not found:
            raise NotObserved("there is no link object")
        for pointer, link in found:
            unknown = documents.unknown_members(exchange, link, _OF_LINK_OBJECTS)
            expected = f"a link object with no members but {', '.join(_OF_LINK_OBJECTS)}"
            expect(not unknown, expected, ", ".join(map(shown, unknown[:4])), exchange, part=pointer)
            for name, is_in_its_form in _OF_LINK_OBJECTS.items():
                legal = name not in link or is_in_its_form(link[name])
                expect(legal, f"{name} in its form", shown(link.get(name)), exchange, part=f"{pointer}/{name}")

    observe_each(documents.distinct(every_answer), judge)


@requirement("ITEM-020")
def test_the_jsonapi_member_describes_the_implementation(every_answer: Exchanges) -> None:
    def judge(exchange: Exchange) -> None:
        document = documents.document(exchange)
        if "jsonapi" not in document:
            raise NotObserved("there is no jsonapi member")
        value = document["jsonapi"]
        expect(isinstance(value, dict), "an object", shown(value), exchange, part="/jsonapi")
        unknown = documents.unknown_members(exchange, value, ("version", "meta", "ext", "profile"))
        expect(
            not unknown, "no members but version, meta, ext and profile", ", ".join(unknown), exchange, part="/jsonapi"
        )
        for name, member in value.items():
            expect(_is_legal(name, member), f"{name} in its form", shown(member), exchange, part=f"/jsonapi/{name}")

    observe_each(documents.distinct(every_answer), judge)


def _is_legal(name: str, member: object) -> bool:
    if name == "version":
        return isinstance(member, str)
    if name == "meta":
        return isinstance(member, dict)
    if name in {"ext", "profile"}:
        return isinstance(member, list) and all(isinstance(each, str) and _URI.fullmatch(each) for each in member)
    return True
