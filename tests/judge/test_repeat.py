"""Requests that are sent several times: which, how often and how, and what comes and goes is found by that."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.config.settings import SettingError
from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model import contract
from conformance.model.exchange import Exchange
from conformance.model.outcome import Judgement, Outcome
from conformance.observe import repeat
from conformance.observe.repeat import PACINGS, is_stable
from conformance.plan import probes
from conformance.plan.requests import build_request
from conformance.plan.steps import Step, closure, everything, steps_for
from conformance.reference.app import Api
from conformance.reference.data import KNOWN_INVOICE_IDS
from conformance.reference.faults import Fault, all_faults
from conformance.reference.faults.tools import alter_values
from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from conformance.report import html
from conformance.report import plan as shown_plan
from conformance.run import Run
from tests.observe.test_replay import recorded, replayed
from tests.support import detection
from tests.support.exchanges import exchange
from tests.support.instant import quickly
from tests.support.targets import INVOICE_ID, ITEM, observer_of, settings_of, target_of

RECURRING = {name: fault for name, fault in all_faults().items() if "repeat" in fault.needs}
# Faults that are put into one server together: none of them hides another one.
TOGETHER = (
    ("recurring-unknown-relationship", "recurring-include-ignored", "recurring-open-accept-refused"),
    ("recurring-other-account", "recurring-unknown-invoice-empty", "recurring-other-data-under-one-tag"),
)


def made(install: Callable[[Api], None]) -> Fault:
    return Fault("made-here", "", frozenset(), "", "", install)


def judged(server: ReferenceServer, capabilities: frozenset[str] = frozenset(), **given: Any) -> list[Judgement]:
    return detection.judge_target(server.base_url, {**detection.settings_for(server, capabilities), **given})


def run_of(server: ReferenceServer, **given: Any) -> Run:
    run = Run(server.base_url, settings_of(**{**detection.settings_for(server), **given}), dry=False)
    run.start()
    return run


def wrong(judgements: list[Judgement]) -> list[tuple[str, str]]:
    found = [each for each in judgements if each.outcome in detection.CAUGHT | {Outcome.ERROR}]
    return [(each.requirement, each.observed or each.reason) for each in found]


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer() as running:
        yield running


# Which requests.


def stable(name: str) -> bool:
    target = target_of(
        enable="collection,cookie,wire,load,contested",
        other_auth_token="o",
        other_invoice_id=["8d116ece-1738-47d9-bd9c-172411e20b8f"],
        hidden_invoice_id=["6b0d549b-6f03-475a-9600-a35a099950d8"],
        signing_key="k" * 32,
    )
    known: dict[Step, Exchange] = {}
    for step in closure([Step(name, INVOICE_ID)]):
        earlier = {before.probe: known[before] for before in step.dependencies()}
        known[step] = exchange(step.probe, headers={"ETag": 'W/"0"'})
        known[step] = replace(known[step], request=build_request(step, target, earlier))
    return is_stable(name, known[Step(name, INVOICE_ID)].request)


@pytest.mark.parametrize(
    "name",
    [
        *("item", "item_head", "item_with_account", "relationship", "related", "item_not_modified", "item_options"),
        *("unknown_item", "item_without_token", "unacceptable_item", "unknown_include", "altered_token[two-segments]"),
        *("listing", "other_item", "item_by_cookie", "interleaved[own-1]", "hidden_item[first]"),
    ],
)
def test_what_only_reads_is_repeated(name: str) -> None:
    assert stable(name)


@pytest.mark.parametrize(
    "name",
    [
        *("write_unknown[DELETE]", "undefined_method", "trace", "relationship_update", "unknown_item_override_delete"),
        *("wire_valid", "turns", "burst[01]", "other_item_of_owner", "minted_token", "expired_token[lately]"),
        *("item_with_request_id", "line_end[path]", "path_trick[encoded-twice]", "expectation[unknown]"),
        *(
            "too_long_target",
            "large_section[fields]",
            "excessive_query[deep]",
            "long_target",
            "item_with_content[parameters]",
        ),
    ],
)
def test_what_is_more_than_reading_is_sent_once(name: str) -> None:
    assert not stable(name)


def test_only_safe_methods_are_repeated() -> None:
    others = [name for name, probe in probes.by_key().items() if probe.method not in {"GET", "HEAD", "OPTIONS"}]
    assert others
    assert not any(map(stable, others))


# How often, and how.


def test_each_stable_request_is_sent_as_often_as_is_wanted() -> None:
    asked: Counter[tuple[str, str]] = Counter()

    def count(api: Api) -> None:
        api.on_request(lambda request: asked.update([(request.method, request.path)]))

    with ReferenceServer(faults=[made(count)]) as server:
        run = run_of(server, repeat="7")
        try:
            asked.clear()
            before = run.observer.sent
            run.observe(
                [Step("unknown_include", KNOWN_INVOICE_IDS[0]), Step("write_unknown[DELETE]", KNOWN_INVOICE_IDS[0])]
            )
            sent = run.observer.sent - before
        finally:
            run.stop()
    assert sorted(asked.values()) == [1, 7]
    assert sent == 8


def test_nothing_is_repeated_unless_that_is_wanted(server: ReferenceServer) -> None:
    run = run_of(server)
    try:
        run.observe(steps_for("item", run.target))
        assert not [step for step in run.observer.record if step.round]
        assert repeat.tally(run.observer, run.settings["repeat"]) is None
    finally:
        run.stop()


def test_rounds_follow_each_other_in_three_pacings(server: ReferenceServer) -> None:
    run = run_of(server, repeat="4", invoice_id=[KNOWN_INVOICE_IDS[0]], enable="collection")
    try:
        run.observe(everything(run.target))
        record = run.observer.record
    finally:
        run.stop()
    rounds = [[each for step, each in record.items() if step.round == number] for number in range(4)]
    assert len(PACINGS) == 3
    times = [(min(each.started for each in answers if each.started), answers) for answers in rounds[1:]]
    for (_, answers), (start, _) in itertools.pairwise(times):
        assert max(each.started for each in answers if each.started) <= start
    assert {each.ordinal for each in rounds[2]} == {1, 2}
    assert len({each.connection for each in rounds[3]}) < len(rounds[3]) / 10
    orders = [[each.probe for each in sorted(answers, key=lambda each: str(each.started))] for answers in rounds[1:]]
    assert orders[0] != orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(orders[2])


def test_what_is_not_answered_at_first_is_not_repeated() -> None:
    def limit(request: Request) -> Answer | None:
        return Answer(503, [("Retry-After", "999")]) if request.query else None

    with ReferenceServer(faults=[made(lambda api: api.on_request(limit))]) as limiting:
        run = run_of(limiting, repeat="5")
        try:
            steps = [Step("item", KNOWN_INVOICE_IDS[0]), Step("item_with_account", KNOWN_INVOICE_IDS[0])]
            run.observe(steps)
            assert [repeat.is_repeated(run.observer, step) for step in steps] == [True, False]
        finally:
            run.stop()


def test_the_plan_shows_how_often() -> None:
    target = target_of(repeat="20")
    steps = [ITEM, Step("write_unknown[DELETE]", INVOICE_ID)]
    shown = list(shown_plan.lines(target, steps, None))
    assert "# item (20 times)" in shown
    assert "# write_unknown[DELETE]" in shown
    assert shown[-1] == "2 requests, 1 of them 20 times: 21 in all; nothing was sent"


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5"])
def test_a_factor_that_is_none_is_a_usage_error(value: str) -> None:
    with pytest.raises(SettingError, match="--repeat"):
        settings_of(repeat=value)


# What is found.


def test_nothing_is_found_on_a_correct_server(server: ReferenceServer) -> None:
    given = {"repeat": "2", "invoice_id": [KNOWN_INVOICE_IDS[0]]}
    with quickly(server.api):
        judgements = judged(server, frozenset({"collection", "cookie"}), **given)
    assert wrong(judgements) == []
    consistent = [each.outcome for each in judgements if each.requirement == "ROB-013"]
    assert consistent == [Outcome.PASSED]


def changing(period: int, states: int) -> Callable[[Api], None]:
    """Let every invoice get another reference after each ``period`` requests; ``states`` of them, in order."""

    def install(api: Api) -> None:
        count, now = itertools.count(), [0]

        def tick(_request: Request) -> None:
            now[0] = next(count) // period % states

        api.on_request(tick)
        alter_values(api, lambda shown, _: shown.update(reference=f"state {now[0]}"))

    return install


@pytest.mark.parametrize(("period", "states"), [(1, 10**9), (40, 10**9), (1, 2)])
def test_data_that_change_are_not_a_finding(period: int, states: int) -> None:
    """The entity tag changes with them: made from the body."""
    with ReferenceServer(faults=[made(changing(period, states))]) as server, quickly(server.api):
        judgements = judged(server, frozenset(), invoice_id=[KNOWN_INVOICE_IDS[0]], repeat="3", concurrency="1")
    assert wrong(judgements) == []


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: names[0])
def test_what_recurs_is_found_with_the_usual_concurrency(names: tuple[str, ...]) -> None:
    faults = [RECURRING[name] for name in names]
    with ReferenceServer(faults=faults) as server:
        # As often as the rarest of them recurs, whatever other requests there are.
        given: dict[str, Any] = {"repeat": "7", "concurrency": "8", "invoice_id": list(KNOWN_INVOICE_IDS[:2])}
        judgements = judged(server, **given)
    found = detection.caught(judgements)
    assert {name for fault in faults for name in fault.caught_by} <= set(found)
    named = {name for fault in faults for name in (*fault.caught_by, *fault.also)}
    assert set(found) <= named | {"ROB-013", "COND-007", "QRY-008", "ROB-009"}


def test_there_are_faults_that_recur_and_need_it() -> None:
    assert len(RECURRING) >= 8


def test_a_finding_says_in_how_many_answers_it_was_seen() -> None:
    with ReferenceServer(faults=[RECURRING["recurring-open-accept-refused"]]) as server, quickly(server.api):
        run = run_of(server, invoice_id=[KNOWN_INVOICE_IDS[0]], repeat="14", concurrency="1")
        try:
            cases = suite.cases(run.target, [each for each in suite.checks() if each.requirement == "NEGO-003"])
            run.observe(suite.needed(run.target, cases))
            found = detection.caught(judge_all(run, cases))["NEGO-003"]
        finally:
            run.stop()
    assert found.observed == "406 Not Acceptable, 141 bytes (seen in 2 of 14 answers)"
    assert len(found.evidence["exchanges"]) == 2


# Records.


def test_a_record_of_repeated_requests_is_judged_in_the_same_way(tmp_path: Path) -> None:
    path, fault = tmp_path / "run.har", RECURRING["recurring-unknown-relationship"]
    left_out = dict.fromkeys(("enable", "other_auth_token", "other_invoice_id", "hidden_invoice_id", "signing_key"))
    areas = {name.partition("-")[0] for name in fault.caught_by} | {"ROB"}
    first = recorded([fault], path, areas, repeat="8", invoice_id=[KNOWN_INVOICE_IDS[0]], **left_out)
    assert replayed(path, areas) == first
    report = json.loads(first)
    Draft202012Validator(contract.report_schema()).validate(report)
    assert report["settings"]["repeat"] == report["run"]["repeated"]["times"] == 8
    assert report["run"]["repeated"]["set_aside"] == {}
    assert {each.get("turn", 0) for each in report["exchanges"]} >= set(range(8))
    found = {each["id"] for each in report["requirements"] if each["outcome"] in {"failed", "warned"}}
    assert fault.caught_by <= found
    page = html.text(report)
    assert f"{report['run']['repeated']['requests']} requests, 8 answers to each" in page


def test_a_round_has_the_request_of_the_first_one() -> None:
    with ReferenceServer() as server:
        observer = observer_of(server.base_url, auth_token=server.token, repeat="3")
        tagged = Step("item_not_modified", INVOICE_ID)
        try:
            observer.observe([tagged])
            repeat.send(observer, [tagged], 3)
            asked = {observer.record[tagged.again(number)].request for number in range(3)}
        finally:
            observer.close()
    assert len(asked) == 1
