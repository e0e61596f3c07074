"""The file that ``init`` writes: every setting, commented."""

from __future__ import annotations

import textwrap

from conformance.commands.options import GROUPS, default_of, described
from conformance.config.settings import SETTINGS, Setting

_BEGINNING = """# What is known of a server: invoices-conformance run --target=FILE
# Options and environment variables come before what stands here. Tokens and
# keys do not belong in a file that is kept: give them in the environment.

base-url: https://staging.example.org
"""
# Examples where the default is none.
_EXAMPLES = {
    "invoice-id": "[abb41d30-a26e-11ef-be6d-0242ac120003]",
    "other-invoice-id": "b0a1c2d3-0000-4000-8000-000000000001",
    "hidden-invoice-id": "[b0a1c2d3-0000-4000-8000-000000000002]",
    "expendable-invoice-id": "b0a1c2d3-0000-4000-8000-000000000003",
    "enable": "[collection]",
    "rate-limit": "10/s",
    "sweep": "100",
    "sweep-state": "sweep.db",
    "connect-to": "staging-7.example.org:443",
    "proxy": "http://proxy.example.org:3128",
    "public-origin": "https://api.example.org",
    "ca-bundle": "ca.pem",
    "client-cert": "client.pem",
    "client-key": "client.key",
    "record": "run.har",
    "report-json": "report.json",
    "report-html": "report.html",
    "report-ctrf": "ctrf.json",
    "plain-url": "http://staging.example.org",
    "request-header": "['X-Team: billing']",
}
_WIDTH = 78


# What says something of one run and not of a server.
_OF_A_RUN = frozenset({"embedded", "embedded-invoices", "replay", "sweep-shard"})


def text() -> str:
    """Return the file."""
    known = {each.name: each for each in SETTINGS}
    parts = [_BEGINNING]
    for title, names in GROUPS.items():
        entries = [f"\n{_entry(known[name])}" for name in names if name not in _OF_A_RUN]
        parts += [f"\n# {title.upper()}\n", *entries]
    return "".join(parts)


def _entry(setting: Setting) -> str:
    lines = textwrap.wrap(described(setting).replace("%%", "%"), _WIDTH)
    if not setting.secret:
        lines.append(f"{setting.name}: {_value(setting)}")
    return "".join(f"# {line}\n" for line in lines)


def _value(setting: Setting) -> str:
    if setting.flag:
        return "true"
    plain = f"{setting.name}.yaml" if setting.is_local else default_of(setting)
    return _EXAMPLES.get(setting.name, plain)
