"""The generated part: deterministic, quiet, precise about what it finds, and careful with credentials."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.fuzzing import borrowed, hostile
from conformance.fuzzing.asked import IdForm, operations
from conformance.fuzzing.session import Session
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.model.requirements import Level, registry
from conformance.reference.reduced import Route
from conformance.reference.server import ReferenceServer
from tests.servers import drf_server
from tests.support.exchanges import INVOICE_ID, PREFIX, exchange, refusal
from tests.support.generating import DEFAULTS, GETS, answering, fresh_session, session_of
from tests.support.targets import target_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def running() -> Iterator[ReferenceServer]:
    with ReferenceServer() as running:
        yield running


@pytest.fixture
def server(running: ReferenceServer) -> Iterator[ReferenceServer]:
    """A correct server, which answers in this thread."""
    with answering(running.api):
        yield running


@pytest.fixture(scope="module")
def session(running: ReferenceServer) -> Iterator[Session]:
    """A session over connections, which generates by itself."""
    made = fresh_session(running)
    yield made
    made.close()


def request_of(target: str) -> Request:
    return Request("GET", f"http://example.org{PREFIX}{target}", ())


# What is generated.


def test_schemathesis_passes_over_nothing_in_the_document(session: Session) -> None:
    assert session.engine.warnings() == []


def test_schemas_behind_relative_references_are_applied(session: Session) -> None:
    broken = exchange(body={"data": {"type": "invoices", "id": INVOICE_ID, "attributes": {"amount-spent": 1.5}}})
    assert any("amount-spent" in found for found in session.schema_violations("getInvoice", broken))
    assert session.schema_violations("getInvoice", exchange()) == []


def test_every_built_in_check_is_used_or_has_a_reason() -> None:
    from schemathesis.checks import CHECKS, load_all_checks

    from conformance.fuzzing.builtin import UNUSED, USED

    load_all_checks()
    names = {name for name in CHECKS.get_all_names() if not name.startswith("invoices_")}
    assert names == USED.keys() | UNUSED.keys()


def sent_by(server: ReferenceServer) -> list[tuple[str, str]]:
    made = fresh_session(server)
    sent: list[tuple[str, str]] = []
    fetch = made.observer.fetch

    def recorded(request: Request) -> Exchange:
        sent.append((request.method, request.target))
        return fetch(request)

    made.observer.fetch = recorded  # type: ignore[method-assign]
    for group in ("contract", "fuzzing", "hostile"):
        made.run("getInvoiceAccount", group)
    made.run("headInvoiceAccount", "head")
    made.walk(GETS)
    made.close()
    return sorted(sent)


def test_one_seed_sends_the_same_requests() -> None:
    with ReferenceServer() as one, ReferenceServer() as other:
        with answering(one.api):
            first = sent_by(one)
        assert len(first) > 100
        with answering(other.api):
            assert first == sent_by(other)


def test_what_is_imported_does_not_matter(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = session.engine.generate("getInvoices", "fuzzing")
    path = tmp_path / "local.py"
    path.write_text("\n".join(f"X{number} = 'constant-{number}', {number * 7919}" for number in range(200)))
    module = types.ModuleType("local")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "local", module)
    assert session.engine.generate("getInvoices", "fuzzing") == before


def test_another_seed_sends_others(session: Session, server: ReferenceServer) -> None:
    other = fresh_session(server)
    other.seed += 1
    ours, theirs = (each.engine.generate("getInvoice", "fuzzing") for each in (session, other))
    other.close()
    assert ours != theirs


def test_a_large_part_of_the_fitting_requests_is_served(session: Session) -> None:
    tally = session.run("getInvoice", "contract").tally
    assert tally.served > tally.positive / 2


@pytest.mark.parametrize("name", GETS)
def test_hostile_requests_can_be_sent_and_differ(session: Session, name: str) -> None:
    seed = session._plain(name)
    made = list(hostile.variations(operations()[name], [seed], "seed", 200))
    assert made == list(hostile.variations(operations()[name], [seed], "seed", 200))
    assert len(set(made)) > 25
    for request in made:
        assert request.url.isascii()
        assert " " not in request.url


@pytest.mark.parametrize("seed", [2, 3])
def test_a_correct_server_gives_no_finding(server: ReferenceServer, seed: int) -> None:
    made = fresh_session(server)
    made.seed = seed
    outcomes = [made.run("getInvoice", group) for group in ("contract", "fuzzing", "hostile")]
    outcomes += [made.run("headInvoice", "head"), made.walk(GETS)]
    made.close()
    assert [finding for outcome in outcomes for finding in outcome.findings] == []
    assert len(set().union(*(outcome.holding for outcome in outcomes))) > 100


def test_accounts_by_themselves_are_optional(server: ReferenceServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = session_of(server)
    fetch = made.observer.fetch

    def without_accounts(request: Request) -> Exchange:
        if "/accounts" not in request.target:
            return fetch(request)
        return replace(
            refusal(404, body=b"<h1>404</h1>", headers={"Content-Type": "text/html", "X-Request-Id": None}),
            request=request,
        )

    monkeypatch.setattr(made.observer, "fetch", without_accounts)
    outcomes = [made.run(name, "contract") for name in ("getAccounts", "getAccount")]
    outcomes += [made.run("headAccounts", "head"), made.run("getAccounts", "hostile")]
    assert all(outcome.unseen.keys() == {"GEN-002"} and not outcome.holding for outcome in outcomes)
    outcomes.append(made.walk(GETS))
    made.close()
    assert [finding for outcome in outcomes for finding in outcome.findings] == []


def test_a_walk_keeps_to_its_operations(server: ReferenceServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = session_of(server)
    fetch = made.observer.fetch
    paths = set()

    def watched(request: Request) -> Exchange:
        paths.add(request.target.partition("?")[0])
        return fetch(request)

    monkeypatch.setattr(made.observer, "fetch", watched)
    made.walk(["getInvoice", "getInvoiceAccount"])
    made.close()
    assert len(paths) > 1
    assert all("/invoices/" in path and not path.endswith("/relationships/account") for path in paths)


def refused(status: int, request: Request) -> Exchange:
    made = replace(refusal(status, headers={"X-Request-Id": None}), request=request)
    assert made.answer
    return made if request.method == "GET" else replace(made, answer=replace(made.answer, body=b"", wire_length=0))


def test_a_limit_of_the_request_target_is_not_an_answer_about_the_id(
    server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = session_of(server)
    fetch = made.observer.fetch
    limited = []

    def up_to_a_limit(request: Request) -> Exchange:
        if len(request.target) <= 600:
            return fetch(request)
        limited.append(request)
        return refused(414, request)

    monkeypatch.setattr(made.observer, "fetch", up_to_a_limit)
    outcomes = [made.run(name, "hostile") for name in ("getInvoice", "getInvoices", "getInvoiceAccount")]
    made.close()
    assert limited
    # That what the document allows is too long is a finding.
    assert {finding.rule.requirement for outcome in outcomes for finding in outcome.findings} <= {"GEN-002"}


def test_a_server_without_sparse_fieldsets_gets_no_finding(
    server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = session_of(server)
    fetch = made.observer.fetch

    def without_fieldsets(request: Request) -> Exchange:
        if "fields" not in request.target:
            return fetch(request)
        return refused(400, request)

    monkeypatch.setattr(made.observer, "fetch", without_fieldsets)
    outcomes = [made.run(name, "contract") for name in ("getInvoice", "getInvoiceAccount", "getInvoices")]
    outcomes += [made.run("getInvoice", "fuzzing"), made.run("headInvoice", "head"), made.walk(GETS)]
    made.close()
    assert [finding for outcome in outcomes for finding in outcome.findings] == []


@pytest.mark.parametrize(
    ("parameter", "requirement"),
    [
        ("include=", "INCL-004"),
        ("fields%5Binvoices%5D=", "FLDS-001"),
        ("sort=", "SORT-003"),
        ("fields%5Baccounts%5D=", "GEN-002"),
    ],
)
@pytest.mark.parametrize("status", [403, 422])
def test_a_parameter_that_is_refused_otherwise_than_with_400_is_one_finding(
    server: ReferenceServer, monkeypatch: pytest.MonkeyPatch, parameter: str, requirement: str, status: int
) -> None:
    made = session_of(server)
    fetch = made.observer.fetch

    def without_parameter(request: Request) -> Exchange:
        return refused(status, request) if parameter in request.target else fetch(request)

    monkeypatch.setattr(made.observer, "fetch", without_parameter)
    outcome = made.run("getInvoices" if requirement == "SORT-003" else "getInvoice", "contract")
    made.close()
    binding = [each for each in outcome.findings if registry()[each.rule.requirement].level is Level.MUST]
    assert {each.rule.requirement for each in binding} == {requirement}


# True deviations of the server made with djangorestframework-jsonapi, from what a MUST asks for.
DEVIATIONS = {
    "INCL-006": "an answer to an empty include has no member included",
    "GEN-004": "fieldsets know the names of attributes with underscores only",
    "ERR-011": "an include path of several parts ends in an exception",
}


def test_a_stranger_gets_no_false_finding() -> None:
    with drf_server() as server:
        target = target_of(
            server.base_url, auth_token=server.auth_token, invoice_id=server.invoice_ids, enable="collection"
        )
        made = Session(target, DEFAULTS["fuzz-seed"], 8)
        outcomes = [made.run("getInvoice", group) for group in ("contract", "fuzzing", "hostile")]
        made.close()
    found = {finding.rule.requirement for outcome in outcomes for finding in outcome.findings}
    assert {name for name in found if registry()[name].level is Level.MUST} <= DEVIATIONS.keys()


def test_parameters_of_what_is_not_served_are_not_judged() -> None:
    def route(original: Callable[[str], Route], path: str) -> Route:
        found = original(path)
        return None if found is not None and found[0] == "relationship" else found

    with ReferenceServer() as running, answering(running.api):
        running.api.replace("route", route)
        made = session_of(running)
        url = made.target.url(f"/invoices/{made.target.invoice_ids[0]}/relationships/account?nosuch=1")
        refused = replace(refusal(404), request=Request("GET", url, ()), invoice_id=made.target.invoice_ids[0])
        rule = next(each for each in borrowed.rules(()) if each.name.endswith("[unknown_parameter]"))
        with pytest.raises(NotObserved, match="not served without the parameter either"):
            rule.judge(refused, made)
        made.close()


def test_what_the_target_shows_exists(server: ReferenceServer) -> None:
    made = session_of(server)
    other = "923a7369-94e3-4f91-9a61-dbe22e44158b"
    asked_for = Request("GET", made.target.url(f"/invoices/{other}"), ())
    shown = {"type": "invoices", "id": other}
    own = replace(exchange("generated", body={"data": shown}), request=asked_for)
    listed = replace(exchange("generated", body={"data": [shown]}), request=request_of("/invoices"))
    forms = [made.asked(own).id_form]
    for noted in (own, listed):
        made.note(noted)
        forms.append(made.asked(own).id_form)
    made.close()
    # An invoice that is served for whatever id is asked for shows nothing.
    assert forms == [IdForm.UNKNOWN, IdForm.UNKNOWN, IdForm.SHOWN]


# Under pytest.

ARGUMENTS = (
    "['-p', 'no:cacheprovider', '-p', 'no:schemathesis', '--pyargs', 'conformance.checks', 'conformance.fuzzing'"
)
RUNS = f"""
import pytest, sys
pytest.main([*{ARGUMENTS}], '--collect-only', '-q'])
print('imported', 'schemathesis' in sys.modules)
print('=part=')
pytest.main([*{ARGUMENTS}], '--embedded', '--collect-only', '-q', '--fuzz-examples=0'])
print('=part=')
pytest.main([*{ARGUMENTS}], '--embedded', '-k', 'getInvoiceAccountLinkage-fuzzing', '--fuzz-examples=2'])
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pytest is run: with settings for schemathesis that it could not read."""
    made = tmp_path_factory.mktemp("runs")
    (made / "schemathesis.toml").write_text("this is = no configuration")
    return made


@pytest.fixture(scope="module")
def outputs(directory: Path) -> list[str]:
    """The outputs of three runs of pytest, one after the other in a process of their own."""
    return subprocess.run(
        [sys.executable, "-c", RUNS],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": "/usr/bin:/bin", "HOME": str(directory / "home"), "PYTHONPATH": str(ROOT)},
        check=False,
    ).stdout.split("=part=")


def test_the_engine_is_imported_only_when_it_is_needed(outputs: list[str]) -> None:
    assert "imported False" in outputs[0]
    ids = [line for line in outputs[0].splitlines() if "test_generated.py::" in line]
    assert len(ids) == len(set(ids)) == 25
    assert any(line.endswith("::test_generated[getInvoice-hostile]") for line in ids)


def test_it_can_be_turned_off(outputs: list[str]) -> None:
    assert "test_item.py::" in outputs[1]
    assert "test_generated.py" not in outputs[1]


def test_a_run_leaves_nothing_behind_and_reads_no_configuration(outputs: list[str], directory: Path) -> None:
    assert "verdict     conforms" in outputs[2]
    assert "--fuzz-seed=1" in outputs[2]
    assert "generated in" in outputs[2]
    assert {path.name for path in directory.iterdir()} <= {"schemathesis.toml", "home"}
