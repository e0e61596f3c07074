"""A recorded run is judged again: the same verdict, the same report, and no server."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conformance.config.settings import SettingError
from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model import contract
from conformance.model.exchange import Doubt
from conformance.model.outcome import ExitCode, Outcome
from conformance.model.requirements import registry
from conformance.observe.record.replay import Record, ReplayObserver
from conformance.plan.steps import Step
from conformance.reference.faults import Fault, all_faults
from conformance.reference.server import ReferenceServer
from conformance.report import json_report
from conformance.run import Run
from tests.servers.raw import always, answer, hang_up, once, raw_server
from tests.support import detection
from tests.support.instant import quickly
from tests.support.targets import INVOICE_ID, ITEM, TOKEN, settings_of

# Faults of many kinds: wrong content, lost connections, bytes after the message, data that change between requests,
# tokens, pages, cookies, malformed messages, and https.
# Together those that leave each other to be seen.
FAULTS = (
    ("cookie-ended", "field-name-with-space", "jwt-none-accepted", "value-amount-negative"),
    ("page-gap", "etag-of-the-moment", "head-with-content", "id-very-long-drops-connection"),
    ("field-line-folded", "wire-lower-case-method", "second-request-other-invoice"),
    ("https-links-in-clear", "https-plain-served"),
    ("one-in-five-crash",),
    ("json-latin-1", "wire-two-framings-accepted"),
    ("answer-cut",),
    ("length-too-small",),
)


def checks_of(chosen: Collection[str]) -> list[suite.Check]:
    """Return the checks of the requirements that are ``chosen``, or are in one of these areas."""
    return [check for check in suite.checks() if {check.requirement, check.requirement.partition("-")[0]} & {*chosen}]


def judged(run: Run, chosen: Collection[str] = ()) -> str:
    """Judge the requirements and areas ``chosen``, or everything, as a run of pytest does, and return the report."""
    try:
        run.start()
        if not run.abort:
            todo = suite.cases(run.target, checks_of(chosen) if chosen else None)
            run.observe(suite.needed(run.target, todo))
            run.judgements = judge_all(run, todo)
    finally:
        run.stop()
        run.save_record()
    code = run.abort.code if run.abort else run.verdict().exit_code
    return json_report.text(json_report.build(run, json_report.Ending(int(code))))


def recorded(faults: Collection[Fault], path: Path, chosen: Collection[str] = (), **more: Any) -> str:
    tls = any("https" in fault.needs for fault in faults)
    with ReferenceServer(faults=faults, tls=tls) as server, nullcontext() if tls else quickly(server.api):
        # What shows only with other requests does so with these.
        needed = (detection.capabilities_for(faults) | {"collection", "wire"}) - {detection.REPEAT}
        known = detection.settings_for(server, needed)
        given = {**known, "invoice_id": known["invoice_id"][:2]}
        secure = {"insecure": True, "plain_url": server.plain_url} if tls else {}
        settings = settings_of(**{**given, **secure, "record": str(path), **more})
        return judged(Run(server.base_url, settings, dry=False), chosen)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a record is judged without network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def replayed(path: Path, chosen: Collection[str] = ()) -> str:
    return judged(Run(None, settings_of(replay=str(path)), dry=False), chosen)


@dataclass(frozen=True)
class Recorded:
    """A record and the report of its run."""

    path: Path
    report: str


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What a run of all checks against the correct server left."""
    path = tmp_path_factory.mktemp("record") / "run.har"
    return Recorded(path, recorded([], path))


@pytest.fixture(scope="module")
def correct(whole: Recorded) -> Path:
    """The record of a run of all checks against the correct server."""
    return whole.path


@pytest.mark.usefixtures("no_network")
def test_report_of_a_correct_server_is_the_same_byte_by_byte(whole: Recorded) -> None:
    assert replayed(whole.path) == whole.report
    report = json.loads(whole.report)
    assert not report["verdict"]["errors"]
    assert report["verdict"]["conforms"]


@pytest.mark.parametrize("names", FAULTS, ids=" ".join)
def test_report_is_the_same_byte_by_byte(
    names: tuple[str, ...], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Judge what the faults violate; what comes and goes shows among many requests, in an order that holds."""
    faults = [all_faults()[name] for name in names]
    chosen, pace = {name for fault in faults for name in fault.caught_by}, {}
    if any(fault.area == "intermittent" for fault in faults):
        chosen, pace = set(), {"concurrency": "1"}
    first = recorded(faults, tmp_path / "run.har", chosen, **pace)
    request.getfixturevalue("no_network")
    assert replayed(tmp_path / "run.har", chosen) == first
    report = json.loads(first)
    assert not report["verdict"]["errors"]
    found = {each["id"] for each in report["requirements"] if each["outcome"] in {"failed", "warned", "noted"}}
    assert all(found & fault.caught_by for fault in faults)


def test_answers_that_are_too_long_are_the_same(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    chosen = ("ITEM-001", "COLL-001", "COLL-005", "PAGE-001", "PAGE-003")
    first = recorded([], tmp_path / "run.har", chosen, max_body="4000")
    request.getfixturevalue("no_network")
    assert replayed(tmp_path / "run.har", chosen) == first
    assert any(
        entry.exchange.answer and entry.exchange.answer.truncated for entry in Record(str(tmp_path / "run.har")).entries
    )


def changed(path: Path, to: Path, change: Any) -> Path:
    data = json.loads(path.read_text())
    change(data["log"])
    to.write_text(json.dumps(data))
    return to


def report_of(path: Path, *areas: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(replayed(path, areas))
    return report


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["outcome"] for each in report["requirements"]}


@pytest.mark.usefixtures("no_network")
def test_a_missing_exchange_is_not_observed(correct: Path, tmp_path: Path) -> None:
    def without_related(log: dict[str, Any]) -> None:
        kept = [each for each in log["entries"] if each["request"]["_conformance"]["probe"] != "related"]
        assert len(kept) < len(log["entries"])
        log["entries"] = kept

    report = report_of(changed(correct, tmp_path / "less.har", without_related), "ITEM", "RELD")
    assert outcomes(report)["RELD-001"] == "inconclusive"
    assert outcomes(report)["ITEM-001"] == "passed"
    assert report["verdict"]["conforms"] is None
    assert report["run"]["exit_code"] == ExitCode.INCONCLUSIVE
    assert "the record does not have it: make the record anew" in report["verdict"]["sentence"]


@pytest.mark.usefixtures("no_network")
def test_what_is_in_the_record_is_judged(correct: Path, tmp_path: Path) -> None:
    def without_tag(log: dict[str, Any]) -> None:
        for entry in log["entries"]:
            entry["response"]["headers"] = [each for each in entry["response"]["headers"] if each["name"] != "ETag"]

    report = report_of(changed(correct, tmp_path / "tag.har", without_tag), "ETAG")
    assert outcomes(report)["ETAG-001"] == "failed"
    assert report["run"]["exit_code"] == 1


@pytest.mark.usefixtures("no_network")
def test_a_request_that_means_something_else_is_not_judged(correct: Path, tmp_path: Path) -> None:
    def other_request(log: dict[str, Any]) -> None:
        log["_conformance"]["suite"] = "0.9"
        for entry in log["entries"]:
            if entry["request"]["_conformance"]["probe"] == "related":
                entry["request"]["method"] = "OPTIONS"

    report = report_of(changed(correct, tmp_path / "other.har", other_request), "RELD")
    judgement = next(each for each in report["requirements"] if each["id"] == "RELD-001")["judgements"][0]
    assert judgement["outcome"] == "inconclusive"
    assert "another request than GET /" in judgement["reason"]
    assert "0.9" in judgement["reason"]


def test_the_record_is_an_archive(correct: Path) -> None:
    log = json.loads(correct.read_text())["log"]
    assert log["version"] == "1.2"
    assert log["creator"]["name"] == "invoices-conformance"
    for entry in log["entries"]:
        assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
        request = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
        assert entry["request"].keys() >= request
        response = {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "bodySize"}
        assert entry["response"].keys() >= response
        assert entry["time"] == sum(entry["timings"][name] for name in ("send", "wait", "receive"))


def test_a_record_is_written_while_the_run_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.observe.record.recorder._PAUSE", 0.0)
    monkeypatch.setattr("conformance.observe.record.recorder._SHARE", 0)
    path = tmp_path / "run.har"
    with raw_server(always(answer())) as server:
        run = Run(server.base_url, settings_of(auth_token=TOKEN, invoice_id=[INVOICE_ID], record=str(path)), dry=False)
        run.start()
        run.observe([ITEM])
        # As if it had been killed here: nothing is closed or saved at the end.
        kept = Record(str(path))
        run.stop()
    assert [entry.exchange.probe for entry in kept.entries] == ["item"]
    assert [each.name for each in tmp_path.iterdir()] == ["run.har"]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (hang_up, ExitCode.UNREACHABLE),
        (always(answer("401 Unauthorized")), ExitCode.UNREACHABLE),
        (once(b"SSH-2.0-OpenSSH\r\n"), ExitCode.UNREACHABLE),
    ],
    ids=["no answer", "refused", "no HTTP"],
)
def test_a_run_that_ended_at_once_is_replayed_as_that(script: Any, code: ExitCode, tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    with raw_server(script) as server:
        given = settings_of(auth_token=TOKEN, invoice_id=[INVOICE_ID], record=str(path), request_timeout="2")
        first = judged(Run(server.base_url, given, dry=False))
    assert replayed(path) == first
    report = json.loads(first)
    assert report["run"]["exit_code"] == code
    assert report["run"]["message"]
    assert report["verdict"]["conforms"] is None
    assert report["exchanges"]


def test_superseded_answers_are_judged_again(tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    later = answer("503 Service Unavailable", b"{}", "Retry-After: 0")
    with raw_server(always(later, answer())) as server:
        given = settings_of(auth_token=TOKEN, invoice_id=[INVOICE_ID], record=str(path))
        run = Run(server.base_url, given, dry=False)
        run.start()
        run.observer.forget([ITEM])
        run.observe([ITEM])
        run.stop()
        run.save_record()
    record = Record(str(path))
    again = ReplayObserver(record.target(record.with_recorded(settings_of())), record)
    again.observe([ITEM])
    assert [exchange.status for exchange in again.superseded] == [503]
    first = again.record[ITEM]
    assert first.retries == 1
    again.forget([ITEM])
    again.observe([ITEM])
    assert again.record[ITEM] is not first
    assert [(each.status, each.key) for each in again.superseded] == [
        (each.status, each.key) for each in run.observer.superseded
    ]
    # There is no third observation: the second one stays.
    again.forget([ITEM])
    again.observe([ITEM])
    assert len(again.superseded) == 2
    assert again.record[ITEM].key == run.observer.record[ITEM].key


@pytest.mark.usefixtures("no_network")
def test_nothing_is_sent_for_a_step_that_nobody_recorded(correct: Path) -> None:
    record = Record(str(correct))
    observer = ReplayObserver(record.target(record.with_recorded(settings_of())), record)
    unknown = Step("item", "6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42")
    observer.observe([unknown])
    assert {step: (str(why), why.doubt) for step, why in observer.unbuilt.items()} == {
        unknown: (f"the record has no answer to GET /invoices/{unknown.invoice_id}", Doubt.RECORD)
    }


def test_the_record_decides_the_settings_but_for_the_level(correct: Path) -> None:
    record = Record(str(correct))
    given = settings_of(fail_on="should", concurrency="3", api_prefix="/other", auth_token=TOKEN)
    settings = record.with_recorded(given)
    assert (settings["fail-on"], settings["api-prefix"], settings["auth-token"]) == (
        "should",
        "/api/rest/customer/v1",
        "",
    )
    assert record.with_recorded(settings_of())["fail-on"] == "must"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is not a record of this suite: not JSON: Expecting value"),
        ("{", "is not a record of this suite: not JSON: Expecting property name"),
        ("[]", "is not a record of this suite: no HTTP archive"),
        ('{"log": []}', "is not a record of this suite: no HTTP archive"),
        ('{"log": {"version": "1.2", "entries": []}}', "is not a record of this suite: an HTTP archive that another"),
        ('{"log": {"entries": [{}], "_conformance": {}}}', "is not a record of this suite: an entry is damaged"),
        ('{"log": {"entries": [], "_conformance": {"format": 99}}}', "has a format that this version does not know"),
        ('{"log": {"entries": [], "_conformance": {"format": 1}}}', "is damaged"),
        ("[" * 100_000, "is not a record of this suite"),
    ],
)
def test_what_is_not_a_record_is_a_wrong_setting(content: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    path.write_text(content)
    with pytest.raises(SettingError, match=f"^--replay: .*{expected}"):
        Run(None, settings_of(replay=str(path)), dry=False)


DAMAGED: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "a status line": (("entries", 0, "response", "statusText"), 1),
    "a header field": (("entries", 0, "response", "headers", 0, "value"), {}),
    "half a character": (("entries", 0, "response", "headers", 0, "value"), "\ud800"),
    "a failure": (("entries", 0, "request", "_conformance", "failure"), []),
    "the start": (("_conformance", "started"), "yesterday"),
    "a setting": (("_conformance", "settings", "concurrency"), "8"),
    "a limit": (("_conformance", "settings", "rate-limit"), "8"),
    "a level": (("_conformance", "settings", "fail-on"), "all"),
    "the ids": (("_conformance", "target", "invoice_id"), 1),
    "the key": (("_conformance", "target", "signing_key_bits"), 10**12),
    "a size": (("entries", 0, "response", "bodySize"), math.inf),
    "the number of requests": (("_conformance", "sent"), math.inf),
    "the time that it took": (("_conformance", "seconds"), math.inf),
    "how it ended": (("_conformance", "abort"), ["a"]),
    "an exit code": (("_conformance", "abort"), [7, "a"]),
    "the token": (("_conformance", "token_facts", "lifetime"), {}),
}


@pytest.mark.parametrize(("place", "value"), DAMAGED.values(), ids=DAMAGED)
def test_a_record_with_something_of_another_kind_is_refused(
    place: tuple[str | int, ...], value: Any, correct: Path, tmp_path: Path
) -> None:
    archive = json.loads(correct.read_text())
    holder: Any = archive["log"]
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    (tmp_path / "run.har").write_text(json.dumps(archive))
    with pytest.raises(SettingError, match="is damaged"):
        Record(str(tmp_path / "run.har"))


def test_reports_fit_their_schema_without_anything_that_it_does_not_name(whole: Recorded, tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    def closed(node: Any) -> Any:
        if isinstance(node, list):
            return [closed(each) for each in node]
        if not isinstance(node, dict):
            return node
        made = {name: closed(each) for name, each in node.items()}
        return {**made, "additionalProperties": False} if "properties" in made else made

    report: dict[str, Any] = json.loads(whole.report)
    Draft202012Validator.check_schema(contract.report_schema())
    Draft202012Validator(closed(contract.report_schema())).validate(report)
    assert {each["id"] for each in report["requirements"]} == set(registry())
    assert sum(report["counts"].values()) == sum(each["outcome"] is not None for each in report["requirements"])
    assert set(report["counts"]) == set(map(str, Outcome))
    shown = [each for each in report["exchanges"] if each["answer"] and each["answer"]["body"]]
    assert not shown, "no finding needs a body"
    path = tmp_path / "report.json"
    path.write_text(json_report.text(report))
    assert json_report.load(str(path)) == report
