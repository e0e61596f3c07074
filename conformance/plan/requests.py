"""From a step of the plan to its request, in symbolic form: secrets are placeholders until it is sent."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from conformance.model.exchange import Exchange, NotObserved, Request, link_of
from conformance.plan.probe import CONTEXT_NAMES, Headers, HeaderValue, Parameter, Part, Probe
from conformance.plan.steps import Step, probe_of
from conformance.syntax import redaction
from conformance.syntax.spellings import REDACTED
from conformance.syntax.urls import target_of

if TYPE_CHECKING:
    from conformance.config.target import Target

USER_AGENT = "invoices-conformance"


def _reveals(exchange: Exchange) -> bool:
    return exchange.answer is not None and bool(exchange.answer.secrets_found)


@lru_cache(maxsize=4096)
def _parameters(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


def _call(function: object, known: Mapping[str, Exchange], context: Mapping[str, str]) -> object:
    assert callable(function)
    arguments = {
        name: context[name] if name in CONTEXT_NAMES else known[name]
        for name, parameter in _parameters(function).items()
        # What was not sent and has a default is done without.
        if name in known or parameter.default is parameter.empty
    }
    return function(**arguments)


def _lines(layers: Iterable[Headers]) -> Iterator[tuple[str, str]]:
    merged: dict[str, tuple[str, HeaderValue]] = {}
    for layer in layers:
        for name, value in layer.items():
            merged[name.lower()] = (name, value)
    for name, value in merged.values():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, tuple | list):
            yield from ((name, line) for line in value)


def _leaves_out(layers: Iterable[Headers], wanted: str) -> bool:
    return any(name.lower() == wanted and value is None for layer in layers for name, value in layer.items())


def sendable(link: str) -> str:
    """Return ``link``, which may come from a server, when it is a URL or an absolute path. Raises ValueError."""
    if not re.match(r"/|https?://", link, re.IGNORECASE) or any(not "!" <= character <= "\xff" for character in link):
        raise ValueError("not a URL that can be sent")
    return link


def next_page(page: Exchange) -> str:
    """Return the URL to which the link ``next`` of ``page`` leads.

    Raises NotObserved when there is no usable one, or when it leads to that page itself.
    """
    link, here = link_of(page.ok_document, "next", page), page.request.url
    try:
        leads_to, same = urljoin(here, link), target_of(link, here) == target_of(here, here)
    except ValueError:
        raise NotObserved(f"the link next in the answer to {page.described} is not a URI reference") from None
    if same:
        raise NotObserved(f"the link next in the answer to {page.described} leads to that page itself")
    return leads_to


def head_text_of(request: Request) -> str:
    """Return the request line and the header section of ``request`` as they are written, in Latin-1."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "\r\n".join(lines) + "\r\n\r\n"


def text_of(request: Request) -> str:
    """Return the head and the body of ``request`` as they are written, in Latin-1."""
    return head_text_of(request) + request.body.decode("latin-1")


def build_request(step: Step, target: Target, known: Mapping[str, Exchange]) -> Request:
    """Return the request of ``step`` in symbolic form.

    ``known`` has the exchanges that the probe depends on. Raises NotObserved when it cannot be built from them.
    In a raw message, {target} stands for the request target of the probe, {authority} for the value of Host, and
    {usual} for the other header lines that every request has.
    """
    if step.round:
        return known[step.probe].request
    # The target gets back what it has sent; a credential goes nowhere but to where it belongs.
    known = {name: each if _reveals(each) else each.as_received for name, each in known.items()}
    probe = probe_of(step)
    request = request_of(probe, step, target, known)
    if any(map(_reveals, known.values())) and REDACTED.decode() in text_of(request):
        raise NotObserved(f"{request.described} would repeat the token of an answer", owner="SEC-006")
    if probe.talk:
        messages = [text_of(request_of(each, step, target, known)) for each in probe.talk]
        return replace(request, raw=tuple(messages))
    if probe.raw:
        usual = "".join(f"{name}: {value}\r\n" for name, value in request.headers if name.lower() != "host")
        text = probe.raw.format(
            target=request.target, authority=target.origin.authority, scheme=target.origin.scheme, usual=usual
        )
        return replace(request, raw=(text,))
    return request


def request_of(probe: Probe, step: Step, target: Target, known: Mapping[str, Exchange]) -> Request:
    """Return the request of ``probe`` for the invoice of ``step``, with all that is packed into it; see above."""
    context = target.context(step.invoice_id)
    if probe.previous is not None:
        path = next_page(known[probe.previous.name])
    elif isinstance(probe.path, str):
        path = probe.path.format_map(context)
    else:
        path = str(_call(probe.path, known, context))
    followed = probe.previous is not None or callable(probe.path)
    try:
        where = target.plain_url if probe.plain else target.url
        url = where(sendable(path) if followed else path)
    except ValueError:
        raise NotObserved(f"{probe.method} cannot be sent: {path[:80]!a} is not a URL") from None
    layers: list[Headers] = []
    packed = probe.packed.parts if probe.packed else ()
    for layer in (*probe.layers, *(part for part in packed if not isinstance(part, Parameter))):
        given = _call(layer, known, context) if callable(layer) else layer
        assert isinstance(given, Mapping)
        layers.append(given)
    lines = list(_lines(layers))
    if not target.auth_token:
        lines = [(name, value) for name, value in lines if redaction.AUTH_TOKEN not in value]
    own = {name.lower() for name, _ in lines}
    # Nothing that may be secret is sent in clear to a target that has https.
    given = [] if probe.plain else target.header_lines()
    own_name = [] if _leaves_out(layers, "user-agent") else [("User-Agent", USER_AGENT)]
    general = [("Host", urlsplit(url).netloc), *own_name, *given]
    headers = [line for line in general if line[0].lower() not in own] + lines
    body = probe.body if isinstance(probe.body, bytes) else _call(probe.body, known, context)
    assert isinstance(body, bytes)
    if body and own.isdisjoint({"content-length", "transfer-encoding"}):
        headers.append(("Content-Length", str(len(body))))
    return Request(probe.method, url + _query(probe, packed), tuple(headers), body)


def _query(probe: Probe, packed: Iterable[Part]) -> str:
    """Return the query with its question mark; empty when there is none."""
    parameters = [part.text for part in packed if isinstance(part, Parameter)]
    written = ([] if probe.query is None else [probe.query]) + parameters
    return f"?{'&'.join(written)}" if written else ""
