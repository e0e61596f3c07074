"""Serves as a server far away does, each answer after a while: python -m benchmarks.slow INVOICES SECONDS."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

from conformance.reference.app import Api
from conformance.reference.faults import Fault
from conformance.reference.server import ReferenceServer


def distance(seconds: float) -> Fault:
    """Return what lets every request arrive after some seconds, several at once."""

    def install(api: Api) -> None:
        async def arrive(_original: object, _request: object) -> None:
            await asyncio.sleep(seconds)

        api.replace("arrive", arrive)

    return Fault("far-away", "Every answer takes a while.", frozenset(), "", "benchmarks", install)


def main() -> None:
    """Serve until SIGTERM; first print how to reach the server as a line of JSON."""
    with ReferenceServer(invoices=int(sys.argv[1]), faults=[distance(float(sys.argv[2]))]) as server:
        sys.stdout.write(json.dumps(server.describe()) + "\n")
        sys.stdout.flush()
        signal.sigwait([signal.SIGTERM, signal.SIGINT])


if __name__ == "__main__":
    main()
