"""A server of another kind: each of its deviations is found, and what is its good right is none."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from conformance.config.converters import ENABLEABLE
from conformance.judge import suite
from conformance.judge.evaluate import judge_all
from conformance.model import waivers
from conformance.model.outcome import ExitCode, Outcome
from conformance.model.requirements import Level, registry
from conformance.model.verdict import Verdict, decide
from conformance.model.waivers import State
from conformance.plan.steps import closure
from conformance.reference import data
from conformance.reference.app import Api
from conformance.reference.faults import Fault
from conformance.reference.faults.tools import alter_attributes
from conformance.reference.message import Answer, Document, Request
from conformance.reference.model import Invoice
from conformance.reference.personalities import PERSONALITIES
from conformance.reference.server import ReferenceServer
from conformance.run import Run
from tests.observe.test_replay import judged
from tests.support import detection, generating
from tests.support.instant import answering
from tests.support.runs import PARTS, ROOT
from tests.support.runs import run as run_pytest
from tests.support.targets import settings_of

EXAMPLE = ROOT / "examples" / "waivers-rails.yaml"
TODAY = date(2027, 1, 15)

# What is known of such servers: the requirement that finds it, and the request that shows it.
DEVIATIONS = [
    ("AUTH-002", "malformed_token[empty]"),
    ("REL-009", "relationship_update"),
    ("HTTP-008", "undefined_method"),
    ("COND-002", "if_none_match_list[sparse]"),
    ("COND-003", "if_none_match_any"),
    ("COND-004", "if_none_match_other_weakness"),
    ("COND-011", "if_match_other"),
    ("HTTP-001", "item_with_account"),
    ("HTTP-018", "item_head"),
    ("COND-017", "item_not_modified"),
    ("NEGO-004", "accept_with_weight[alone]"),
    ("NEGO-018", "accept_any[application]"),
    ("NEGO-005", "accept_spelled[capitals]"),
    ("NEGO-016", "accept_unknown_profile"),
    ("NEGO-015", "accept_foreign_parameter_or_any"),
    ("NEGO-013", "odd_fields[5]"),
    ("NEGO-011", "content_type_with_parameter[charset]"),
    ("QRY-001", "listing_unknown_parameter"),
    ("REL-007", "relationship_with_account"),
    ("FLDS-003", "fields_empty"),
    ("INCL-006", "include_empty"),
    ("QRY-004", "parameter_of_wrong_shape[include-list]"),
    ("QRY-004", "listing_sort_list"),
    ("ROB-004", "listing_empty_parameter[page-list]"),
    ("ROB-004", "listing_empty_parameter[sort-of-nothing]"),
    ("PAGE-007", "page_past_the_end[beyond-64-bits]"),
    ("CACHE-006", "accept_any[absent]"),
    ("CACHE-006", "item_for_browser"),
    ("CACHE-006", "respelled_path[json]"),
    ("ERR-011", "malformed_token[arrays]"),
    ("AUTH-004", "malformed_token[arrays]"),
    ("AUTH-008", "token_of_other_scheme[two-words]"),
    ("AUTH-010", "two_authorizations[valid-last]"),
    ("JWT-006", "token_with_wrong_subject[array]"),
    ("JWT-006", "token_with_wrong_subject[injected]"),
    ("JWT-006", "token_with_wrong_subject[word]"),
    ("JWT-009", "token_with_critical_extension"),
    ("JWT-019", "token_of_impossible_types[not-before-text]"),
    ("JWT-021", "token_of_readable_types[expiry-text]"),
    ("JWT-015", "token_of_lower_case_algorithm"),
    ("HTTP-013", "item_with_content[parameters]"),
    ("HTTP-013", "item_with_content[form]"),
    ("ITEM-027", "item_percent_encoded"),
    ("PAGE-003", "page_of_three[2]"),
    ("PAGE-010", "half_numeric_page[number-fraction]"),
    ("SORT-004", "sorted_by[has-pdf]"),
    ("SORT-004", "sorted_by[terminated-last-call-at]"),
    ("SEC-012", "foreign_host[Host]"),
    ("WIRE-001", "wrong_host[missing]"),
    ("WIRE-001", "wrong_host[twice]"),
    ("WIRE-001", "wrong_host[invalid]"),
    ("WIRE-005", "two_framings"),
    ("WIRE-006", "absolute_form_with_other_host"),
    ("WIRE-008", "leading_empty_line"),
    ("WIRE-014", "invalid_target[number-sign]"),
    ("WIRE-014", "invalid_target[beyond-ascii]"),
    ("HTTP-024", "post_unacceptable_override_get"),
    ("HTTP-024", "post_unacceptable_form"),
    ("FILT-003", "unmatched_filter[account]"),
    ("FILT-004", "mistyped_filter[account]"),
    ("FILT-004", "mistyped_filter[start-date-far]"),
    ("FILT-006", "filtered_by_value[text_eq_blank]"),
    ("FILT-006", "filtered_by_value[text_eq_nul]"),
    ("FILT-006", "filtered_by_value[text_in_nothing]"),
    ("QRY-008", "odd_query[key-of-fields]"),
    ("HTTP-029", "quoted_lists[empty-tags]"),
    ("HTTP-029", "if_none_match_behind_comma"),
    ("SEC-031", "listing_of_foreign[account]"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    """The Rails personality."""
    with ReferenceServer(faults=[PERSONALITIES["rails"]]) as server:
        yield server


@pytest.fixture(scope="module")
def rails(server: ReferenceServer) -> tuple[Run, dict[str, Any]]:
    """The run against the Rails personality, and its report."""
    run = Run(server.base_url, settings_of(**detection.settings_for(server)), dry=False)
    with answering(server.api):
        report: dict[str, Any] = json.loads(judged(run))
    return run, report


@pytest.fixture(scope="module")
def shown(rails: tuple[Run, dict[str, Any]]) -> dict[str, set[str]]:
    """The requests that show a violation, by the id of the requirement."""
    report = rails[1]
    probes = {each["id"]: each["probe"] for each in report["exchanges"]}
    found: dict[str, set[str]] = {}
    for requirement in report["requirements"]:
        for judgement in requirement["judgements"]:
            if judgement["outcome"] in {"failed", "warned", "noted"}:
                found.setdefault(requirement["id"], set()).update(probes[key] for key in judgement["exchanges"])
    return found


@pytest.mark.parametrize(("requirement", "probe"), DEVIATIONS)
def test_a_known_deviation_is_found(shown: dict[str, set[str]], requirement: str, probe: str) -> None:
    assert probe in shown[requirement]


def test_nothing_else_is_found_but_what_the_example_waives(rails: tuple[Run, dict[str, Any]]) -> None:
    assert not rails[1]["verdict"]["errors"]
    known = Counter(entry.requirement for entry in waivers.read(str(EXAMPLE), registry(), TODAY).entries)
    assert set(detection.caught(rails[0].judgements)) == set(known)
    assert set(known.values()) == {1}


def test_with_the_example_it_conforms(rails: tuple[Run, dict[str, Any]]) -> None:
    verdict = with_the_example(rails[0])
    assert verdict.exit_code == ExitCode.CONFORMS, verdict.sentence
    assert {use.state for use in verdict.waivers} == {State.USED}
    assert decide(rails[0].judgements, registry()).exit_code == ExitCode.DOES_NOT_CONFORM


def with_the_example(run: Run) -> Verdict:
    """Return the verdict over ``run`` with the waivers of the example."""
    known = waivers.read(str(EXAMPLE), registry(), TODAY)
    return decide(
        known.excuse_all(run.judgements),
        registry(),
        fail_on=Level.SHOULD,
        waivers=known,
        complete=True,
        capabilities=run.target.capabilities,
    )


@pytest.mark.parametrize(
    "capabilities",
    [frozenset(), *(frozenset({name}) for name in ENABLEABLE), detection.EVERYTHING - set(ENABLEABLE)],
    ids=lambda names: "with " + (" ".join(sorted(names)) or "nothing"),
)
def test_with_the_example_it_conforms_whatever_is_enabled(
    server: ReferenceServer, rails: tuple[Run, dict[str, Any]], capabilities: frozenset[str]
) -> None:
    # Two invoices show what may be enabled beside each other.
    given = {**detection.settings_for(server, capabilities), "invoice_id": list(data.KNOWN_INVOICE_IDS[:2])}
    run, everything = detection.run_at(server.base_url, given), rails[0].observer
    try:
        # What a run with everything was answered, this one is answered as well.
        todo = suite.cases(run.target)
        needed = closure(suite.needed(run.target, todo))
        known = {step: everything.record[step] for step in needed if step in everything.record}
        run.start(known, {step: everything.unbuilt[step] for step in needed if step in everything.unbuilt})
        run.observe(needed)
        run.judgements = judge_all(run, todo)
    finally:
        run.stop()
    verdict = with_the_example(run)
    assert verdict.exit_code == ExitCode.CONFORMS, verdict.sentence
    assert {use.state for use in verdict.waivers} == {State.USED, State.NOT_JUDGED}


def test_a_whole_run_with_the_example_conforms() -> None:
    with ReferenceServer(faults=[PERSONALITIES["rails"]]) as server, generating.answering(server.api):
        ids = ",".join(data.KNOWN_INVOICE_IDS[:3])
        given = {"INVOICES_AUTH_TOKEN": server.token, "INVOICES_INVOICE_IDS": ids, "INVOICES_ENABLE": "collection"}
        result = run_pytest(
            *PARTS, f"--base-url={server.base_url}", f"--waivers={EXAMPLE}", "--fuzz-examples=2", **given
        )
    assert result.code == 0, result.output
    assert result.row("verdict").startswith("conforms, with ")
    assert "stale" not in result.row("waivers")
    assert "that fit the contract got 200" in result.row("generated")


def _other_server(api: Api) -> None:
    """Return everything that a correct server may do otherwise."""
    for name in ("X-Download-Options", "X-XSS-Protection", "X-Permitted-Cross-Domain-Policies"):
        del api.security_headers[name]
    api.replace("method_not_allowed", lambda _original: api.not_found())
    api.on_request(_by_the_router)
    api.on_document(_more_members)
    api.on_answer(_otherwise_sent)
    alter_attributes(api, _otherwise_written)


def _by_the_router(request: Request) -> Answer | None:
    """Refuse an upper-case id, a suffix and whatever names nothing with a page, before any token is looked at."""
    last = request.path.rpartition("/")[2]
    known = last in {"invoices", "accounts", "account"} or (len(last) == 36 and last == last.lower())
    if known and "%" not in request.path:
        return None
    return Answer(404, [("Content-Type", "text/html")], b"<!DOCTYPE html><title>Not found</title>")


def _more_members(request: Request, document: Document) -> Document:
    document = {"jsonapi": {"version": "1.0"}, "meta": {"answered-by": "b"}, **dict(reversed(document.items()))}
    if "errors" in document:
        document["errors"] = [{**each, "source": {"header": "Accept"}} for each in document["errors"]]
    elif "links" not in document:
        document["links"] = {"self": f"{request.base}{request.path}" + (f"?{request.query}" if request.query else "")}
    return document


def _otherwise_written(attributes: Document, _: Invoice) -> None:
    for name, value in attributes.items():
        if isinstance(value, str) and name.endswith(("-date", "-at")):
            attributes[name] = value.replace("Z", "+00:00")
    if "reference" in attributes:
        attributes["reference"] = None


def _otherwise_sent(request: Request, answer: Answer) -> None:
    answer.remove("X-Runtime")
    answer.chunked = answer.status not in {204, 304}
    answer.set("Vary", "Accept, Accept-Encoding")
    answer.headers += [("Via", "1.1 proxy"), ("Server", "other")]
    wanted = any(line.startswith("gzip") for line in request.lines("accept-encoding"))
    if wanted and answer.status == 200 and request.method == "GET":
        answer.headers.append(("Content-Encoding", "gzip"))
        answer.body = gzip.compress(answer.body, mtime=0)
    answer.headers = [(name.upper(), value) for name, value in answer.headers]


def test_what_other_correct_servers_do_is_not_a_failure() -> None:
    other = Fault("other", str(_other_server.__doc__), frozenset(), "", "personalities", _other_server)
    found = detection.caught(detection.judge([other], detection.EVERYTHING - {"contested"}))
    failed = {name: each for name, each in found.items() if registry()[name].level is Level.MUST}
    assert not failed, [(name, each.subject, each.expected, each.observed) for name, each in failed.items()]
    # They are reported, and fail no run.
    assert {each.outcome for each in found.values()} <= {Outcome.WARNED, Outcome.NOTED}
