"""Run the server: python -m tests.servers.flask_rest."""

# mypy: disable-error-code="import-untyped"

import dataclasses
import signal
import sys

from waitress.server import create_server

from tests.servers import billing
from tests.servers.flask_rest.app import create_app
from tests.servers.flask_rest.models import Account, Base, Invoice, engine, session
from tests.servers.launch import announce


def fill_database() -> None:
    """Create the tables and enter the bills."""
    Base.metadata.create_all(engine)
    session.add_all(Account(**dataclasses.asdict(account)) for account in billing.ACCOUNTS)
    session.add_all(Invoice(**dataclasses.asdict(invoice)) for invoice in billing.INVOICES)
    session.commit()


if __name__ == "__main__":
    with engine.connect():
        fill_database()
        server = create_server(create_app(), host="127.0.0.1", port=0)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        announce(server.effective_port)
        server.run()
