"""Value objects: a request, the answer as received, and both together as the exchange that a check judges."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.model.readings import readings

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.syntax.json_text import JsonText

JSON_API = "application/vnd.api+json"
# RFC 9110, section 8.8.3; obs-text as Latin-1 characters.
ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Doubt(StrEnum):
    """What keeps an answer from being judged, and shows nothing about the requirement."""

    LIMIT = "the target limits requests"
    SIZE = "answers are larger than is read"
    LOST = "answers were lost"
    CHANGE = "the data change"
    RECORD = "the record does not have it"


class NotObserved(Exception):  # noqa: N818 - an outcome, not an error
    """There is nothing to judge: a precondition of the check does not hold.

    It is blocked by the requirement ``owner``, which fails on a target like this; or inconclusive, for a
    ``doubt``; or else the target lawfully does not offer it. What is ``lawful`` unless the owner fails is not
    offered when that holds.
    """

    def __init__(
        self, reason: str, *, owner: str | None = None, doubt: Doubt | None = None, lawful: bool = False
    ) -> None:
        """Keep why nothing is judged."""
        super().__init__(reason)
        self.owner = owner
        self.doubt = doubt
        self.lawful = lawful


@dataclass(frozen=True)
class Fields:
    """Header fields as a list, in the order received and with the names as spelled (RFC 9110, section 5)."""

    pairs: tuple[tuple[str, str], ...] = ()

    def lines(self, name: str) -> list[str]:
        """Return the value of each line of the field ``name``, compared without case."""
        return list(self._by_name.get(name.lower(), ()))

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.pairs:
            # Most answers have the same names.
            lower = sys.intern(name.lower())
            found[lower] = (*found.get(lower, ()), value)
        return found

    def get(self, name: str) -> str | None:
        """Return the combined field value (RFC 9110, section 5.3), or None when the field is absent."""
        lines = self._by_name.get(name.lower())
        return ", ".join(lines) if lines else None

    def names(self) -> set[str]:
        """Return the lower-case names present."""
        return set(self._by_name)

    def __contains__(self, name: str) -> bool:
        """Return whether the field ``name`` is present."""
        return name.lower() in self._by_name

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over the (name, value) lines."""
        return iter(self.pairs)


@dataclass(frozen=True)
class Request:
    """A request in symbolic form: secrets are placeholders of ``conformance.syntax.redaction``.

    ``raw`` are the messages that are written as they stand, in Latin-1, in place of one made from the other parts:
    each after the answer to the one before, all on one connection.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    raw: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Return the hash of what is compared, reckoned once: answers are grouped by their requests many times."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.method, self.url, self.headers, self.body, self.raw))

    @cached_property
    def target(self) -> str:
        """The request target: path and query as sent (RFC 9112, section 3.2.1)."""
        rest = self.url.split("://", 1)[-1]
        slash = re.search(r"[/?]", rest)
        return rest[slash.start() :] if slash else "/"

    def header(self, name: str) -> str | None:
        """Return the combined value of a request header field, or None."""
        return self._fields.get(name)

    @cached_property
    def _fields(self) -> Fields:
        return Fields(self.headers)

    @cached_property
    def described(self) -> str:
        """This request in one line, for messages."""
        from conformance.model.described import described

        return described(self)


@dataclass(frozen=True, slots=True)
class Received:
    """The parts of an answer that hold a secret, as they were received: they are judged, and never shown."""

    fields: Fields = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A final response as received, without the secrets that it holds.

    ``wire_length`` counts the content bytes before content decoding; ``body`` is what they decode to, cut at the
    configured limit (``truncated``). ``unsolicited`` holds bytes that followed a complete response.
    ``line_flaws`` are what is wrong with the lines of the header section and does not hinder their reading.
    ``secrets_found`` counts the places that were redacted, per part ("reason", "body", "header NAME"). ``received`` is
    what they were redacted in, None when nothing was.
    """

    status: int
    reason: str
    version: str
    fields: Fields
    body: bytes
    wire_length: int
    truncated: bool = False
    unsolicited: bytes = b""
    coding_problem: str | None = None
    incomplete: str | None = None
    secrets_found: tuple[str, ...] = ()
    line_flaws: tuple[str, ...] = ()
    received: Received | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Exchange:
    """A probe's request and its answer, or the reason why there is none. Times are seconds.

    ``lost``: the server ended the connection without an answer. ``ordinal`` counts the requests of one connection.
    ``round`` counts how often the request was sent before to compare the answers.
    ``later`` are further answers on the connection to a request that is written as it stands, and ``closed``
    says that the server was seen to close it.
    """

    probe: str
    request: Request
    answer: Answer | None
    failure: str | None = None
    lost: bool = False
    invoice_id: str | None = None
    started: datetime | None = None
    elapsed: float = 0.0
    connection: int = 0
    ordinal: int = 0
    retries: int = 0
    later: tuple[Answer, ...] = ()
    closed: bool = False
    round: int = 0

    @property
    def key(self) -> str:
        """A name that no other exchange of the same run has."""
        return f"{self.connection}.{self.ordinal}"

    @property
    def described(self) -> str:
        """The request in one line, for messages."""
        return self.request.described

    @cached_property
    def as_received(self) -> Exchange:
        """This exchange with what was received in place of what may be shown: for judging only."""
        answer = self.answer
        if answer is None or answer.received is None:
            return self
        real = replace(answer, fields=answer.received.fields, body=answer.received.body, received=None)
        return replace(self, answer=real)

    def _unanswered(self) -> NotObserved:
        return NotObserved(f"{self.described} got no answer: {self.failure}", doubt=Doubt.LOST)

    @property
    def status(self) -> int:
        """The status code. Raises NotObserved without an answer."""
        if (answer := self.answer) is None:
            raise self._unanswered()
        return answer.status

    @property
    def fields(self) -> Fields:
        """The header fields of the answer. Raises NotObserved without an answer."""
        if (answer := self.answer) is None:
            raise self._unanswered()
        return answer.fields

    @property
    def body(self) -> bytes:
        """The content after content decoding. Raises NotObserved without an answer."""
        if (answer := self.answer) is None:
            raise self._unanswered()
        return answer.body

    @property
    def json(self) -> JsonText:
        """The content read as JSON."""
        return readings.of(self.body)

    @cached_property
    def media_type(self) -> str | None:
        """Type and subtype of Content-Type in lower case, or None when absent."""
        value = self.fields.get("Content-Type")
        return None if value is None else value.split(";", 1)[0].strip().lower()

    @property
    def succeeded(self) -> bool:
        """Whether there is an answer and its status is 2xx."""
        return self.answer is not None and 200 <= self.answer.status < 300

    def require_all_read(self) -> None:
        """Raise NotObserved when the content is larger than this run reads: that shows nothing about the target."""
        if self.answer is not None and self.answer.truncated:
            raise NotObserved(f"the answer to {self.described} is larger than --max-body allows", doubt=Doubt.SIZE)

    @property
    def document(self) -> dict[str, Any]:
        """The JSON:API document. Raises NotObserved when the content is not a JSON object, or not read as a whole."""
        text = self.json
        if not text.readable:
            self.require_all_read()
            raise self._without("JSON-001", "the body of the answer to {} is not JSON")
        if not isinstance(text.value, dict):
            raise self._without("ITEM-002", "the body of the answer to {} is not a JSON object")
        return text.value

    @property
    def ok_document(self) -> dict[str, Any]:
        """The document of a 200 answer. Raises NotObserved for another status."""
        if self.status != 200:
            raise NotObserved(f"{self.described} was answered {self.status}, not 200")
        return self.document

    @property
    def resource(self) -> dict[str, Any]:
        """The single resource object of a 200 answer. Raises NotObserved otherwise."""
        data = self.ok_document.get("data")
        if not isinstance(data, dict):
            raise self._without("ITEM-004", "the primary data of the answer to {} is not a resource object")
        return data

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of the single resource of a 200 answer. Raises NotObserved otherwise."""
        return self._object_member("attributes")

    @property
    def relationships(self) -> dict[str, Any]:
        """The relationships of the single resource of a 200 answer. Raises NotObserved otherwise."""
        return self._object_member("relationships")

    def _object_member(self, name: str) -> dict[str, Any]:
        value = self.resource.get(name)
        if not isinstance(value, dict):
            raise NotObserved(f"the resource in the answer to {self.described} has no {name} object")
        return value

    @property
    def account_relationship(self) -> dict[str, Any]:
        """The relationship object ``account``. Raises NotObserved when there is none."""
        value = self.relationships.get("account")
        if not isinstance(value, dict):
            raise self._without("ITEM-015", "the resource in the answer to {} has no relationship object account")
        return value

    def account_link(self, name: str) -> str:
        """Return the link ``name`` of relationship ``account``. Raises NotObserved when absent or malformed."""
        return link_of(self.account_relationship, name, self, requirement="ITEM-015")

    @property
    def self_link(self) -> str:
        """The resource-level self link. Raises NotObserved when absent or malformed."""
        return link_of(self.resource, "self", self, requirement="ITEM-033")

    @property
    def etag(self) -> str:
        """The entity tag. Raises NotObserved when there is no single well-formed one (RFC 9110, section 8.8.3)."""
        tag = self.tag_as_sent
        if not ENTITY_TAG.fullmatch(tag):
            raise self._without("ETAG-002", "the answer to {} has no well-formed entity tag")
        return tag

    @property
    def tag_as_sent(self) -> str:
        """The entity tag, well-formed or not. Raises NotObserved when there is not a single one."""
        lines = self.fields.lines("ETag")
        if len(lines) != 1 or not lines[0]:
            owner = "ETAG-002" if lines else "ETAG-001"
            raise self._without(owner, "the answer to {} has not one entity tag")
        return lines[0]

    @property
    def errors(self) -> list[Any]:
        """The error objects. Raises NotObserved when the document has no errors array."""
        errors = self.document.get("errors")
        if not isinstance(errors, list):
            raise self._without("ERR-001", "the answer to {} has no errors array")
        return errors

    def _without(self, owner: str, reason: str) -> NotObserved:
        """Return that something is not there, for a ``reason`` about the request; blocked by ``owner`` if it fails."""
        return NotObserved(reason.format(self.described), owner=owner, lawful=True)


def link_of(owner: dict[str, Any], name: str, exchange: Exchange, requirement: str | None = None) -> str:
    """Return the URL of the link ``name`` in the ``links`` of ``owner``: a string or a link object's ``href``.

    ``owner`` is a part of the answer in ``exchange``. Raises NotObserved when the link is absent or malformed
    (JSON:API 1.1, document-links), blocked by ``requirement`` if that fails.
    """
    links = owner.get("links")
    link = links.get(name) if isinstance(links, dict) else None
    if isinstance(link, dict):
        link = link.get("href")
    if not isinstance(link, str):
        reason = f"the answer to {exchange.described} has no usable link {name}"
        raise NotObserved(reason, owner=requirement, lawful=True)
    return link
