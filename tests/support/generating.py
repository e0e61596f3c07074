"""The generated part in this process, with requests that are generated once for all servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

from conformance.fuzzing import session as sessions
from conformance.fuzzing.asked import operations
from conformance.fuzzing.session import Session
from conformance.reference import data
from conformance.reference.app import Api
from conformance.reference.server import ReferenceServer
from tests.support import instant
from tests.support.targets import settings_of, target_of

DEFAULTS = settings_of()
GETS = tuple(name for name in operations() if name.startswith("get"))
# Every operation and kind of request, those with few requests first.
ITEMS = [
    *((name, "fuzzing") for name in GETS),
    *((name, "head") for name in operations() if name.startswith("head")),
    *((name, "contract") for name in GETS),
    *((name, "hostile") for name in GETS),
]


@contextmanager
def answering(api: Api) -> Iterator[None]:
    """Let ``api`` answer what sessions send meanwhile: in this thread, unless it waits or touches bytes."""
    with instant.quickly(api), patch.object(sessions, "Threads", instant.AtOnce):
        yield


def fresh_session(server: ReferenceServer, timeout: str = "") -> Session:
    """Return what the default run makes of the embedded server, with everything still to be generated."""
    target = target_of(
        server.base_url,
        auth_token=server.token,
        invoice_id=list(data.INVOICE_IDS[:6]),
        enable="collection,contested",
        request_timeout=timeout or str(DEFAULTS["request-timeout"]),
    )
    return Session(target, DEFAULTS["fuzz-seed"], DEFAULTS["fuzz-examples"])


@cache
def _generating() -> Session:
    """Return a session, closed, that knows the accounts of the correct server and keeps what it generates."""
    with ReferenceServer() as server, answering(server.api):
        session = fresh_session(server)
        assert session.account_ids
        session.close()
    return session


def session_of(server: ReferenceServer, timeout: str = "") -> Session:
    """Return what the default run makes of the embedded server; what it generates does not depend on faults."""
    generating, session = _generating(), fresh_session(server, timeout)
    session.account_ids, session.engine = generating.account_ids, generating.engine
    session._generated = generating._generated
    return session
