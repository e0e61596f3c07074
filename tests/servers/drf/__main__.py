"""Run the server: python -m tests.servers.drf."""

# mypy: disable-error-code="import-untyped,misc"

import dataclasses
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import django
import uvicorn
from django.core.asgi import get_asgi_application
from django.db import connection

from tests.servers import billing
from tests.servers.launch import announce


def fill_database() -> None:
    """Create the tables and enter the bills."""
    from tests.servers.drf.models import Account, Invoice

    with connection.schema_editor() as editor:
        editor.create_model(Account)
        editor.create_model(Invoice)
    Account.objects.bulk_create(Account(**dataclasses.asdict(account)) for account in billing.ACCOUNTS)
    Invoice.objects.bulk_create(Invoice(**dataclasses.asdict(invoice)) for invoice in billing.INVOICES)


if __name__ == "__main__":
    # uvicorn stops at SIGTERM and then raises it again, which must not keep the folder from being removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BILLING_DATABASE"] = str(Path(folder) / "billing.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.servers.drf.settings"
        django.setup()
        fill_database()
        listener = socket.create_server(("127.0.0.1", 0))
        # Head and content are written apart: without it the second waits for the other side, 40 ms each time.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(get_asgi_application(), http="h11", lifespan="off", log_level="warning")
        announce(listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])
