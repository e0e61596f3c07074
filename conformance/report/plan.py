"""The plan as curl commands: what would be sent, with the secrets left as environment variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from conformance.model import contract
from conformance.model.exchange import Answer, Exchange, Fields, NotObserved, Request
from conformance.observe.repeat import is_stable
from conformance.plan import probes
from conformance.plan.probe import Walk
from conformance.plan.requests import build_request
from conformance.plan.shell import curl
from conformance.plan.steps import Step, closure
from conformance.syntax.wording import counted

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.run import Abort

_SAMPLE_ID = b"abb41d30-a26e-11ef-be6d-0242ac120003"


def _imagined(step: Step, request: Request) -> Exchange:
    """Return the documented answer, as if ``step`` had been answered with it."""
    listed = request.target.partition("?")[0].endswith("/invoices")
    documented = contract.example("invoices") if listed else contract.documented_example()
    body = documented.replace(_SAMPLE_ID, step.invoice_id.encode())
    fields = Fields((("Content-Type", "application/vnd.api+json"), ("ETag", f'W/"etag-of-{step.probe}"')))
    answer = Answer(200, "OK", "1.1", fields, body, len(body))
    return Exchange(step.probe, request, answer, invoice_id=step.invoice_id)


def _walked(step: Step) -> Iterator[str]:
    """Yield one line for all the pages of a walk but the first: when ``step`` is the second of them."""
    name, _, page = step.probe.partition("[")
    walk = probes.declared()[name]
    if page == "2]" and isinstance(walk, Walk):
        first = next(iter(walk))
        yield f"# {name}: from {first.name} on the links next are followed, to {len(walk.variants)} pages at most"


def _closing(requests: int, repeated: int, times: int) -> str:
    more = f", {repeated} of them {times} times: {requests + repeated * (times - 1)} in all" if repeated else ""
    return f"{counted(requests, 'request')}{more}; nothing was sent"


def _swept(target: Target) -> Iterator[str]:
    """Yield what the sweep sends, if there is one: its first request, and what follows from the answers."""
    sample = target.settings["sweep"]
    if sample is None:
        return
    from conformance.sweep.session import first_request

    yield "# sweep: from here on the links next are followed, to the end of the collection"
    yield curl(first_request(target), target.way)
    if sample:
        count = "every invoice" if sample == "all" else f"{sample} invoices"
        yield f"# sweep: {count} by themselves, and again with If-None-Match"


def lines(target: Target, steps: Iterable[Step], aborted: Abort | None) -> Iterator[str]:
    """Yield one command per request; what depends on earlier answers is shown with the documented answer."""
    if aborted:
        yield aborted.message
        return
    known: dict[Step, Exchange] = {}
    times: int = target.settings["repeat"]
    repeated: dict[Step, bool] = {}
    for step in closure(steps):
        if probes.by_key()[step.probe].previous is not None:
            yield from _walked(step)
            continue
        try:
            earlier = {before.probe: known[before] for before in step.dependencies() if before in known}
            request = build_request(step, target, earlier)
        except (NotObserved, KeyError) as reason:
            yield f"# {step.probe}: depends on the answers ({reason})"
            continue
        known[step] = _imagined(step, request)
        repeated[step] = times > 1 and is_stable(step.probe, request)
        yield f"# {step.probe}{f' ({times} times)' if repeated[step] else ''}"
        yield curl(request, target.way)
    yield from _swept(target)
    yield _closing(len(known), sum(repeated.values()), times)
