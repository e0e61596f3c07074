"""The plan: the graph of requests that a selection of checks needs, before anything is sent."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from conformance.model.exchange import Exchange, NotObserved, Request, link_of
from conformance.plan import probes
from conformance.plan.probe import CONTEXT_NAMES, Family, Headers, HeaderValue, Probe
from conformance.syntax import redaction
from conformance.syntax.urls import target_of

if TYPE_CHECKING:
    from conformance.config.target import Target

_LONG_RUN = re.compile(r"([A-Za-z0-9])\1{199,}")
USER_AGENT = "invoices-conformance"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the plan: a probe, for one invoice. From ``turn`` 1 on, the request of turn 0 once more."""

    probe: str
    invoice_id: str
    turn: int = 0

    def dependencies(self) -> tuple[Step, ...]:
        """Steps that have to be answered first."""
        if self.turn:
            return (Step(self.probe, self.invoice_id),)
        return tuple(Step(name, self.invoice_id) for name in _probe(self.probe).dependencies)


def _probe(key: str) -> Probe:
    try:
        return probes.by_key()[key]
    except KeyError:
        raise LookupError(f"no probe is named {key}") from None


def applicable(probe: Probe, target: Target) -> bool:
    """Tell whether the target has what the probe needs."""
    return target.capabilities.issuperset(probe.needs)


def is_burst(step: Step) -> bool:
    """Tell whether the request of ``step`` belongs to a load."""
    probe = probes.by_key().get(step.probe)
    return probe is not None and probe.burst


def until_closed(step: Step) -> bool:
    """Tell whether more is waited for after the answer to the request of ``step``."""
    return _probe(step.probe).until_closed


def is_alone(step: Step) -> bool:
    """Tell whether nothing else may be under way with the request of ``step``."""
    probe = probes.by_key().get(step.probe)
    return probe is not None and probe.alone


def steps_for(name: str, target: Target, invoice_id: str | None = None) -> list[Step]:
    """Return the steps of the probe or family ``name``; of all known invoices where it is sent for each of them.

    ``invoice_id`` restricts it to one invoice.
    """
    known = target.invoice_ids if invoice_id is None else (invoice_id,)
    return list(_steps_for(name, known, target.capabilities))


@lru_cache(maxsize=4096)
def _steps_for(name: str, known: tuple[str, ...], capabilities: frozenset[str]) -> tuple[Step, ...]:
    entry = probes.declared()[name]
    steps: list[Step] = []
    for probe in entry if isinstance(entry, Family) else (entry,):
        if known and capabilities.issuperset(probe.needs):
            ids = known if probe.each_invoice else (known[probe.turn % len(known)],)
            steps += [Step(probe.name, each) for each in ids]
    return tuple(steps)


def everything(target: Target) -> list[Step]:
    """Return every step that applies to the target."""
    return [step for name in probes.declared() for step in steps_for(name, target)]


def closure(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with all that they depend on, each once, dependencies first."""
    ordered: dict[Step, None] = {}

    def visit(step: Step, trail: tuple[Step, ...]) -> None:
        if step in ordered:
            return
        if step in trail:
            raise ValueError(f"probe {step.probe} depends on itself")
        for earlier in step.dependencies():
            visit(earlier, (*trail, step))
        ordered[step] = None

    for step in steps:
        visit(step, ())
    return list(ordered)


def _call(function: object, known: Mapping[str, Exchange], context: Mapping[str, str]) -> object:
    assert callable(function)
    arguments = {
        name: context[name] if name in CONTEXT_NAMES else known[name] for name in inspect.signature(function).parameters
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


def sendable(link: str) -> str:
    """Return ``link``, which may come from a server, when it is a URL or an absolute path. Raises ValueError."""
    if not re.match(r"/|https?://", link, re.IGNORECASE) or any(not "!" <= character <= "\xff" for character in link):
        raise ValueError("not a URL that can be sent")
    return link


def next_page(page: Exchange) -> str:
    """Return the URL to which the link ``next`` of ``page`` leads.

    Raises NotObserved when there is no usable one, or when it leads to that page itself.
    """
    link, here = link_of(page.ok_document, "next", page.probe), page.request.url
    try:
        leads_to, same = urljoin(here, link), target_of(link, here) == target_of(here, here)
    except ValueError:
        raise NotObserved(f"the link next of {page.probe} is no URI reference") from None
    if same:
        raise NotObserved(f"the link next of {page.probe} leads to that page itself")
    return leads_to


def text_of(request: Request) -> str:
    """Return the head and the body of ``request`` as they are written, in Latin-1."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "\r\n".join(lines) + "\r\n\r\n" + request.body.decode("latin-1")


def build(step: Step, target: Target, known: Mapping[str, Exchange]) -> Request:
    """Return the request of ``step`` in symbolic form.

    ``known`` has the exchanges that the probe depends on. Raises NotObserved when it cannot be built from them.
    In a raw message, {target} stands for the request target of the probe, {authority} for the value of Host, and
    {usual} for the other header lines that every request has.
    """
    if step.turn:
        return known[step.probe].request
    probe = _probe(step.probe)
    request = _request(probe, step, target, known)
    if probe.talk:
        said = [text_of(_request(each, step, target, known)) for each in probe.talk]
        return replace(request, raw=tuple(said))
    if probe.raw:
        usual = "".join(f"{name}: {value}\r\n" for name, value in request.headers if name.lower() != "host")
        text = probe.raw.format(
            target=request.target, authority=target.origin.authority, scheme=target.origin.scheme, usual=usual
        )
        return replace(request, raw=(text,))
    return request


def _request(probe: Probe, step: Step, target: Target, known: Mapping[str, Exchange]) -> Request:
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
        raise NotObserved(f"{step.probe} cannot be sent: {path[:80]!a} is not a URL") from None
    layers: list[Headers] = []
    for layer in probe.layers:
        given = _call(layer, known, context) if callable(layer) else layer
        assert isinstance(given, Mapping)
        layers.append(given)
    lines = list(_lines(layers))
    if not target.auth_token:
        lines = [(name, value) for name, value in lines if redaction.AUTH_TOKEN not in value]
    own = {name.lower() for name, _ in lines}
    # Nothing that may be secret is sent in clear to a target that has https.
    given = [] if probe.plain else target.header_lines()
    general = [("Host", urlsplit(url).netloc), ("User-Agent", USER_AGENT), *given]
    headers = [line for line in general if line[0].lower() not in own] + lines
    if probe.body and "content-length" not in own:
        headers.append(("Content-Length", str(len(probe.body))))
    url += f"?{probe.query}" if probe.query is not None else ""
    return Request(probe.method, url, tuple(headers), probe.body)


def _octets(text: str) -> str:
    """Return ``text`` as an argument of printf, in double quotes."""
    escaped = ""
    for character in text:
        if character in '%\\"$`':
            escaped += {"%": "%%", "\\": "\\\\\\\\"}.get(character, f"\\{character}")
        elif " " <= character <= "~" or character > "\xff":  # the borders of a placeholder
            escaped += character
        else:
            escaped += {"\r": "\\r", "\n": "\\n"}.get(character, f"\\{ord(character):03o}")
    return f'"{redaction.display(escaped)}"'


def _piped(request: Request) -> str:
    """Return the messages of ``request`` as a shell command that writes them to a connection."""
    parts = urlsplit(request.url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    tool = "nc" if parts.scheme == "http" else "openssl s_client -quiet -connect"
    place = f"{parts.hostname} {port}" if parts.scheme == "http" else f"{parts.hostname}:{port}"
    said = "; sleep 1; ".join(f"printf {_octets(each)}" for each in request.raw)
    return f"{{ {said}; sleep 1; }} | {tool} {place}"


def curl(request: Request) -> str:
    """Return ``request`` as a shell command; secrets are environment variables."""
    if request.raw:
        return _piped(request)
    words = ["curl", "-i", "--path-as-is", "--globoff"]
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != "GET":
        words += ["-X", shlex.quote(request.method)]
    names = set()
    for name, value in request.headers:
        names.add(name.lower())
        if name.lower() in {"host", "user-agent", "content-length"}:
            continue
        # curl sends a field without a value only when it is written with a semicolon.
        words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
    if "accept" not in names:
        words += ["-H", "'Accept:'"]
    if request.body:
        words += ["--data-binary", shlex.quote(request.body.decode("utf-8", errors="replace"))]
    words.append(_quoted(request.url))
    return " ".join(words)


def _shortened(text: str) -> str:
    """Return ``text`` as a word of a shell; what is one character very often is made by a command."""
    word, end = "", 0
    for run in _LONG_RUN.finditer(text):
        made = f"printf %{len(run[0])}s | tr ' ' {run[1]}"
        word += f'{shlex.quote(text[end : run.start()])}"$({made})"'
        end = run.end()
    return word + shlex.quote(text[end:]) if end < len(text) or not text else word


def _quoted(text: str) -> str:
    if not redaction.has_placeholder(text):
        return _shortened(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'"{redaction.display(escaped)}"'
