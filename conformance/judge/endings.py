"""How a judgement can end: it passes, it finds a violation, it cannot judge, or the suite itself breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from conformance.model.exchange import Doubt, Exchange, NotObserved
from conformance.model.outcome import Outcome

_FIELD_NAME = re.compile(r"[A-Z][A-Za-z-]*")
# Fields that depend on what is shown.
_OF_THE_CONTENT = frozenset({"Content-Length", "Content-Range", "ETag", "Last-Modified"})


class Violation(Exception):  # noqa: N818 - a finding about the target, not an error of the suite
    """A requirement does not hold.

    ``expected`` and ``observed`` are one line each; ``exchange`` is the evidence, ``part`` the offending header field
    or JSON pointer in it, ``others`` what it was compared with, and further exchanges with the same finding. ``seen``
    counts in how many answers of how many to one request it was seen, ``again`` are those beside ``exchange``.
    ``alone`` means that it is in ``exchange`` whatever others show: in its status, in a field that does not depend on
    the content, or because the check says so. ``always`` means that it compares what may come by chance, such as a
    field that a gateway adds to some answers: it counts when it shows whichever answers to the same two requests are
    compared. ``wanted`` are the statuses of which one was required, where the status is what is wrong, ``why`` says
    why one of them, and ``count`` in how many answers of a set the same was found.
    """

    def __init__(  # noqa: PLR0913 - one keyword per part of a finding
        self,
        expected: str,
        observed: str,
        exchange: Exchange | None = None,
        *,
        part: str | None = None,
        others: tuple[Exchange, ...] = (),
        alone: bool | None = None,
        always: bool = False,
        wanted: Sequence[int] = (),
        why: str = "",
        count: int = 1,
    ) -> None:
        """Describe the finding."""
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected = expected
        self.observed = observed
        self.exchange = exchange
        self.part = part
        self.others = others
        self.alone = _is_alone(observed, exchange, part) if alone is None else alone
        self.always = always
        self.wanted = wanted
        self.why = why
        self.count = count
        self.seen: tuple[int, int] | None = None
        self.again: tuple[Exchange, ...] = ()


def status_line(exchange: Exchange) -> str:
    """Describe an answer in one line: status, reason, size of the content."""
    answer = exchange.answer
    if answer is None:
        return f"no answer: {exchange.failure}"
    reason = f" {answer.reason}" if answer.reason else ""
    return f"{answer.status}{reason}, {answer.wire_length} bytes"


def _is_alone(observed: str, exchange: Exchange | None, part: str | None) -> bool:
    if part is not None:
        return bool(_FIELD_NAME.fullmatch(part)) and part not in _OF_THE_CONTENT
    return exchange is not None and observed == status_line(exchange)


@dataclass(frozen=True)
class Passed:
    """The requirement holds."""


class NotJudged(NamedTuple):
    """There was nothing to judge, for this ``reason``: blocked by ``owner``, of ``doubt``, or else not offered.

    What is ``lawful`` is blocked only if the owner fails.
    """

    reason: str
    owner: str | None = None
    doubt: Doubt | None = None
    lawful: bool = False

    @classmethod
    def of(cls, unmet: NotObserved) -> NotJudged:
        """Return the end of a judgement that ``unmet`` ended."""
        return cls(str(unmet), unmet.owner, unmet.doubt, unmet.lawful)

    @property
    def outcome(self) -> Outcome:
        """Which of the ways of not being judged it is."""
        if self.owner and not self.lawful:
            return Outcome.BLOCKED
        return Outcome.INCONCLUSIVE if self.doubt else Outcome.NOT_OFFERED


@dataclass(frozen=True)
class SuiteError:
    """The suite itself broke; it is never blamed on the target."""

    error: BaseException


Ending = Passed | Violation | NotJudged | SuiteError


def end_of(judge: Callable[..., None], /, *arguments: object, **named: object) -> Passed | Violation | NotJudged:
    """Call ``judge`` and return how it ends. A plain assertion is a violation; other errors are raised.

    What was received decides, and only what may be shown is described.
    """
    shown = _end_of(judge, *arguments, **named)
    values = (*arguments, *named.values())
    if not any(map(_is_redacted, values)):
        return shown
    originals: dict[int, Exchange] = {}
    real = [_as_received(value, originals) for value in values]
    places = len(arguments)
    ending = _end_of(judge, *real[:places], **dict(zip(named, real[places:], strict=True)))
    return _described(ending, shown, originals)


def _end_of(judge: Callable[..., None], /, *arguments: object, **named: object) -> Passed | Violation | NotJudged:
    raised = raised_by(judge, *arguments, **named)
    return Passed() if raised is None else NotJudged.of(raised) if isinstance(raised, NotObserved) else raised


def _is_redacted(value: object) -> bool:
    if isinstance(value, Exchange):
        return value.answer is not None and value.answer.received is not None
    return isinstance(value, tuple) and any(map(_is_redacted, value))


def _as_received(value: object, originals: dict[int, Exchange]) -> object:
    """Return ``value`` with what was received; add what is replaced to ``originals``, by the id of its replacement."""
    if isinstance(value, tuple):
        return tuple(_as_received(each, originals) for each in value)
    if isinstance(value, Exchange) and (real := value.as_received) is not value:
        originals[id(real)] = value
        return real
    return value


def _described(
    real: Passed | Violation | NotJudged, shown: Passed | Violation | NotJudged, originals: dict[int, Exchange]
) -> Passed | Violation | NotJudged:
    """Return the ending ``real`` in the words of ``shown``, the same without secrets; without words when it differs."""
    if not isinstance(real, Violation):
        return shown if type(real) is type(shown) else real

    def original(exchange: Exchange) -> Exchange:
        return originals.get(id(exchange), exchange)

    exchange = original(real.exchange) if real.exchange else None
    if isinstance(shown, Violation) and (shown.exchange, shown.part) == (exchange, real.part):
        return shown
    return Violation(
        "",
        "what holds a secret, so it is not shown",
        exchange,
        others=tuple(map(original, real.others)),
        alone=real.alone,
        always=real.always,
        wanted=real.wanted,
        count=real.count,
    )


def raised_by(judge: Callable[..., None], /, *arguments: object, **named: object) -> Violation | NotObserved | None:
    """Call ``judge`` and return what ends it early. A plain assertion is a violation; other errors are raised."""
    try:
        judge(*arguments, **named)
    except (Violation, NotObserved) as raised:
        # Its frames would keep what it was found in.
        return raised.with_traceback(None)
    except AssertionError as error:
        return Violation("", str(error).partition("\n")[0])
    return None
