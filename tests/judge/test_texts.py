"""What findings and reasons say to a reader who knows the interface and not the suite."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge import suite
from conformance.judge.endings import NotJudged, Violation, end_of
from conformance.model.exchange import Exchange
from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import registry
from conformance.plan import probes
from conformance.report import terminal
from conformance.run import Run
from tests.support.correct import answers
from tests.support.exchanges import exchange, refusal
from tests.support.judged import arguments
from tests.support.targets import observer_of, settings_of

PAGE = b"<!DOCTYPE html><html><body>It works!</body></html>"
WORLDS: dict[str, Any] = {
    "lost": {"answer": None, "failure": "the connection was closed"},
    "refused": {"answer": refusal(404).answer},
    "broken": {"answer": refusal(500).answer},
    "pages": {"answer": refusal(404, headers={"Content-Type": "text/html"}, body=PAGE).answer},
    "labelled pages": {"answer": exchange(body=PAGE).answer},
    "untagged": {"answer": exchange(headers={"ETag": None, "Vary": None, "Cache-Control": None}).answer},
}


def texts_of(ending: object) -> Iterator[str]:
    """Yield what the end of a judgement says."""
    if isinstance(ending, Violation):
        yield from (ending.expected, ending.observed, ending.why)
    elif isinstance(ending, NotJudged):
        yield ending.reason


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """Return the texts of findings on servers that are wrong in many ways, each request in another one."""
    found: set[str] = set()
    for start in (0, 3):
        ways = itertools.islice(itertools.cycle(WORLDS.values()), start, None)
        answered = {name: replace(each, **way) for (name, each), way in zip(answers().items(), ways, strict=False)}
        for check in suite.checks():
            values = {name: each[-1] for name, each in arguments(check.function, answered).items()}
            found.update(texts_of(end_of(check.function, **values)))
    assert len(found) > 300
    return found


def test_a_request_is_not_called_by_a_name_of_the_suite(texts: set[str]) -> None:
    known = {probe for probe in probes.by_key() if "_" in probe or "[" in probe}
    assert not {text for text in texts if known.intersection(re.findall(r"[a-z0-9_]+(?:\[[^\]]*\])?", text))}


def test_a_page_is_called_what_it_is(texts: set[str]) -> None:
    assert not {text for text in texts if "Expecting" in text or text.startswith("also ")}
    assert any(text.startswith("content text/html") for text in texts)


def endings_of(requirement: str, **changed: Exchange) -> list[object]:
    """Return how the checks of a requirement end on a correct server with some answers changed."""
    found = [check.function for check in suite.checks() if check.requirement == requirement]
    given = {**answers(), **changed}
    return [end_of(each, **{name: one[-1] for name, one in arguments(each, given).items()}) for each in found]


def test_what_has_no_error_document_is_blocked_by_the_requirement_on_them() -> None:
    page = replace(WORLDS["pages"]["answer"], status=401)
    refused = {name: replace(each, answer=page) for name, each in answers().items() if each.status >= 400}
    (ending, *_) = endings_of("ERR-002", **refused)
    assert isinstance(ending, NotJudged)
    assert ending.owner == "ERR-014"
    assert ending.reason.endswith(" was not answered with an error document")


def test_another_representation_is_blamed_on_nobody() -> None:
    page = exchange(headers={"Content-Type": "text/html"}, body=PAGE).answer
    other = replace(answers()["item_for_browser"], answer=page)
    endings = endings_of("NEGO-017", item_for_browser=other)
    assert NotJudged("another representation") in endings
    assert not [each for each in endings if isinstance(each, Violation)]


def test_several_answers_are_counted_in_words() -> None:
    twice = exchange("announced_close", later=(refusal(404).answer,), closed=True)
    (ending, *_) = (each for each in endings_of("WIRE-009", announced_close=twice) if isinstance(each, Violation))
    assert ending.observed.startswith("2 answers, the first 200 OK")


def test_what_is_missing_is_named() -> None:
    """Of two needs, the one that is met is not."""
    run = Run("http://example.org", settings_of(auth_token="a.b.c", invoice_id=["1"], enable="collection"), dry=True)
    judged = Judgement("SEC-004", Outcome.NOT_APPLICABLE, "x", "needs …")
    assert registry()["SEC-004"].needs == ("second-customer", "collection")
    run.judgements = [judged, Judgement("ITEM-001", Outcome.PASSED, "y")]
    shown = " ".join(" ".join(terminal.rows(run.verdict())).split())
    assert "1 needs a second customer: --other-auth-token, --other-invoice-id" in shown
    assert "--enable collection" not in shown


def test_the_time_of_a_run_is_that_of_all_of_it() -> None:
    run = Run("http://example.org", settings_of(), dry=True)
    run.seconds, run.began, run._observer = 5.5, time.monotonic() - 29, observer_of("http://example.org")
    (line,) = [each for each in terminal.summary(run, [], terminal.Ending(), full=True) if each.startswith("sent ")]
    assert re.fullmatch(r"sent +0 requests in 5\.5 s; 29\.\d s with judging", line)
