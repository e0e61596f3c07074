"""Start and stop an independent server in a process of its own, since their settings are global to a process."""

import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.billing import ACCOUNTS, CUSTOMER, INVOICES, OTHER_CUSTOMER
from tests.servers.tokens import SIGNING_KEY, mint

PREFIX = "/api/rest/customer/v1"
START_SECONDS = 60
STOP_SECONDS = 10


@dataclasses.dataclass(frozen=True)
class IndependentServer:
    """A running server and everything a run against it needs; ``base_url`` is the origin without the API's path."""

    base_url: str
    auth_token: str
    other_auth_token: str
    invoice_ids: list[str]
    other_invoice_id: str
    hidden_invoice_ids: list[str]
    signing_key: str
    pid: int


def announce(port: int) -> None:
    """Print the one line of JSON that says how to reach a server of this process, which listens already."""
    sys.stdout.write(json.dumps(_description(f"http://127.0.0.1:{port}")) + "\n")
    sys.stdout.flush()


def _description(base_url: str) -> dict[str, Any]:
    owner = {account.id: account.customer_id for account in ACCOUNTS}
    own = [invoice for invoice in INVOICES if owner[invoice.account_id] == CUSTOMER]
    return {
        "base_url": base_url,
        "auth_token": mint(CUSTOMER),
        "other_auth_token": mint(OTHER_CUSTOMER),
        "invoice_ids": [invoice.id for invoice in own if invoice.approved],
        "other_invoice_id": next(invoice.id for invoice in INVOICES if owner[invoice.account_id] == OTHER_CUSTOMER),
        "hidden_invoice_ids": [invoice.id for invoice in own if not invoice.approved],
        "signing_key": SIGNING_KEY,
    }


def drf_server() -> contextlib.AbstractContextManager[IndependentServer]:
    """Run the server made with djangorestframework-jsonapi."""
    return _launched("tests.servers.drf")


def flask_server() -> contextlib.AbstractContextManager[IndependentServer]:
    """Run the server made with flask-rest-jsonapi-next."""
    return _launched("tests.servers.flask_rest")


@contextlib.contextmanager
def _launched(module: str) -> Iterator[IndependentServer]:
    root = Path(__file__).parents[2]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-m", module], cwd=root, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            line = _first_line(process)
            if not line:
                errors.seek(0)
                raise RuntimeError(f"{module} did not start:\n{errors.read()}")
            yield IndependentServer(**json.loads(line), pid=process.pid)
        finally:
            _stop(process)


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
