"""How a Rails application answers that uses jsonapi-resources 0.9, on its application server and behind no proxy."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

from conformance.reference.data import ACCOUNTS, CUSTOMER
from conformance.reference.faults.token_tools import mac_of, segment
from conformance.reference.message import Answer, Problem, Request
from conformance.reference.negotiation import MEDIA_TYPE, split_list
from conformance.reference.tokens import ALGORITHM, AUDIENCE
from conformance.reference.variants.collection import without_tie_break
from conformance.reference.variants.fields import request_id_of_the_client
from conformance.reference.variants.tools import plain_letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.app import Api
    from conformance.reference.model import Customer
    from conformance.reference.query import Endpoint, Query
    from conformance.reference.selection import Condition, Record

_EXTENSION = re.compile(r"\.json$")
_LARGEST = 2**63 - 1
_NOT_SORTABLE = frozenset(
    {
        "has-pdf",
        *(f"{direction}-{end}-call-at" for direction in ("originated", "terminated") for end in ("first", "last")),
    }
)
_JSON = frozenset({MEDIA_TYPE, "application/json"})
_FORM = "application/x-www-form-urlencoded"
# What a text has to hold to count as a condition.
_SOMETHING = re.compile(rb"[^ ,\x00]")


def rails(api: Api) -> None:
    """Rails with jsonapi-resources 0.9 behind no proxy."""
    for install in (_negotiation, _routes, _queries, _collection, _authentication, _answers, _wire):
        install(api)


def _crash() -> Problem:
    return Problem(500, "Internal Server Error", "Internal Server Error")


def _replace_all(api: Api, **replacements: Callable[..., Any]) -> None:
    for name, replacement in replacements.items():
        api.replace(name, replacement)


# Preconditions and negotiation.


def _negotiation(api: Api) -> None:
    _replace_all(
        api, precondition_status=_one_tag, acceptable=_exact_media_type, content_type_supported=lambda *_: True
    )


def _one_tag(_original: object, request: Request, tag: str) -> int | None:
    # If-None-Match is one tag in its exact spelling, and If-Match is not looked at.
    return 304 if request.lines("if-none-match") == [tag] else None


def _exact_media_type(_original: object, lines: list[str]) -> bool:
    members = split_list(lines)
    return not members or any(member == MEDIA_TYPE or member.startswith("*/*") for member in members)


# Methods, paths and content.


def _routes(api: Api) -> None:
    _replace_all(api, method_not_allowed=lambda _: api.not_found(), route=_route, answer=_read)


def _route(original: Callable[[str], Any], path: str) -> Any:
    return original(_EXTENSION.sub("", path)) if plain_letters(path) == path else None


def _early(status: int) -> Answer:
    """Answer before the application does, which knows nothing of its fields."""
    return Answer(status, [("Content-Type", "text/html; charset=UTF-8")])


def _read(original: Callable[[Request], Answer], request: Request) -> Answer:
    kind = ",".join(request.lines("content-type")).partition(";")[0].strip().lower()
    request.method = _method(request, kind)
    if request.method in {"GET", "HEAD"}:
        if kind and "/" not in kind:
            return _early(406)
        try:
            given = _parameters(request.content, kind)
        except ValueError:
            return _early(400)
        request.query = "&".join(filter(None, (request.query, given)))
    try:
        return original(request)
    except Problem as problem:
        if problem.status == 501:
            raise Problem(405, "Method not allowed", "The method is not known.") from None
        raise


def _method(request: Request, kind: str) -> str:
    form = dict(_pairs(request.content.decode("latin-1"))) if kind == _FORM else {}
    override = [form["_method"]] if "_method" in form else request.lines("x-http-method-override")
    return override[0].upper() if request.method == "POST" and override else request.method


def _parameters(content: bytes, kind: str) -> str:
    """Return the query that the content of a GET stands for. Raises ValueError when it is malformed."""
    if not content or kind == _FORM:
        return content.decode("latin-1")
    value = json.loads(content) if kind in _JSON else None
    return urlencode(list(_flat("", value))) if isinstance(value, dict) else ""


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _flat(f"{prefix}[{name}]" if prefix else name, member)
    elif isinstance(value, str):
        yield prefix, value


# Queries.


def _queries(api: Api) -> None:
    _replace_all(
        api,
        parse_query=_query,
        parse_parameter=_parameter,
        unknown_parameter=lambda *_: None,
        parse_include=_include,
        parse_fields=_fields,
        parse_sort=_sort,
        parse_page=_page,
        parse_filter=_filter,
    )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        yield name, value


def _query(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
    # Of a repeated parameter the last counts; a text of nothing is not looked for.
    kept = {unquote_to_bytes(name): (name, value) for name, value in _pairs(text)}
    wanted = [
        f"{name}={value}"
        for plain, (name, value) in kept.items()
        if not (plain.startswith(b"filter[reference") and value and not _SOMETHING.search(unquote_to_bytes(value)))
    ]
    return original("&".join(wanted), endpoint)


def _parameter(original: Callable[..., None], query: Query, name: str, *rest: Any) -> None:
    if name in {"include[]", "sort[]", "page[]"} or re.fullmatch(r"fields\[[^\]]*\](\[[^\]]*\])+", name):
        raise _crash()
    original(query, name, *rest)


def _include(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    # On the relationship it is ignored, and an empty one is none at all.
    if value and not (endpoint.type == "accounts" and endpoint.include):
        original(query, name, value, endpoint)


def _fields(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
    if resource_type == "invoice":
        return
    if not value:
        raise Problem(400, "Invalid field", "The value is not a list of fields.")
    original(query, name, resource_type, value)


def _sort(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    if not value:
        return
    spelt = value.lower().replace("_", "-")
    wanted = {part.removeprefix("-") for part in spelt.split(",")}
    if not spelt.strip(",") or not wanted.isdisjoint(_NOT_SORTABLE):
        raise _crash()
    original(query, name, spelt, endpoint)


def _page(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
    digits = re.match("[0-9]+(?:_[0-9]+)*", value)
    number = int(digits[0]) if digits else 0
    # A size has a limit of its own.
    if number > _LARGEST and key == "number":
        raise _crash()
    original(query, name, key, str(number))


def _filter(original: Callable[..., None], query: Query, name: str, key: str, *rest: Any) -> None:
    if re.match("[0-9]{5,}-", str(rest[0])) and "_date_" in key:
        raise _crash()
    try:
        original(query, name, key, *rest)
    except Problem as problem:
        # What is not an id is a condition on nothing.
        if not (problem.title == "Invalid filter value" and key.startswith("account_id")):
            raise


# The collection.


def _collection(api: Api) -> None:
    without_tie_break(api)

    def select(original: Callable[..., Any], records: Sequence[Record], conditions: Sequence[Condition]) -> Any:
        # A condition on accounts that nobody has is dropped.
        known = {account.id for account in (*ACCOUNTS, *api.store.accounts(CUSTOMER))}
        return original(records, [condition for condition in conditions if _finds(condition, known)])

    api.replace("select", select)


def _finds(condition: Condition, known: set[str]) -> bool:
    wanted = condition.operand if isinstance(condition.operand, tuple) else (condition.operand,)
    return condition.attribute != "account-id" or not known.isdisjoint(wanted)


# Tokens.


def _authentication(api: Api) -> None:
    def claims(_original: object, token: str) -> dict[str, Any] | None:
        return _claims(api, token)

    def identify(original: Callable[..., Customer | None], found: dict[str, Any]) -> Customer | None:
        return original({**found, "sub": _subject(found.get("sub"))})

    _replace_all(api, credentials=_last_word, claims=claims, identify=identify, unauthorised=_no_challenge)


def _last_word(original: Callable[[Request], str | None], request: Request) -> str | None:
    lines = request.lines("authorization")
    if not lines:
        return original(request)
    return next(reversed(", ".join(lines).split()), None)


def _claims(api: Api, token: str) -> dict[str, Any] | None:
    """Return the claims of a token with a valid signature, which may have a critical extension and times as texts."""
    parts = token.split(".")
    header, found = (segment(part) for part in (*parts, "", "")[:2])
    if len(parts) == 3 and isinstance(header, list):
        raise _crash()
    if len(parts) != 3 or not isinstance(header, dict) or not isinstance(found, dict):
        return None
    if str(header.get("alg")).upper() != ALGORITHM or not hmac.compare_digest(parts[2], mac_of(token, api.signing_key)):
        return None
    audience = found.get("aud")
    named = AUDIENCE in audience if isinstance(audience, list) else audience == AUDIENCE
    now = time.time()
    lasts = "exp" not in found or _number(found["exp"]) > now
    begun = "nbf" not in found or _number(found["nbf"]) <= now
    return found if named and lasts and begun else None


def _number(value: Any) -> float:
    """Read a number as Ruby does: of a text, what it begins with."""
    if isinstance(value, int | float):
        return value
    digits = re.match(r"\s*-?[0-9]+", value) if isinstance(value, str) else None
    return int(digits[0]) if digits else 0


def _subject(subject: Any) -> Any:
    """Return the subject as the database takes it."""
    if subject == "D":
        raise _crash()
    if isinstance(subject, list):
        subject = next(iter(subject), None)
    return int(_number(subject)) if isinstance(subject, str | bool) else subject


def _no_challenge(original: Callable[[Request], Problem], request: Request) -> Problem:
    problem = original(request)
    problem.headers.clear()
    return problem


# Header fields.


def _answers(api: Api) -> None:
    request_id_of_the_client(api)
    api.on_answer(_header)
    api.on_bytes(_empty_length)


def _header(request: Request, answer: Answer) -> None:
    if str(answer.get("Content-Type")).startswith("text/html"):
        answer.headers = [pair for pair in answer.headers if pair[0] == "Content-Type"]
    answer.remove("Date")
    accept = ", ".join(request.lines("accept"))
    browser = "," in accept and "*/*" in accept
    if not accept or browser or _EXTENSION.search(request.path):
        answer.remove("Vary")


def _empty_length(request: Request, answer: Answer, data: bytes) -> bytes:
    if request.method != "HEAD" and answer.status != 304:
        return data
    head = re.sub(rb"(?i)\r\ncontent-length: *\d+(?=\r\n)", b"", data)
    return head.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1)


# The application server.


def _wire(api: Api) -> None:
    def authority(_original: object, request: Request) -> str:
        # Any host will do, and counts before that of the target.
        if not request.path.startswith("/") and "://" in request.path:
            request.path = "/" + request.path.split("/", 3)[3]
        return next(iter(request.lines("host")), "localhost")

    _replace_all(api, authority=authority, check_framing=lambda *_: None)
    api.on_input(_taken)


def _taken(data: bytes) -> bytes:
    """Return what the parser makes of the beginning of a request."""
    if data.startswith(b"\r\n"):
        return b"\0" + data
    head, end, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    line = re.fullmatch(rb"([A-Z]+) ([^ ]+) HTTP/(1\.[01]|2\.0)", first)
    if not end or not line:
        return data
    target = quote_from_bytes(line[2].partition(b"#")[0], safe=bytes(range(0x21, 0x7F)))
    version = b"1.1" if line[3] == b"2.0" else line[3]
    hosts = [each for each in lines if each.lower().startswith(b"host:")]
    others = [each for each in lines if each not in hosts]
    host = hosts[0] if hosts else b"Host: localhost"
    return b"\r\n".join([b"%s %s HTTP/%s" % (line[1], target.encode(), version), host, *others]) + end + rest
