"""What the generated part costs: python benchmarks/fuzzing.py

Against the embedded server it prints the time to import and to set up the engine, the time of all items with the
requests per second and the share of 200s, and how a bare requests.Session does that sends the same requests.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import requests

from conformance.config.settings import read_settings
from conformance.fuzzing.asked import operations
from conformance.fuzzing.session import Session, Tally
from conformance.model.exchange import Exchange, Request
from conformance.reference.server import ReferenceServer
from conformance.run import Run

GROUPS = ("contract", "fuzzing", "hostile")


def started(code: str) -> float:
    """Return the seconds that a fresh interpreter needs for ``code``."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begin


def say(label: str, text: str) -> None:
    """Print one row."""
    sys.stdout.write(f"{label:<26}{text}\n")


def run_all(session: Session) -> Tally:
    """Run every item; return what was sent."""
    total = Tally()
    found = [(name, group) for name in operations() for group in (GROUPS if name.startswith("get") else ("head",))]
    tallies = [session.run(name, group).tally for name, group in found]
    tallies.append(session.walk(name for name in operations() if name.startswith("get")).tally)
    for tally in tallies:
        total.sent += tally.sent
        total.positive += tally.positive
        total.served += tally.served
    return total


def replay(base_url: str, token: str, sent: list[Request]) -> float:
    """Send the same requests with a bare session; return the seconds."""
    with requests.Session() as bare:
        bare.trust_env = False
        bare.headers["Authorization"] = token
        begin = time.perf_counter()
        for request in sent:
            own = {name: value for name, value in request.headers if name in {"Accept", "Content-Type"}}
            bare.request(request.method, base_url + request.target, headers=own, timeout=30)
        return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fuzz-examples", type=int, default=15)
    parser.add_argument("--fuzz-seed", type=int, default=1)
    options = parser.parse_args()
    nothing = started("pass")
    say("import", f"{started('import conformance.fuzzing.engine') - nothing:.2f} s for schemathesis and the engine")
    say("collection", f"{started('import conformance.fuzzing.test_generated') - nothing:.2f} s for the items")
    run = Run(None, read_settings(lambda _: None, lambda _: None, {}), dry=False)
    run.start()
    session = Session(run.target, options.fuzz_seed, options.fuzz_examples)
    begin = time.perf_counter()
    session.engine.warnings()
    say("set up", f"{time.perf_counter() - begin:.2f} s for loading the document, once; {len(operations())} operations")
    sent: list[Request] = []
    fetch = session.observer.fetch

    def recorded(request: Request) -> Exchange:
        sent.append(request)
        return fetch(request)

    session.observer.fetch = recorded  # type: ignore[method-assign]
    begin, cpu = time.perf_counter(), time.process_time()
    tally = run_all(session)
    whole, cpu = time.perf_counter() - begin, time.process_time() - cpu
    session.close()
    run.stop()
    say("items", f"{whole:.2f} s, {cpu:.2f} s of CPU with the server; {len(sent)} requests, {len(sent) / whole:.0f}/s")
    say("share of 200s", f"{tally.served} of {tally.positive} that fit: {100 * tally.served / tally.positive:.0f} %")
    with ReferenceServer() as server:
        bare = replay(server.base_url, server.token, sent)
    say("bare requests.Session", f"{bare:.2f} s for the same requests, {len(sent) / bare:.0f}/s")
    say("ratio", f"{whole / bare:.1f} times as long: generating, sending and judging against sending alone")


if __name__ == "__main__":
    main()
