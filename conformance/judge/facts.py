"""What a finding is about, as data: findings are grouped by this, and not by their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote

from conformance.judge.endings import Violation, status_line
from conformance.model.described import asks, deciding
from conformance.model.exchange import Exchange, Request
from conformance.reading.json_places import resolves
from conformance.syntax import redaction
from conformance.syntax.redaction import Redactor
from conformance.syntax.wording import printable

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_CLASS = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """The answer that shows a finding, and what its request asked for.

    ``status`` is None without an answer. ``of_status`` means that the status is what is wrong; ``wanted`` are the
    statuses of which one was required, "4xx" for a whole class; ``why`` is the reason. ``parameters`` and ``fields``
    are the names in the request that may have decided the answer, ``resource`` is its path without ids, empty for a
    raw request, and ``asks`` describes it in one line. ``missing`` means that the offending part is not in the answer,
    and ``count`` is the number of answers that show the finding.
    """

    method: str
    resource: str
    asks: str
    status: int | None
    of_status: bool = False
    wanted: tuple[str, ...] = ()
    why: str = ""
    parameters: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    missing: bool = False
    count: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Facts:
        """Undo ``to_dict``."""
        plain: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in data.items()}
        return cls(**plain)


def facts(
    finding: Violation, exchange: Exchange, redactor: Redactor, count: int = 1, part: str | None = None
) -> dict[str, Any]:
    """Return what ``finding``, which ``exchange`` shows in ``count`` answers, is about, as printable, redacted data.

    ``part`` is where it stands in that answer, if that is another place than the finding names.
    """
    found = _facts_of(finding, exchange, part or finding.part)
    clean = {
        name: redactor.text(printable(value)) if isinstance(value, str) else value
        for name, value in found.to_dict().items()
    }
    return clean | {"count": max(count, found.count)}


def _facts_of(finding: Violation, exchange: Exchange, part: str | None) -> Facts:
    request = exchange.request
    status = exchange.answer.status if exchange.answer else None
    return Facts(
        method=request.method,
        resource=resource_of(exchange),
        asks=asks(request),
        status=status,
        of_status=bool(finding.wanted) or status is None or finding.observed.startswith(status_line(exchange)),
        wanted=_as_texts(finding.wanted),
        why=finding.why,
        parameters=_parameters(request),
        fields=tuple(deciding(request)),
        missing=_is_missing(part, exchange),
        count=finding.count,
    )


def resource_of(exchange: Exchange) -> str:
    """Return the path that was asked for, with ``{id}`` in the place of ids; nothing for a raw request."""
    if exchange.request.raw:
        return ""
    path = redaction.display(exchange.request.target).partition("?")[0]
    return "/".join(
        "{id}" if _UUID.fullmatch(part) or part == exchange.invoice_id else part for part in path.split("/")
    )


def _as_texts(statuses: Sequence[int]) -> tuple[str, ...]:
    if len(statuses) == _CLASS:
        return (f"{statuses[0] // _CLASS}xx",)
    return tuple(map(str, statuses))


def _parameters(request: Request) -> tuple[str, ...]:
    query = request.target.partition("?")[2]
    names = (unquote(pair.partition("=")[0]).partition("[")[0] for pair in query.split("&") if pair)
    return tuple(dict.fromkeys(names))


def _is_missing(part: str | None, exchange: Exchange) -> bool:
    if part is None or exchange.answer is None:
        return False
    if part.startswith("/"):
        return not resolves(exchange.json.value if exchange.json.readable else None, part)
    return part not in exchange.fields
