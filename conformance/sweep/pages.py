"""Judging a page: its header section and document once for each shape, its elements one by one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.model import contract
from conformance.model.exchange import Exchange, Request
from conformance.sweep import authority, collection
from conformance.sweep.ledger import Ledger
from conformance.sweep.quick import EVERYTHING, Quick
from conformance.sweep.state import digest
from conformance.sweep.subjects import Page, ReadExchange, with_content
from conformance.sweep.walk import with_url
from conformance.syntax import json_text

if TYPE_CHECKING:
    from conformance.config.target import Target

# Answers of one shape are judged once. A server whose header sections never look the same is judged so often.
_MOST_SHAPES = 300
_HEXADECIMAL = re.compile("[0-9a-fA-F]{4,}|[0-9]+")
_MOST_SHOWN = 20
_LATER = (401, 403, 407, 408, 429, 502, 503, 504)


class Broken(Exception):  # noqa: N818 - the environment, not an error of the suite
    """The sweep cannot go on, which shows nothing about conformance: no answer, or only ones that say "later"."""


class OverlookedError(RuntimeError):
    """The quick look found nothing wrong, and the judging functions did: an error of the suite."""


def require_answer(exchange: Exchange, what: str) -> None:
    """Raise Broken unless there is an answer that says something about the invoices."""
    if exchange.answer is None:
        raise Broken(f"{what} got no answer after {exchange.retries + 1} attempts: {exchange.failure}")
    if exchange.status in _LATER:
        raise Broken(f"{what} was answered {exchange.status} after {exchange.retries + 1} attempts")
    if exchange.answer.truncated or exchange.answer.incomplete:
        raise Broken(f"{what} was not received as a whole: {exchange.answer.incomplete or 'see --max-body'}")


class Shapes:
    """Judges the answers that look otherwise than all before: names and forms of header fields, members on top."""

    def __init__(self, target: Target, ledger: Ledger) -> None:
        """Begin with nothing judged."""
        capabilities = target.capabilities
        self._rules = authority.answer_rules(capabilities)
        self._own = authority.header_rules(capabilities)
        self._ledger = ledger
        self._seen: set[tuple[object, ...]] = set()

    def judge(self, exchange: ReadExchange, identifier: str | None = None, *, own: bool = False) -> None:
        """Judge an answer; ``identifier`` names the invoice that was asked for by itself, ``own`` without condition."""
        answer = exchange.answer
        assert answer is not None
        if len(self._seen) >= _MOST_SHAPES:
            return
        lines = tuple((name, _HEXADECIMAL.sub("0", value)) for name, value in answer.fields)
        value = exchange.content.value
        # The data have rules of their own.
        rest = {name: each for name, each in value.items() if name != "data"} if isinstance(value, dict) else value
        members = _HEXADECIMAL.sub("0", json.dumps(rest, default=str))
        kinds = tuple(each.kind for each in exchange.content.defects)
        shape = (identifier is None, own, answer.status, lines, members, kinds)
        if shape in self._seen:
            return
        self._seen.add(shape)
        rules = (*self._rules, *self._own) if own else self._rules
        if identifier is not None and answer.body:
            # With the spelling of all numbers.
            exchange = with_content(exchange, json_text.read(answer.body))
        for hit in authority.judged(exchange, rules, self._ledger.holding):
            self._ledger.add(hit, hit.violation.exchange or exchange, identifier, hit.violation.part)


class Pages:
    """Judges pages."""

    def __init__(self, target: Target, base: Request, ledger: Ledger) -> None:
        """``base`` is a request whose header fields all others have."""
        self._target = target
        self._base = base
        self._ledger = ledger
        self._rules = authority.element_rules(target.capabilities)
        self._by_id: dict[str, list[authority.Rule]] = {}
        for rule in self._rules:
            self._by_id.setdefault(rule.requirement, []).append(rule)
        url = target.url("/invoices")
        self._quick = Quick(f"{urlsplit(url).scheme}://{base.header('Host')}{urlsplit(url).path}")
        self._record = contract.validator("invoice")
        self.shapes = Shapes(target, ledger)
        self.starts: list[str] = []
        self._differing = 0
        self._differ: list[str] = []

    def judge(self, page: Page, seed: int) -> str:
        """Judge a page; return why the sweep cannot go beyond it, or an empty text."""
        require_answer(page.exchange, f"page {page.number + 1}")
        self.shapes.judge(page.frame())
        for hit in collection.of_page(page, self._ledger.holding):
            self._ledger.add(hit, page.exchange, None, hit.violation.part)
        if not page.usable:
            return f"page {page.number + 1} is not a page of the collection"
        self.starts = collection.starts(page.elements)
        self._judge_elements(page, seed)
        return ""

    def _judge_elements(self, page: Page, seed: int) -> None:
        started = page.exchange.started
        assert started is not None
        now = f"{started:%Y-%m-%dT%H:%M:%S}.000Z"
        if not page.elements:
            return
        # One of each page is judged in full, so that what is quick cannot go wrong unnoticed.
        chosen = int.from_bytes(digest(f"{seed} {page.number}".encode())[:4], "big") % len(page.elements)
        for place, element in enumerate(page.elements):
            if not isinstance(element, dict):
                continue  # COLL-001
            suspicions = self._quick.suspicions(element, now)
            if page.unusual and suspicions is not EVERYTHING:
                # The spelling of a number may be what is unusual.
                suspicions = authority.COUNTERS.union(suspicions)
            if suspicions or place == chosen:
                self._judge_element(page, place, suspicions, full=place == chosen)

    def _judge_element(self, page: Page, place: int, suspicions: Any, *, full: bool) -> None:
        # Where nothing is suspected, numbers are written as any writer does.
        exact = page.exact(place) if suspicions else json_text.read(json.dumps(page.elements[place]).encode()).value
        identifier = str(exact.get("id"))
        # The last rule is the validator of record: it finds what no other rule does.
        rules: Any = [*(rule for name in suspicions for rule in self._by_id.get(name, ())), self._rules[-1]]
        if full or suspicions is EVERYTHING:
            fits = self._compare_validators(page.elements[place], exact, identifier, suspicions)
            rules = self._rules[:-1] if fits else self._rules
        request = with_url(self._base, self._target.url(f"/invoices/{identifier}"))
        subject = page.element(exact, request)
        hits = authority.judged(subject, rules, self._ledger.holding if full else None)
        if missed := [hit for hit in hits if not suspicions or hit.requirement not in {*suspicions, authority.SCHEMA}]:
            raise OverlookedError(f"{missed[0].requirement} of invoice {identifier}: {missed[0].violation}")
        for hit in hits:
            part = (hit.violation.part or "").replace("/data", f"/data/{place}", 1)
            self._ledger.add(hit, page.exchange, identifier, part, exact)

    def _compare_validators(self, element: Any, exact: Any, identifier: str, suspicions: Any) -> bool:
        """Return whether the validator of record accepts ``element``; count where the compiled one differs.

        That the compiled one accepts more is harmless only where something else is suspected.
        """
        quickly, really = self._quick.is_valid(element), self._record.is_valid(exact)
        if quickly and not really and not suspicions:
            raise OverlookedError(
                f"the compiled validator accepts invoice {identifier}, the validator of record does not"
            )
        if really is not quickly:
            self._differing += 1
            self._differ += [identifier[:200]] if len(self._differ) < _MOST_SHOWN else []
        if really:
            self._ledger.holding.add(authority.SCHEMA)
        return really

    def disagreements(self, before: dict[str, Any] | None) -> dict[str, Any]:
        """Return on how many invoices the validators differed, and the first ids; each is reported once."""
        earlier = before or {"count": 0, "invoices": []}
        found = {
            "count": earlier["count"] + self._differing,
            "invoices": [*earlier["invoices"], *self._differ][:_MOST_SHOWN],
        }
        self._differing, self._differ = 0, []
        return found
