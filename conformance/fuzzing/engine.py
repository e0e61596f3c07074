"""schemathesis, set up on the OpenAPI document: what it generates for an operation, and what it thinks of an answer.

Its pytest plugin builds tests when they are collected. Here the same builder is called when an item runs: node ids are
then pytest's own, stable on every version of it, and a run without generated requests does not import schemathesis.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from unittest import SkipTest

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import settings as hypothesis_settings
from schemathesis.core.transport import Response
from schemathesis.generation import derive_operation_seed
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from conformance.fuzzing.builtin import schema_violations
from conformance.fuzzing.files import keep_files_away
from conformance.model import contract
from conformance.model.exchange import Exchange

# How often a generated id is replaced by a known one; the rest stays unknown or wrong.
_KNOWN_ID = 0.7
_STEPS = 4
_MODES = {
    "contract": [HypothesisTestMode.EXAMPLES, HypothesisTestMode.COVERAGE],
    "fuzzing": [HypothesisTestMode.FUZZING],
}


@dataclass(frozen=True)
class Generated:
    """One request that was generated: path and query below the API, further header fields.

    ``positive`` is whether schemathesis means it to fit the document.
    """

    target: str
    headers: tuple[tuple[str, str], ...]
    positive: bool


class Engine:
    """What schemathesis makes of the document, for one seed and depth."""

    def __init__(self, invoice_ids: tuple[str, ...], account_ids: tuple[str, ...], seed: int, examples: int) -> None:
        """``examples`` is the number of cases that the fuzzing phase draws for an operation."""
        keep_files_away()
        self.seed = seed
        self.examples = examples
        self.schema = _load(invoice_ids, account_ids, seed, examples)
        self._operations = {
            found.ok().definition.raw["operationId"]: found.ok() for found in self.schema.get_all_operations()
        }

    def warnings(self) -> list[str]:
        """Return what schemathesis says about the document: parts that it would silently pass over."""
        return [str(warning) for warning in self.schema.iter_schema_warnings()]

    def generate(self, operation_id: str, group: str) -> list[Generated]:
        """Return what a phase group generates for an operation, each request once, in a fixed order."""
        operation = self._operations[operation_id]
        cases: list[Any] = []

        def collect(case: Any) -> None:
            cases.append(case)

        config = HypothesisTestConfig(
            project=self.schema.config,
            modes=_MODES[group],
            settings=self.schema.config.get_hypothesis_settings(operation=operation, phase="fuzzing"),
            seed=derive_operation_seed(self.seed, operation.label),
        )
        with _without_local_constants(), warnings.catch_warnings(), suppress(SkipTest):
            warnings.simplefilter("ignore")
            create_test(operation=operation, test_func=collect, config=config)()
        made = [_generated(case) for case in cases]
        return list({(each.target, each.headers): each for each in made}.values())

    def walk(self, operation_ids: set[str], scenarios: int, respond: Callable[[Generated], Exchange]) -> None:
        """Follow the links of the document from answer to answer; ``respond`` sends a request."""
        # Filters that include are alternatives, and the settings of single operations are one already.
        schema = self.schema.exclude(operation_id=sorted(self._operations.keys() - operation_ids))
        base: Any = schema.as_state_machine()

        class Machine(base):  # type: ignore[misc]
            def call(self, case: Any, **_: Any) -> Response:
                return response_of(respond(_generated(case)))

            def validate_response(self, response: Response, case: Any, *_: Any, **__: Any) -> None:
                """Do nothing: answers are judged when all have been received."""

        settings = hypothesis_settings(
            max_examples=scenarios,
            stateful_step_count=_STEPS,
            deadline=None,
            database=None,
            verbosity=Verbosity.quiet,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        # What hypothesis.seed() sets on a test function.
        Machine._hypothesis_internal_use_seed = self.seed  # noqa: SLF001
        with _without_local_constants(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Machine.run(settings=settings)

    def schema_violations(self, operation_id: str, exchange: Exchange) -> list[str]:
        """Return where and how an answer to an operation contradicts the schemas of the document."""
        return schema_violations(self._operations[operation_id], response_of(exchange))


def _generated(case: Any) -> Generated:
    parts = case.as_transport_kwargs(base_url="http://host.invalid")
    prepared = requests.Request("GET", parts["url"], params=parts.get("params")).prepare()
    assert prepared.url is not None
    own = {"accept", "authorization", "host", "user-agent"}
    headers = tuple((name, str(value)) for name, value in (case.headers or {}).items() if name.lower() not in own)
    target = prepared.url.removeprefix("http://host.invalid")
    return Generated(target, headers, case.meta is None or case.meta.generation.mode.is_positive)


def response_of(exchange: Exchange) -> Response:
    """Return an exchange as schemathesis sees an answer; status 0 stands for none. It never gets the credentials."""
    request = requests.Request(exchange.request.method, exchange.request.url).prepare()
    answer = exchange.answer
    if answer is None:
        return Response(0, {}, b"", request, exchange.elapsed, verify=True)
    headers: dict[str, list[str]] = {}
    for name, value in answer.fields:
        headers.setdefault(name.lower(), []).append(value)
    return Response(answer.status, headers, answer.body, request, exchange.elapsed, verify=True, message=answer.reason)


def _load(invoice_ids: tuple[str, ...], account_ids: tuple[str, ...], seed: int, examples: int) -> Any:
    document = copy.deepcopy(contract.openapi())
    # Without examples the phase of that name has nothing to say about parameters.
    document["components"]["parameters"]["InvoiceInclude"]["examples"] = {"account": {"value": "account"}}
    dictionaries, bindings = {}, {}
    for path, kind, ids in (("/invoices/", "InvoiceId", invoice_ids), ("/accounts/", "AccountId", account_ids)):
        if ids:
            parameter = document["components"]["parameters"][kind]
            parameter["examples"] = {f"known{number}": {"value": each} for number, each in enumerate(ids[:2])}
            dictionaries[kind] = {"values": list(ids)}
            bindings[path] = {"path.id": {"dictionary": kind, "probability": _KNOWN_ID}}
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "dictionaries": dictionaries,
            "operations": [
                {"include-path-regex": f"^{path}", "parameters": binding} for path, binding in bindings.items()
            ],
            "generation": {
                "max-examples": examples,
                "database": "none",
                "no-shrink": True,
                "with-security-parameters": False,
            },
            # Other methods would go to real resources.
            "phases": {"coverage": {"unexpected-methods": []}},
            "suppress-health-check": ["all"],
        }
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    # Relative references are resolved from here.
    schema.location = contract.openapi_path().as_uri()
    schema.config.update(base_url="http://host.invalid")
    return schema


@contextmanager
def _without_local_constants() -> Iterator[None]:
    """Let no constant of a module that happens to be imported decide what is generated.

    Hypothesis collects them from all local modules and has no switch for that.
    """
    from hypothesis.internal.conjecture import providers

    internals: Any = providers
    kept = internals._get_local_constants  # noqa: SLF001
    nothing = internals.Constants()
    internals.CONSTANTS_CACHE.cache.clear()
    internals._get_local_constants = lambda: nothing  # noqa: SLF001
    try:
        yield
    finally:
        internals._get_local_constants = kept  # noqa: SLF001
        internals.CONSTANTS_CACHE.cache.clear()
