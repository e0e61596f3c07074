"""The rules of the generated part as checks of schemathesis, for its own command line.

``SCHEMATHESIS_HOOKS=conformance.fuzzing.hooks schemathesis run openapi.yaml --url URL`` sends the requests of
schemathesis and judges each answer by the rules of this package. The token, the known invoices and further settings
come from the environment variables of the suite. A violated MUST is a failure; a violated SHOULD is one when
``INVOICES_FAIL_ON`` is ``should`` or ``may``. What several answers show only together is left to the suite itself.
"""

from __future__ import annotations

import atexit
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import strategies as st

from conformance.config.settings import FAIL_ON, Settings
from conformance.config.sources import Sources, read_settings
from conformance.config.target import build
from conformance.fuzzing import borrowed, engine
from conformance.fuzzing.asked import IdForm
from conformance.fuzzing.builtin import UNUSED, schema_violations
from conformance.fuzzing.files import keep_files_away
from conformance.fuzzing.rules import RULES, Rule
from conformance.fuzzing.session import Session
from conformance.judge.endings import Violation, end_of
from conformance.model.exchange import Answer, Exchange, Fields, Request
from conformance.model.requirements import registry
from conformance.syntax import redaction

# In tenths: how often a generated id is replaced by a known one.
_KNOWN_ID = 7
_SETTINGS = read_settings(Sources(lambda _: None, lambda _: None, {}))


class _Console(Session):
    """A context for rules whose requests are sent by schemathesis."""

    def schema_violations(self, operation: str, exchange: Exchange) -> list[str]:
        """Return where and how the answer to an operation contradicts the document that was loaded."""
        return schema_violations(_LOADED[operation], engine.response_of(exchange))


_LOADED: dict[str, Any] = {}
_SESSION: list[_Console] = []


def _session(case: Any) -> _Console:
    """Return the session, created with the first answer: only then is the address of the server known."""
    _LOADED[case.operation.definition.raw["operationId"]] = case.operation
    if not _SESSION:
        base_url = case.operation.schema.get_base_url()
        target = build(base_url, Settings({**_SETTINGS.values, "api-prefix": ""}))
        if not target.invoice_ids:
            target = target.with_invoices(("-",))
        _SESSION.append(_Console(target, 0, 0))
        atexit.register(_SESSION[0].close)
    return _SESSION[0]


def _exchange(session: _Console, response: Any) -> Exchange:
    sent = response.request
    token = session.target.auth_token
    given = {name.lower(): line for name, line in session.target.header_lines()}
    lines = tuple(
        (
            str(name),
            given.get(str(name).lower()) or (str(value).replace(token, redaction.AUTH_TOKEN) if token else str(value)),
        )
        for name, value in sent.headers.items()
    )
    redact = session.target.redactor
    pairs = [(name, redact.text(value)) for name, values in response.headers.items() for value in values]
    size = response.content_size
    body, loud = redact.examined(response.content)
    found = ("body",) if loud else ()
    answer = Answer(
        response.status_code,
        response.message,
        response.http_version,
        Fields(tuple(pairs)),
        body,
        size,
        secrets_found=found,
    )
    request = Request(str(sent.method), str(sent.url), lines)
    exchange = Exchange("generated", request, answer, elapsed=response.elapsed)
    session.note(exchange)
    asked = session.asked(exchange)
    known = asked.id.lower() if asked.id_form is IdForm.KNOWN else session.target.invoice_ids[0]
    return Exchange("generated", request, answer, elapsed=response.elapsed, invoice_id=known)


def _check(requirement: str, rules: list[Rule]) -> Callable[[Any, Any, Any], None]:
    entry = registry()[requirement]

    def check(_: Any, response: Any, case: Any) -> None:
        if case.method not in {"GET", "HEAD"}:
            return
        session = _session(case)
        exchange = _exchange(session, response)
        for rule in rules:
            ending = end_of(rule.judge, exchange, session)
            if isinstance(ending, Violation):
                found = f"expected {ending.expected}\nobserved {ending.observed}"
                raise AssertionError(
                    session.target.redactor.text(f"{requirement} {entry.level}: {entry.statement}\n{found}")
                )

    check.__name__ = f"invoices_{requirement.lower().replace('-', '_')}"
    check.__module__ = __name__
    return check


def _register() -> None:
    """Make a check of all rules of each requirement that has to hold."""
    wanted = FAIL_ON[: FAIL_ON.index(_SETTINGS["fail-on"]) + 1]
    rules: dict[str, list[Rule]] = defaultdict(list)
    for rule in [*borrowed.rules(_SETTINGS["enable"]), *RULES]:
        if registry()[rule.requirement].level.lower() in wanted:
            rules[rule.requirement].append(rule)
    for requirement, group in rules.items():
        schemathesis.check(_check(requirement, group))


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:  # noqa: ARG001 - named by schemathesis
    """Give the examples of the document the known invoices."""
    parameters = raw_schema.get("components", {}).get("parameters", {})
    if _SETTINGS["invoice-id"] and "InvoiceId" in parameters:
        known = {f"known{number}": {"value": each} for number, each in enumerate(_SETTINGS["invoice-id"][:2])}
        parameters["InvoiceId"]["examples"] = known


@schemathesis.hook
def after_load_schema(context: Any, schema: Any) -> None:  # noqa: ARG001
    """Switch off the built-in checks that are replaced here, and the methods that the document does not have."""
    for name in UNUSED:
        getattr(schema.config.checks, name).enabled = False
    schema.config.phases.coverage.unexpected_methods = set()
    schema.config.generation.with_security_parameters = False


@schemathesis.hook
def before_generate_path_parameters(context: Any, strategy: Any) -> Any:
    """Let a large part of the requests name a known invoice."""
    known = _SETTINGS["invoice-id"]
    if not known or not context.operation.path.startswith("/invoices/"):
        return strategy
    chosen = st.sampled_from(known).map(lambda each: {"id": each})
    return st.integers(1, 10).flatmap(lambda number: chosen if number <= _KNOWN_ID else strategy)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001
    """Ask for JSON:API with the token, in no content coding, so that lengths can be compared."""
    case.headers["Accept"] = "application/vnd.api+json"
    case.headers["Accept-Encoding"] = "identity"
    if _SETTINGS["auth-token"]:
        case.headers["Authorization"] = _SETTINGS["auth-token"]


keep_files_away()
_register()
