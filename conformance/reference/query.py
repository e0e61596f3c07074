"""Query parameters by JSON:API 1.1: known families are parsed strictly, everything else is refused with 400."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from conformance.reference.message import Problem
from conformance.reference.selection import KINDS, RELATIONSHIPS, Condition, condition

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_PARAMETERS = 500

_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"(?P<family>[^\[\]]+)(?P<keys>(?:\[[^\[\]]*\])*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"[0-9]{1,18}")
# Only these are named back to the client, so that nothing else is ever reflected.
_INERT = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,40}(\[[A-Za-z0-9_\-]{0,60}\]){0,2}")


@dataclass(frozen=True)
class Endpoint:
    """What an endpoint has and allows: the type of its resources, include paths (``None``: no include), a list."""

    type: str
    include: frozenset[str] | None = None
    collection: bool = False
    default_sort: tuple[tuple[str, bool], ...] = ()


@dataclass
class Query:
    """The parsed query. ``include`` is ``None`` when it was not sent; ``parameters`` is all of it, decoded, as sent."""

    parameters: list[tuple[str, str]] = field(default_factory=list)
    include: tuple[str, ...] | None = None
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    sort: tuple[tuple[str, bool], ...] = ()
    conditions: list[Condition] = field(default_factory=list)
    page_number: int = 1
    page_size: int = 0


def decode(text: str) -> str:
    """Decode a name or value strictly.

    Raises:
        Problem: 400 for a malformed escape, invalid UTF-8 or a control character.
    """
    if _MALFORMED.search(text):
        raise Problem(400, "Malformed query", "The query has a malformed percent-encoding.")
    try:
        decoded = _undone(text.replace("+", " ")) if "%" in text else text.replace("+", " ")
    except UnicodeDecodeError:
        raise Problem(400, "Malformed query", "The query is not encoded as UTF-8.") from None
    if _CONTROL.search(decoded):
        raise Problem(400, "Malformed query", "The query has a control character.")
    return decoded


def _undone(text: str) -> str:
    parts = re.split(r"((?:%[0-9A-Fa-f]{2})+)", text)
    raw = b"".join(bytes.fromhex(part.replace("%", "")) if part[:1] == "%" else part.encode() for part in parts)
    return raw.decode()


class Queries:
    """The part of the server that parses the query. Each family is one method."""

    default_page_size = 50
    max_page_size = 1000

    def parse_query(self, text: str, endpoint: Endpoint) -> Query:
        """Parse the query of a request to ``endpoint``.

        Raises:
            Problem: 400 for whatever JSON:API does not allow or the endpoint does not support.
        """
        pairs = [pair for pair in text.split("&") if pair]
        if len(pairs) > MAX_PARAMETERS:
            raise Problem(400, "Malformed query", "The query has too many parameters.")
        query = Query(sort=endpoint.default_sort, page_size=self.default_page_size)
        for pair in pairs:
            name, _, value = pair.partition("=")
            query.parameters.append((decode(name), decode(value)))
        seen = set()
        for name, value in query.parameters:
            if name in seen:
                self.refuse("Repeated query parameter", "The parameter may be given once.", name)
            seen.add(name)
            self.parse_parameter(query, name, value, endpoint)
        return query

    def parse_parameter(self, query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        """Apply one parameter to ``query``."""
        parsed = _NAME.fullmatch(name)
        family = parsed["family"] if parsed else name
        keys = re.findall(r"\[([^\[\]]*)\]", parsed["keys"]) if parsed else []
        match family, len(keys):
            case "include", 0:
                self.parse_include(query, name, value, endpoint)
            case "fields", 1:
                self.parse_fields(query, name, keys[0], value)
            case "sort", 0 if endpoint.collection:
                self.parse_sort(query, name, value, endpoint)
            case "page", 1 if endpoint.collection:
                self.parse_page(query, name, keys[0], value)
            case "filter", 1 if endpoint.collection:
                self.parse_filter(query, name, keys[0], value, endpoint)
            case _:
                self.unknown_parameter(name)

    def unknown_parameter(self, name: str) -> None:
        """Refuse a parameter that is not supported here, or has the wrong shape."""
        self.refuse("Unsupported query parameter", "The parameter is not supported here.", name)

    def parse_include(self, query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        """Read ``include``: relationship paths; an empty value means none."""
        paths = tuple(value.split(",")) if value else ()
        if endpoint.include is None or not endpoint.include.issuperset(paths):
            self.refuse("Unsupported include path", "The path cannot be included here.", name)
        query.include = paths

    def parse_fields(self, query: Query, name: str, resource_type: str, value: str) -> None:
        """Read ``fields[type]``: the fields to send; an empty value means none."""
        if resource_type not in KINDS:
            self.refuse("Unknown resource type", "There is no such resource type.", name)
        names = frozenset(value.split(",")) if value else frozenset()
        if not names <= {*KINDS[resource_type], *RELATIONSHIPS[resource_type]}:
            self.refuse("Unknown field", "The resource type has no such field.", name)
        query.fields[resource_type] = names

    def parse_sort(self, query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        """Read ``sort``: attributes, a leading minus for descending order."""
        order = tuple((part.removeprefix("-"), part.startswith("-")) for part in value.split(","))
        if not all(attribute in KINDS[endpoint.type] for attribute, _ in order):
            self.refuse("Unsupported sort field", "The collection cannot be sorted by this.", name)
        query.sort = order

    def parse_page(self, query: Query, name: str, key: str, value: str) -> None:
        """Read ``page[number]`` from 1 and ``page[size]`` from 1 to the maximum."""
        number = int(value) if _NUMBER.fullmatch(value) else 0
        if key not in ("number", "size") or number < 1 or (key == "size" and number > self.max_page_size):
            self.refuse("Invalid page value", "The value is not a page number or size.", name)
        if key == "number":
            query.page_number = number
        else:
            query.page_size = number

    def parse_filter(self, query: Query, name: str, key: str, value: str, endpoint: Endpoint) -> None:
        """Read ``filter[attribute_operator]``."""
        try:
            query.conditions.append(condition(key, value, endpoint.type))
        except KeyError:
            self.refuse("Unsupported filter", "The collection has no such filter.", name)
        except ValueError:
            self.refuse("Invalid filter value", "The value does not fit the filter.", name)

    def refuse(self, title: str, detail: str, name: str) -> NoReturn:
        """Refuse a parameter with 400, naming it where its name is harmless."""
        raise Problem(400, title, detail, parameter=name if _INERT.fullmatch(name) else None)


ENDPOINTS: Mapping[str, Endpoint] = {
    "item": Endpoint("invoices", include=frozenset({"account"})),
    "relationship": Endpoint("accounts", include=frozenset({"account"})),
    "related": Endpoint("accounts"),
    "account": Endpoint("accounts"),
    "invoices": Endpoint(
        "invoices", include=frozenset({"account"}), collection=True, default_sort=(("start-date", True),)
    ),
    "accounts": Endpoint("accounts", collection=True),
}
