"""How an application is asked without sockets, what it answers then, and what is looked up in it for that.

What was asked of the correct server in one run is not asked again in another one: it answers in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from conformance.config.target import Target
from conformance.model.exchange import Exchange
from conformance.observe.message_bytes import head_of, revealed
from conformance.plan.steps import Step
from conformance.reference.app import Api
from conformance.reference.bare import BareAnswer, BareServer, Parsed, parsed
from conformance.reference.message import Answer, Connection
from conformance.reference.reduced import Reduced
from conformance.reference.server import ReferenceServer
from tests.support.lookups import answers_and_lookups, replaced_by

# What is written on a connection, secrets revealed.
Messages = tuple[bytes, ...]
# What an application answers to a step, before it is written or as bytes.
Answered = list[Answer | str] | list[BareAnswer]
Ask = Callable[[Api], Answered]


@dataclass(frozen=True)
class Asked:
    """How an application is asked for each step, what the server answers, and what is looked up in it for that."""

    asking: Mapping[Step, Ask]
    answers: Mapping[Step, Answered]
    lookups: Mapping[Step, frozenset[str]]


class Altered:
    """An application that was altered, and which of its answers are others by that."""

    def __init__(self, api: Api, replaced: Collection[str], known: Asked) -> None:
        """Begin with nothing asked of ``api``, of which what is ``replaced`` was altered."""
        self._api, self._replaced, self._known = api, frozenset(replaced), known
        self._found: dict[Step, bool] = {}

    def changed(self, steps: Iterable[Step]) -> set[Step]:
        """Return which of ``steps`` are answered otherwise."""
        return {step for step in steps if step in self._known.lookups and self._is_changed(step)}

    def _is_changed(self, step: Step) -> bool:
        if step not in self._found:
            known = self._known
            can_be = bool(self._replaced & known.lookups[step])
            self._found[step] = can_be and known.asking[step](self._api) != known.answers[step]
        return self._found[step]


@dataclass(frozen=True)
class _Known:
    """How an application is asked, and what the correct one answers and looks up."""

    ask: Ask
    answered: Answered
    lookups: frozenset[str]


# By what is sent, for each way of asking: runs with other capabilities send much of the same.
_KNOWN: dict[Callable[[Messages], Ask], dict[Messages, _Known]] = defaultdict(dict)


def answered(record: Mapping[Step, Exchange], target: Target, base: Reduced | None) -> Asked:
    """Return what a server answers, before it is written where all that a connection has is whole requests."""
    return _asked(_asking, {step: _messages(exchange, target) for step, exchange in record.items()}, base)


def written(record: Mapping[Step, Exchange], target: Target, base: Reduced | None) -> Asked:
    """Return what a server writes."""
    return _asked(_asking_bytes, {step: _messages(exchange, target) for step, exchange in record.items()}, base)


def _asked(way: Callable[[Messages], Ask], sent: Mapping[Step, Messages], base: Reduced | None) -> Asked:
    """Return what the correct server answers, or the reduced one ``base``: that is asked where it has been altered."""
    known = _KNOWN[way]
    asking = {messages: way(messages) for messages in sent.values() if messages not in known}
    answers, lookups = answers_and_lookups(ReferenceServer(frozen=True).api, asking)
    known |= {messages: _Known(ask, answers[messages], lookups[messages]) for messages, ask in asking.items()}
    found = {step: known[messages] for step, messages in sent.items()}
    answers_of = {step: each.answered for step, each in found.items()}
    lookups_of = {step: each.lookups for step, each in found.items()}
    if base:
        replaced = replaced_by(base.apply, ReferenceServer(frozen=True).api)
        other = {step: each.ask for step, each in found.items() if replaced & each.lookups}
        theirs, theirs_lookups = answers_and_lookups(ReferenceServer(frozen=True, variants=[base]).api, other)
        answers_of |= theirs
        lookups_of |= theirs_lookups
    return Asked({step: each.ask for step, each in found.items()}, answers_of, lookups_of)


def _messages(exchange: Exchange, target: Target) -> Messages:
    request = exchange.request
    if request.raw:
        return tuple(revealed(text, target) for text in request.raw)
    return (head_of(request, target) + request.body,)


def _asking(messages: Messages) -> Ask:
    """Return what asks an application: for its answers before they are written, where each message is one request."""
    api = ReferenceServer(frozen=True).api
    requests = [parsed(message, api) for message in messages]
    return _asking_bytes(messages) if None in requests else partial(_answers, [each for each in requests if each])


def _asking_bytes(messages: Messages) -> Ask:
    return partial(_written, messages)


def _answers(requests: Sequence[Parsed], api: Api) -> list[Answer | str]:
    connection = Connection(number=0)
    return [request.answer(api, connection) for request in requests]


def _written(messages: Messages, api: Api) -> list[BareAnswer]:
    return BareServer(api).answers_on_one_connection(messages)
