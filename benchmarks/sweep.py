"""Measures the sweep and the run of the checks, each beside something bare that does the same work without judging.

    python benchmarks/sweep.py [--invoices 100000] [--only judging,download,memory,concurrency,run]

Every figure is a ratio of two things measured in turns in one run, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.config.settings import read_settings
from conformance.config.target import Target, build
from conformance.model import contract
from conformance.observe.connection import Connection
from conformance.reference.data import INVOICE_IDS
from conformance.run import Run
from conformance.sweep.session import PAGE_SIZE, Sweep
from conformance.sweep.subjects import Page

ROOT = Path(__file__).parents[1]
TURNS = 5


@contextlib.contextmanager
def serving(invoices: int, delay: float = 0.0) -> Iterator[dict[str, Any]]:
    """Run the reference server in a process of its own, filled before anything is measured; ``delay`` is in seconds."""
    command = [sys.executable, "-m", "conformance.cli", "serve", "--invoices", str(invoices)]
    if delay:
        command = [sys.executable, __file__, "--slow", str(invoices), str(delay)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        target = target_of(told)
        download(target, 1)
        yield told
    finally:
        process.terminate()
        process.wait()


def target_of(told: dict[str, Any], **given: Any) -> Target:
    """Return the server as a target."""
    known = {"auth_token": told["auth_token"], "invoice_id": list(INVOICE_IDS[:1]), "enable": ["collection"], **given}
    return build(told["base_url"], read_settings(known.get, lambda _: None, {}, {}))


def swept(target: Target, sample: int | str = 0) -> dict[str, Any]:
    """Sweep, and demand that nothing is found."""
    sweep = Sweep(target, sample, 1)
    try:
        summary = sweep.run(lambda _done, _total: None)
    finally:
        sweep.close()
    assert summary["complete"]
    assert not summary["findings"], summary["findings"][0]
    return summary


def download(target: Target, most: int | None = None) -> int:
    """Download the pages of a sweep one after the other along their links, and look for nothing but the next one."""
    connection = Connection(target.origin, None, 1)
    path = target.request_target(f"/invoices?page%5Bsize%5D={PAGE_SIZE}")
    head = "GET {} HTTP/1.1\r\nHost: {}\r\nAccept: application/vnd.api+json\r\nAuthorization: {}\r\n\r\n"
    pages = 0
    while path and pages != most:
        text = head.format(path, target.origin.authority, target.auth_token)
        answer = connection.exchange("GET", text.encode(), b"", time.monotonic() + 60, 2**30)
        assert answer.status == 200
        pages += 1
        following = re.search(rb'"next":"[^"]*?(/api/[^"]*)"', answer.content[-2000:])
        path = following[1].decode() if following else ""
    connection.close()
    return pages


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(one: Callable[[], object], other: Callable[[], object], turns: int = TURNS) -> tuple[float, float, float]:
    """Return the medians of both, and the median of the ratios of the first to the second."""
    pairs = [(timed(one), timed(other)) for _ in range(turns)]
    ratio = statistics.median(first / second for first, second in pairs)
    return statistics.median(first for first, _ in pairs), statistics.median(second for _, second in pairs), ratio


def judging(_: int) -> Iterator[tuple[str, str, str]]:
    """Judging one invoice in the sweep, from the body of its page on, against validating it with jsonschema."""
    with serving(1000) as told:
        target = target_of(told)
        sweep = Sweep(target, 0, 1)
        exchange = sweep.fetch(target.url(f"/invoices?page%5Bsize%5D={PAGE_SIZE}"))
        elements = json.loads(exchange.body)["data"]
        record = contract.validator("invoice")
        few = elements[:20]

        def ours() -> None:
            sweep.judge_page(Page(exchange, 0))

        ours()
        whole, plain, ratio = in_turns(ours, lambda: [record.is_valid(each) for each in few], 9)
        sweep.close()
    whole, plain, ratio = whole / len(elements), plain / len(few), ratio / len(elements) * len(few)
    yield (
        "judging one invoice",
        f"{whole * 1e6:.0f} µs against {plain * 1e6:.0f} µs",
        f"{1 / ratio:.0f} times faster (goal 20)",
    )


def downloading(invoices: int) -> Iterator[tuple[str, str, str]]:
    """The sweep against a bare download of the same pages."""
    with serving(invoices) as told:
        target = target_of(told)
        ours, bare, ratio = in_turns(lambda: swept(target), lambda: download(target), 3)
    yield (
        f"sweep of {invoices} invoices",
        f"{ours:.1f} s against {bare:.1f} s",
        f"{ratio:.2f} times the download (goal 3)",
    )


def memory(invoices: int) -> Iterator[tuple[str, str, str]]:
    """The most memory of a process that sweeps few and many invoices."""
    used = {}
    for count in (1000, invoices):
        with serving(count) as told:
            command = [sys.executable, __file__, "--peak", json.dumps(told)]
            used[count] = int(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    few, many = used[1000], used[invoices]
    shown = f"{many / 1024:.0f} MB at {invoices}, {few / 1024:.0f} MB at 1000"
    yield "memory", shown, f"{many / few:.2f} times (goal 1.2)"


def peak(told: dict[str, Any]) -> None:
    """Print how many KiB a sweep needs at most (Linux)."""
    swept(target_of(told))
    # Not ru_maxrss: that of a child begins with what its parent had.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    sys.stdout.write(str(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]))


def serve_slowly(invoices: int, seconds: float) -> None:
    """Serve with a delay for every request, several at once, until the process is ended."""
    from conformance.reference.server import ReferenceServer

    server = ReferenceServer(invoices=invoices)

    async def arrive(_original: object, _request: object) -> None:
        await asyncio.sleep(seconds)

    server.api.replace("arrive", arrive)
    with server:
        sys.stdout.write(json.dumps(server.describe()) + "\n")
        sys.stdout.flush()
        threading.Event().wait()


def concurrency(_: int) -> Iterator[tuple[str, str, str]]:
    """Requests under way at once, where each answer takes 100 ms."""
    with serving(100, 0.1) as told:
        swept(target_of(told), "all")
        seconds = {
            width: timed(lambda w=width: swept(target_of(told, concurrency=str(w)), "all")) for width in (1, 2, 4, 8)
        }
    for width, each in seconds.items():
        yield f"{width} at once, 100 ms each", f"{each:.1f} s", f"{seconds[1] / each:.2f} times as fast as one"


def running(_: int) -> Iterator[tuple[str, str, str]]:
    """The run of the checks against sending the same requests without judging, near by and 100 ms away."""
    for delay in (0.0, 0.1):
        with serving(12, delay) as told:
            start, ours, bare = _run_and_replay(told)
        away = f"{1000 * delay:.0f} ms away" if delay else "near by"
        shown = f"{ours:.1f} s, of it {start:.1f} s to start, against {bare:.1f} s"
        yield f"run of the checks, {away}", shown, f"{(ours - start) / bare:.2f} times the requests (goal 2)"


def _run_and_replay(told: dict[str, Any]) -> tuple[float, float, float]:
    """Return the seconds that the start takes, the whole run, and its requests alone."""
    from conformance.plan.steps import everything

    given = {
        "auth_token": told["auth_token"],
        "other_auth_token": told["other_auth_token"],
        "other_invoice_id": told["other_invoice_id"],
        "invoice_id": told["invoice_ids"][:5],
        "enable": ["collection"],
    }
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items() if isinstance(value, str)]
    options += [f"--invoice-id={each}" for each in given["invoice_id"]] + ["--enable=collection"]
    command = [sys.executable, "-m", "pytest", f"--base-url={told['base_url']}", "--fuzz-examples=0", *options]

    def whole(*more: str) -> None:
        done = subprocess.run([*command, *more], cwd=ROOT, stdout=subprocess.PIPE, check=False, text=True)
        assert done.returncode == 0, done.stdout

    def replay() -> None:
        run = Run(told["base_url"], read_settings(given.get, lambda _: None, {}, {}), dry=False)
        run.start()
        run.observe(everything(run.target))
        run.stop()

    replay()
    start = statistics.median(timed(lambda: whole("-k", "ITEM-001")) for _ in range(3))
    ours, bare, _ = in_turns(whole, replay, 3)
    return start, ours, bare


PARTS = {
    "judging": judging,
    "download": downloading,
    "memory": memory,
    "concurrency": concurrency,
    "run": running,
}


def main() -> None:
    """Print a table of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--slow", nargs=2, type=float, help=argparse.SUPPRESS)
    parser.add_argument("--peak", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.slow:
        serve_slowly(int(options.slow[0]), options.slow[1])
    if options.peak:
        peak(options.peak)
        return
    sys.stdout.write("| what | measured | ratio |\n|---|---|---|\n")
    for name in options.only.split(","):
        for row in PARTS[name](options.invoices):
            sys.stdout.write(f"| {' | '.join(row)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
