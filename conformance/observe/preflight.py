"""The first look at a target: only what makes judging impossible ends a run, and one message names the setting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from conformance.config.target import Target, is_loopback
from conformance.model.exchange import Answer, Exchange, NotObserved, Request
from conformance.model.outcome import ExitCode
from conformance.observe.observer import Observer
from conformance.observe.wire_error import TOO_SLOW
from conformance.plan.requests import build_request
from conformance.plan.steps import Step
from conformance.tokens.inspected import expiry_of

# As many invoices as a discovery takes from the collection: enough to vary, few enough to be polite.
_DISCOVERED = 5
# Unreserved characters only (RFC 3986, section 2.3).
_FITS_INTO_A_PATH = re.compile("[A-Za-z0-9._~-]+")


class Unusable(Exception):  # noqa: N818 - a verdict about the settings
    """The target cannot be judged; the message is for the user."""

    def __init__(self, message: str, code: ExitCode = ExitCode.UNREACHABLE) -> None:
        """``code`` is the exit code."""
        super().__init__(message)
        self.code = code


def _unreachable(target: Target, failure: str) -> Unusable:
    if failure.startswith("TLS"):
        return Unusable(
            f"{target.base_url} cannot be used: {failure}. Check that it serves https; to trust its certificate "
            "give --ca-bundle, to skip the check --insecure."
        )
    if "CERTIFICATE_REQUIRED" in failure.upper().replace(" ", "_"):
        return Unusable(f"{target.base_url} wants to see a certificate ({failure}): give --client-cert.")
    local = is_loopback(target.origin) or target.settings["proxy"] or target.settings["connect-to"]
    proxy = "" if local else " (no proxy is used without --proxy)"
    return Unusable(f"{target.base_url} cannot be used: {failure}{proxy}. Check --base-url and --request-timeout.")


def _refused(target: Target, status: int) -> Unusable:
    if not target.auth_token:
        return Unusable(f"{target.base_url} answers {status} and no token was given: set --auth-token.")
    if (expiry := expiry_of(target.auth_token)) and expiry < datetime.now(UTC):
        return Unusable(
            f"{target.base_url} answers {status}: --auth-token expired on {expiry:%Y-%m-%d at %H:%M:%S} UTC. "
            "Set a new one."
        )
    return Unusable(f"{target.base_url} answers {status}: it refuses the token. Is it the --auth-token of this server?")


def _redirected(target: Target, exchange: Exchange) -> Unusable:
    where = target.redactor.text(exchange.fields.get("Location") or "nowhere")
    shown = where.encode("ascii", "backslashreplace").decode()[:200]
    return Unusable(
        f"{target.base_url} redirects ({exchange.status}) to {shown!r}. "
        "Redirects are not followed: set --base-url or --api-prefix to the final address."
    )


def _is_json_at_all(exchange: Exchange) -> bool:
    """Return whether a lenient reader can read the body, or the label promises JSON: then it can be judged."""
    return exchange.json.readable or "json" in (exchange.media_type or "")


def _fatal(target: Target, exchange: Exchange) -> Unusable | None:
    """Return why ``exchange``, an answer to the documented request, makes judging impossible; None when it does not."""
    if exchange.answer is None:
        return _unreachable(target, exchange.failure or "no answer")
    status = exchange.status
    if status in {401, 403, 407}:
        return _refused(target, status)
    if status in {301, 302, 303, 307, 308}:
        return _redirected(target, exchange)
    if status == 429:
        return Unusable(f"{target.base_url} keeps answering 429: it limits requests. Set --rate-limit, or try later.")
    return _unreadable(target, exchange, exchange.answer)


def _unreadable(target: Target, exchange: Exchange, answer: Answer) -> Unusable | None:
    if answer.incomplete == TOO_SLOW:
        return _unreachable(target, TOO_SLOW)
    if answer.truncated:
        return Unusable(
            f"{target.base_url} answers with more than --max-body={target.settings['max-body']} lets be read. "
            "Check --base-url and --api-prefix, or give a larger --max-body."
        )
    if answer.status == 200 and exchange.body and not _is_json_at_all(exchange):
        media_type = (exchange.media_type or "no media type").encode("ascii", "backslashreplace").decode()[:60]
        return Unusable(
            f"{target.base_url} answers {media_type}, not JSON: this is another service. "
            "Check --base-url and --api-prefix."
        )
    return None


def check(observer: Observer) -> str:
    """Send the documented request for the known invoices, one after the other, until one can be judged; return its id.

    Raises Unusable when none can: unreachable, refusing the token, redirecting, not JSON, or knowing none of the ids.
    """
    target = observer.target
    last: Unusable | None = None
    for invoice_id in target.invoice_ids:
        step = Step("item", invoice_id)
        observer.observe([step])
        if step in observer.unbuilt:
            raise Unusable(f"--auth-token or --invoice-id: {observer.unbuilt[step]}", ExitCode.USAGE)
        exchange = observer.record[step]
        if _is_unknown(exchange):
            continue
        last = _fatal(target, exchange)
        if last is None:
            _require_all_known(observer)
            return invoice_id
        slow = exchange.answer is None or exchange.answer.incomplete == TOO_SLOW
        if slow or exchange.status in {401, 403, 407, 429}:
            break
    if last is not None:
        raise last
    raise Unusable(
        f"{target.base_url} knows none of the given invoices ({_listed(target.invoice_ids)}: 404). "
        "Check --invoice-id, --api-prefix and whose --auth-token it is."
    )


def _is_unknown(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.status in {404, 410}


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")


def _require_all_known(observer: Observer) -> None:
    """Raise Unusable when an invoice that the user named is not there: all that is judged of it would be wrong.

    One that the collection lists is there, and that it is not served is a finding.
    """
    target = observer.target
    steps = [Step("item", each) for each in target.invoice_ids if each in target.settings["invoice-id"]]
    observer.observe(steps)
    unknown = [each.invoice_id for each in steps if each in observer.record and _is_unknown(observer.record[each])]
    if unknown and (stale := _unlisted(observer, unknown)):
        raise Unusable(
            f"--invoice-id: {target.base_url} does not know {_listed(stale)} (404), and knows others. "
            "Leave out what is no longer there.",
            ExitCode.USAGE,
        )


def _unlisted(observer: Observer, ids: Iterable[str]) -> list[str]:
    """Return those of ``ids`` that the collection does not list."""
    try:
        listed = _ids(observer.fetch(_listing(observer.target)))
    except NotObserved:  # a record is of a run that went on
        return []
    return [each for each in ids if each not in listed]


def discover(target: Target) -> tuple[str, ...]:
    """Return the ids of some invoices of the collection.

    Raises Unusable when the collection cannot be read or is empty: then --invoice-id is needed.
    """
    need = "give --invoice-id"
    observer = Observer(target)
    try:
        exchange = observer.fetch(_listing(target))
    finally:
        observer.close()
    if exchange.answer is None or exchange.status in {301, 302, 303, 307, 308, 401, 403, 407, 429}:
        raise _fatal(target, exchange) or Unusable(f"the collection cannot be read: {need}", ExitCode.USAGE)
    if exchange.status != 200:
        raise Unusable(
            f"no invoice is known and the collection answers {exchange.status}: {need} (and check --api-prefix).",
            ExitCode.USAGE,
        )
    if exchange.answer.truncated:
        raise Unusable(
            f"no invoice is known and the collection is larger than --max-body={target.settings['max-body']}: "
            f"{need}, or a larger --max-body.",
            ExitCode.USAGE,
        )
    expendable = target.expendable_invoice_id.lower()
    ids = [each for each in _ids(exchange) if each.lower() != expendable]
    if not ids:
        raise Unusable(f"no invoice is known and the collection shows none: {need}.", ExitCode.USAGE)
    return tuple(dict.fromkeys(ids))[:_DISCOVERED]


def _ids(exchange: Exchange) -> list[str]:
    """Return the ids in the answer to a request for the collection, as far as they fit into a path."""
    value = exchange.json.value if exchange.answer else None
    data = value.get("data") if isinstance(value, dict) else None
    found = [entry.get("id") for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    return [entry for entry in found if isinstance(entry, str) and _FITS_INTO_A_PATH.fullmatch(entry)]


def _listing(target: Target) -> Request:
    request = build_request(Step("item", "-"), target.with_invoices(("-",)), {})
    return replace(request, url=target.url("/invoices"))
