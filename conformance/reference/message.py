"""The request as the reference server understands it, and the answer that it is about to send."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.reference.model import Customer

Document = dict[str, Any]
"""A JSON:API document, or a part of one, before it is serialised."""

_connection_numbers = itertools.count(1)


@dataclass
class Connection:
    """One TCP connection: its number in this process and how many requests it has carried."""

    number: int = field(default_factory=lambda: next(_connection_numbers))
    requests: int = 0


@dataclass
class Request:
    """A request, framing removed and nothing else interpreted.

    ``path`` and ``query`` are as sent, percent-encoded. Field names are lower case, values without surrounding blanks.
    ``session`` is the token of a session that goes on: the request was authenticated by its cookie.
    """

    method: str
    path: str
    query: str
    fields: list[tuple[str, str]]
    host: str
    version: str = "1.1"
    scheme: str = "http"
    content: bytes = b""
    connection: Connection = field(default_factory=Connection)
    connection_request_number: int = 1
    customer: Customer | None = None
    session: str | None = None

    def lines(self, name: str) -> list[str]:
        """Return the values of every field line called ``name`` (lower case), in received order."""
        return [value for key, value in self.fields if key == name]

    @property
    def base(self) -> str:
        """Scheme and authority, the beginning of every link."""
        return f"{self.scheme}://{self.host}"


@dataclass
class Answer:
    """What will be sent. The body of an answer to HEAD and of a 204 or 304 is dropped when it is written.

    Content-Length is added last, unless the answer is ``chunked``. ``cut`` closes the connection once the answer is
    written, without announcing it.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    chunked: bool = False
    cut: bool = False

    def get(self, name: str) -> str | None:
        """Return the value of the first field called ``name`` (any case), or ``None``."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set(self, name: str, value: str) -> None:
        """Give the field one line with ``value``, in the place of the first that it had."""
        for index, (key, _) in enumerate(self.headers):
            if key.lower() == name.lower():
                self.headers[index] = (name, value)
                self.headers[index + 1 :] = [
                    pair for pair in self.headers[index + 1 :] if pair[0].lower() != name.lower()
                ]
                return
        self.headers.append((name, value))

    def remove(self, name: str) -> None:
        """Drop every line of the field."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]


class Problem(Exception):  # noqa: N818 - the word of the domain: a problem that becomes an error document
    """Processing ends with an error document. ``parameter`` is the name of the query parameter at fault."""

    def __init__(self, status: int, title: str, detail: str, *, parameter: str | None = None) -> None:
        """Hold what the error document shows."""
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.parameter = parameter
        self.headers: list[tuple[str, str]] = []
