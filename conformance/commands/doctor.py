"""A look at the settings and, once, at the server: what can be judged, and what more would need."""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from conformance.config.settings import SETTINGS, SettingError, Settings
from conformance.config.sources import Sources, read_settings, read_target_file
from conformance.config.way import FILES_OF_THE_WAY
from conformance.model.outcome import ExitCode
from conformance.model.requirements import HINTS, registry
from conformance.plan.steps import Step
from conformance.report.terminal import row
from conformance.run import Run
from conformance.syntax.wording import counted
from conformance.tokens import altered
from conformance.tokens.inspected import expiry_of


def run_of(options: Namespace, environment: Mapping[str, str] = os.environ) -> Run:
    """Return the run, not started, that the settings describe. Raises SettingError for a wrong one."""
    in_file = {} if options.target is None else read_target_file(options.target)
    sources = Sources(vars(options).get, lambda _: None, in_file, environment)
    values, base_url = read_settings(sources), sources.base_url()
    if values["replay"]:
        raise SettingError("--replay: a record has no server to look at")
    if (base_url is None) is not values["embedded"]:
        problem = "is missing; give it, or --embedded" if base_url is None else "and --embedded: leave out one of them"
        raise SettingError(f"--base-url: {problem}")
    keeping_nothing = {each.name: None for each in SETTINGS if each.is_local and each.name not in FILES_OF_THE_WAY}
    return Run(base_url, Settings({**values.values, **keeping_nothing}, values.given), dry=False)


def examine(run: Run) -> tuple[list[str], int]:
    """Look at the server once; return what is known now, and the exit code."""
    run.start()
    try:
        found = list(_lines(run))
    finally:
        run.stop()
    return found, int(run.abort.code if run.abort else ExitCode.CONFORMS)


def _lines(run: Run) -> Iterator[str]:
    yield row("server", "the embedded reference server" if run.embedded else run.target.base_url)
    yield row("token", _token(run.target.auth_token))
    if run.target.other_auth_token:
        yield row("second", _token(run.target.other_auth_token))
    if run.abort:
        yield row("problem", run.abort.message)
        return
    exchange = run.observer.record[Step("item", run.target.invoice_ids[0])]
    origin = "given" if run.settings["invoice-id"] or run.embedded else "found in the collection"
    yield row("invoices", f"{counted(len(run.target.invoice_ids), 'invoice')} {origin}")
    if exchange.answer is not None:
        what = exchange.media_type or "no media type"
        yield row("answer", f"{exchange.status} with {what} and {counted(len(exchange.body), 'byte')}")
    yield from _judged(run)


def _token(token: str) -> str:
    """Describe a token without anything secret or personal."""
    if not token:
        return "none"
    try:
        algorithm: Any = altered.decode_segment(altered.segments(token)[0]).get("alg")
    except altered.ForgeError as error:
        return f"is not a JSON Web Token: {error}"
    expiry = expiry_of(token)
    if expiry is None:
        return f"a JSON Web Token ({algorithm!s:.20}) that does not say when it expires"
    when = "expired" if expiry < datetime.now(UTC) else "expires"
    return f"a JSON Web Token ({algorithm!s:.20}) that {when} on {expiry:%Y-%m-%d at %H:%M:%S} UTC"


def _judged(run: Run) -> Iterator[str]:
    judged = [each for each in registry().values() if not each.excluded]
    unmet = [[need for need in each.needs if need not in run.target.capabilities] for each in judged]
    possible = sum(not needs for needs in unmet)
    yield row("judged", f"{possible} of {counted(len(judged), 'requirement')} can be judged")
    for need, count in Counter(needs[0] for needs in unmet if needs).items():
        yield row("", f"{count} more with {HINTS[need]}")
