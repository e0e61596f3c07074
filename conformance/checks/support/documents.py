"""The structure of JSON:API documents: which answers are such documents, and what their parts are.

Every part comes with its JSON Pointer. Parts of the wrong type are passed over: the requirement on that type owns them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

from conformance.judge.api import expect
from conformance.model.exchange import JSON_API, Exchange, NotObserved
from conformance.reading.type_names import documented_type
from conformance.syntax.json_text import JsonText

Object = dict[str, Any]
_EXTENSION = re.compile(r";\s*ext\s*=", re.IGNORECASE)
EXTENSION_MEMBER = re.compile(r"[A-Za-z0-9]+:")
_WITHOUT_CONTENT = frozenset({204, 205, 206, 304})


_Result = TypeVar("_Result")


class Part(NamedTuple):
    """A value inside a document and the JSON Pointer (RFC 6901) that leads to it."""

    pointer: str
    value: Any


def once(read: Callable[[Exchange], _Result]) -> Callable[[Exchange], _Result]:
    """Let ``read`` read each exchange once: dozens of checks ask for the same parts of every answer."""
    name = f"_{read.__name__}"

    @wraps(read)
    def kept(exchange: Exchange) -> _Result:
        known = vars(exchange)
        if name not in known:
            known[name] = read(exchange)
        found: _Result = known[name]
        return found

    return kept


def json_text(exchange: Exchange) -> JsonText:
    """Return the content of an answer that says to be JSON.

    Raises NotObserved for other answers, for those that have no or partial content by their status or method, and
    when the content did not arrive as it was sent: other requirements own that.
    """
    answer = exchange.answer
    media_type = exchange.media_type or ""
    if not (media_type == "application/json" or media_type.endswith("+json")):
        raise NotObserved(f"{exchange.described} was not answered with JSON")
    assert answer is not None
    if exchange.request.method == "HEAD" or answer.status in _WITHOUT_CONTENT:
        raise NotObserved(f"the answer to {exchange.described} never has complete content")
    exchange.require_all_read()
    if answer.incomplete or answer.coding_problem:
        raise NotObserved(f"the content of the answer to {exchange.described} is not at hand as it was sent")
    if not exchange.body and (exchange.request.method != "GET" or not exchange.succeeded):
        raise NotObserved(f"{exchange.described} was answered without content")
    return exchange.json


def root(exchange: Exchange) -> Any:
    """Return the root value of an answer that is, or has to be, a JSON:API document.

    That is JSON labelled as JSON:API, and whatever JSON a request that accepts nothing else gets with 2xx. Raises
    NotObserved for other answers.
    """
    labelled = exchange.media_type == JSON_API
    wanted = exchange.succeeded and exchange.request.method == "GET" and exchange.request.header("Accept") == JSON_API
    if not (labelled or wanted) or not exchange.body or exchange.status in _WITHOUT_CONTENT:
        raise NotObserved(f"{exchange.described} was not answered with a JSON:API document")
    text = exchange.json
    if not text.readable:
        exchange.require_all_read()
        raise NotObserved(f"the content of the answer to {exchange.described} is not JSON")
    return text.value


def document(exchange: Exchange) -> Object:
    """Return the JSON:API document of an answer. Raises NotObserved when there is none or no object."""
    value = root(exchange)
    if not isinstance(value, dict):
        raise NotObserved(f"the root of the answer to {exchange.described} is not an object")
    return value


def primary_data(exchange: Exchange) -> Any:
    """Return the primary data of a 200 answer.

    Raises NotObserved for another status, for a document with errors, and for one without any of the members of which
    it needs one. Raises Violation when it is only the data that is missing.
    """
    content = exchange.ok_document
    if not has_content(exchange, content) or "errors" in content:
        raise NotObserved(f"{exchange.described} was not answered with a document that can have data")
    expect("data" in content, "primary data", "a document without data", exchange, part="/data")
    return content["data"]


def has_content(exchange: Exchange, content: Object) -> bool:
    """Return whether a document has one of the members of which it needs at least one (JSON:API, top level)."""
    return not content.keys().isdisjoint({"data", "errors", "meta"}) or any(
        EXTENSION_MEMBER.match(name) for name in content if is_additional(exchange, name)
    )


def is_additional(exchange: Exchange, name: str) -> bool:
    """Return whether a member may stand anywhere: an @-member, or of an extension that the media type names."""
    if name.startswith("@"):
        return True
    if ":" not in name:
        return False
    extended = _EXTENSION.search(exchange.fields.get("Content-Type") or "")
    return extended is not None and EXTENSION_MEMBER.match(name) is not None


def unknown_members(exchange: Exchange, value: Object, known: Iterable[str]) -> list[str]:
    """Return the members of ``value`` that are neither ``known`` nor allowed anywhere."""
    return [name for name in value if name not in set(known) and not is_additional(exchange, name)]


def is_relationship_url(exchange: Exchange) -> bool:
    """Return whether the request was for a relationship, whose primary data are identifiers and not resources."""
    return "/relationships/" in path_of_request(exchange)


@once
def path_of_request(exchange: Exchange) -> str:
    """Return the path of the request target, decoded, without a slash at its end: a redirect may have added that.

    It is not parsed as a URL: it may begin with two slashes.
    """
    return unquote(exchange.request.target.partition("?")[0]).removesuffix("/")


@once
def resources(exchange: Exchange) -> tuple[Part, ...]:
    """Return the resource objects of a document: of the primary data, and the included ones."""
    content = document(exchange)
    found = [] if is_relationship_url(exchange) else list(objects_in("/data", content.get("data")))
    if isinstance(content.get("included"), list):
        found += objects_in("/included", content["included"])
    return tuple(found)


@once
def relationships(exchange: Exchange) -> tuple[Part, ...]:
    """Return the relationship objects of all resource objects."""
    return tuple(
        Part(_below(resource.pointer, "relationships", name), value)
        for resource in resources(exchange)
        for name, value in member_object(resource.value, "relationships").items()
        if isinstance(value, dict) and not is_additional(exchange, name)
    )


def identifiers(exchange: Exchange) -> Iterator[Part]:
    """Yield the resource identifier objects of a document."""
    content = document(exchange)
    if is_relationship_url(exchange):
        yield from objects_in("/data", content.get("data"))
    for relationship in relationships(exchange):
        yield from objects_in(f"{relationship.pointer}/data", relationship.value.get("data"))


def owners_of_links(exchange: Exchange) -> Iterator[Part]:
    """Yield what can have links and meta: the document, its resource objects and their relationships."""
    yield Part("", document(exchange))
    yield from resources(exchange)
    yield from relationships(exchange)


def error_objects(exchange: Exchange) -> Iterator[Part]:
    """Yield the error objects of a document."""
    yield from objects_in("/errors", document(exchange).get("errors"))


def links(exchange: Exchange) -> Iterator[Part]:
    """Yield every link of a document."""
    for owner in (*owners_of_links(exchange), *error_objects(exchange)):
        for name, value in member_object(owner.value, "links").items():
            if not is_additional(exchange, name):
                yield Part(_below(owner.pointer, "links", name), value)


def urls(exchange: Exchange) -> Iterator[Part]:
    """Yield the text of every link of a document, those of error objects apart: a string, or the href of an object."""
    for pointer, link in links(exchange):
        if pointer.startswith("/errors/"):
            # Explanations may stand anywhere.
            continue
        if isinstance(link, dict) and isinstance(link.get("href"), str):
            yield Part(f"{pointer}/href", link["href"])
        elif isinstance(link, str):
            yield Part(pointer, link)


def containers(exchange: Exchange) -> Iterator[Part]:
    """Yield every member that has to be a JSON object where it is present, whatever it really is."""
    for owner in (*owners_of_links(exchange), *error_objects(exchange)):
        yield from _present(owner, "links", "meta")
    for identifier in identifiers(exchange):
        yield from _present(identifier, "meta")
    for resource in resources(exchange):
        yield from _present(resource, "attributes", "relationships")
        for name, value in member_object(resource.value, "relationships").items():
            if not is_additional(exchange, name):
                yield Part(_below(resource.pointer, "relationships", name), value)


@once
def free_names(exchange: Exchange) -> tuple[Part, ...]:
    """Return the member names that the server chose itself: of attributes at any depth, relationships and links.

    Names of the other objects, whose members JSON:API lists, are owned by the requirements on those objects.
    """
    found: list[Part] = []
    waiting: list[Part] = []
    for resource in resources(exchange):
        waiting += _present(resource, "attributes")
        waiting.append(
            Part(f"{resource.pointer}/relationships", dict.fromkeys(member_object(resource.value, "relationships")))
        )
    for owner in owners_of_links(exchange):
        waiting.append(Part(f"{owner.pointer}/links", dict.fromkeys(member_object(owner.value, "links"))))
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, list):
            waiting += [Part(f"{pointer}/{position}", each) for position, each in enumerate(value)]
        elif isinstance(value, dict):
            for name, member in value.items():
                if not is_additional(exchange, name):
                    where = _below(pointer, name)
                    found.append(Part(where, name))
                    if isinstance(member, dict | list):
                        waiting.append(Part(where, member))
    return tuple(found)


def leaves(exchange: Exchange, *kinds: type) -> list[Part]:
    """Return every value of the JSON text that is of one of ``kinds``; with ``str``, every member name too."""
    found = []
    wanted = (dict, list, *kinds)
    waiting = [Part("", exchange.json.value)]
    while waiting:
        pointer, each = waiting.pop()
        if isinstance(each, dict):
            if str in kinds:
                found += [Part(_below(pointer, name), name) for name in each]
            waiting += [
                Part(_below(pointer, name), member) for name, member in each.items() if isinstance(member, wanted)
            ]
        elif isinstance(each, list):
            waiting += [Part(f"{pointer}/{position}", member) for position, member in enumerate(each)]
        elif isinstance(each, kinds):
            found.append(Part(pointer, each))
    return found


def distinct(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return one exchange for each document: what is the same byte for byte needs to be judged only once."""
    found: dict[tuple[object, ...], Exchange] = {}
    for exchange in exchanges:
        found.setdefault(_what_makes_a_document(exchange), exchange)
    return list(found.values())


@once
def _what_makes_a_document(exchange: Exchange) -> tuple[object, ...]:
    key = (exchange.status, exchange.fields.get("Content-Type"), path_of_request(exchange), exchange.body)
    # A HEAD or an incomplete answer is not a document of its own.
    return exchange.request.method, exchange.request.header("Accept"), *key


def some(parts: Iterable[Part]) -> list[Part]:
    """Return the parts. Raises NotObserved when there are none: nothing is then judged."""
    found = list(parts)
    if not found:
        raise NotObserved("the document has no part of that kind")
    return found


def answered(*exchanges: Exchange | None) -> list[Exchange]:
    """Return the ``exchanges`` that are not None."""
    return [each for each in exchanges if each is not None]


def of_type(exchange: Exchange, resource_type: str) -> list[Part]:
    """Return the resources of a documented type, however it is spelled. Raises NotObserved when there are none."""
    return some(part for part in resources(exchange) if _type(part.value) == resource_type)


def _type(resource: Object) -> str | None:
    kind = resource.get("type")
    return documented_type(kind) if isinstance(kind, str) else None


def objects_in(pointer: str, value: Any) -> Iterator[Part]:
    """Yield ``value`` or its elements, as far as they are objects."""
    if isinstance(value, dict):
        yield Part(pointer, value)
    elif isinstance(value, list):
        yield from (Part(f"{pointer}/{number}", each) for number, each in enumerate(value) if isinstance(each, dict))


def _present(owner: Part, *names: str) -> Iterator[Part]:
    return (Part(f"{owner.pointer}/{name}", owner.value[name]) for name in names if name in owner.value)


def member_object(owner: Object, name: str) -> Object:
    """Return the member ``name`` of ``owner``; an empty object when it is absent or no object."""
    value = owner.get(name)
    return value if isinstance(value, dict) else {}


def _below(pointer: str, *names: str) -> str:
    for name in names:
        pointer += "/" + (name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name)
    return pointer
