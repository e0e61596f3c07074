"""Measures the sweep beside something bare that does the same work without judging.

python -m benchmarks.sweep [--invoices 100000] [--only judging]
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.tools import ROOT, Description, Row, Size, compared, cost, run_parts, serving, target_of
from conformance.config.target import Target
from conformance.model import contract
from conformance.model.exchange import JSON_API
from conformance.sweep.session import PAGE_SIZE, Sweep
from conformance.sweep.subjects import Page

# What the validator of record is slow with.
FEW_ELEMENTS = 20
NEXT = re.compile(rb'"next":"[^"]*?(/api/[^"]*)"')
# Of a sweep's process on Linux; what is known of a child's memory by other means begins with its parent's.
PEAK = """
import json, pathlib, re, sys
from benchmarks.sweep import swept, target_of
swept(target_of(json.loads(sys.argv[1])))
print(re.findall(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[0])
"""


def swept(target: Target, sample: int | str = 0) -> dict[str, Any]:
    """Sweep, and return the summary. Raises RuntimeError when anything is found."""
    sweep = Sweep(target, sample, 1)
    try:
        summary = sweep.run(lambda _done, _total: None)
    finally:
        sweep.close()
    if not summary["complete"] or summary["findings"]:
        raise RuntimeError(f"not a clean sweep: {summary['reason']} {summary['findings'][:1]}")
    return summary


def first_page(target: Target) -> str:
    """Return the request target of the first page of a sweep."""
    return target.request_target(f"/invoices?page%5Bsize%5D={PAGE_SIZE}")


def download(target: Target) -> int:
    """Download the pages of a sweep one after the other along their links; return how many there are."""
    connection = http.client.HTTPConnection(target.origin.host, target.origin.port)
    headers = {"Accept": JSON_API, "Authorization": target.auth_token}
    path, pages = first_page(target), 0
    while path:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered {answer.status}")
        pages += 1
        following = NEXT.search(content[-2000:])
        path = following[1].decode() if following else ""
    connection.close()
    return pages


def judging(size: Size) -> Iterator[Row]:
    """Judging one invoice in the sweep, from the body of its page on, against validating it with jsonschema."""
    with serving(size.few) as described:
        target = target_of(described)
        sweep = Sweep(target, 0, 1)
        exchange = sweep.fetch(target.url(first_page(target)))
        elements = json.loads(exchange.body)["data"]
        record = contract.validator("invoice")
        some = elements[:FEW_ELEMENTS]
        sweep.judge_page(Page(exchange, 0))
        both = compared(
            lambda: sweep.judge_page(Page(exchange, 0)),
            lambda: [record.is_valid(each) for each in some],
            3 * size.rounds,
        )
        sweep.close()
    ours, plain = both.seconds[0] / len(elements), both.seconds[1] / len(some)
    faster = len(elements) / len(some) / both.ratio
    yield Row("judging one invoice", _micro(ours, plain), f"{faster:.0f} times faster (goal 20)")


def _micro(ours: float, plain: float) -> str:
    return f"{ours * 1e6:.0f} µs against {plain * 1e6:.0f} µs"


def downloading(size: Size) -> Iterator[Row]:
    """The sweep against a bare download of the same pages."""
    with serving(size.invoices) as described:
        target = target_of(described)
        download(target)
        both = compared(lambda: swept(target), lambda: download(target), size.rounds)
    figures = f"{both.seconds[0]:.1f} s against {both.seconds[1]:.1f} s"
    yield Row(f"sweep of {size.invoices} invoices", figures, f"{both.ratio:.2f} times the download (goal 3)")


def memory(size: Size) -> Iterator[Row]:
    """The most memory of a process that sweeps few and many invoices."""
    few, many = (_peak(count) for count in (size.few, size.invoices))
    figures = f"{many / 1024:.0f} MB at {size.invoices}, {few / 1024:.0f} MB at {size.few}"
    yield Row("memory", figures, f"{many / few:.2f} times (goal 1.2)")


def _peak(invoices: int) -> int:
    """Return how many KiB a sweep needs at most."""
    with serving(invoices) as described:
        command = [sys.executable, "-c", PEAK, json.dumps(described)]
        return int(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout)


def concurrency(size: Size) -> Iterator[Row]:
    """Requests under way at once, where each answer takes a while."""
    with serving(100, size.delay) as described:
        seconds = {width: _swept_by(described, width) for width in (1, 2, 4, 8)}
    for width, each in seconds.items():
        what = f"100 invoices and their revalidation, {1000 * size.delay:.0f} ms for each answer, {width} at once"
        yield Row(what, f"{each:.1f} s", f"{seconds[1] / each:.2f} times as fast as one")


def _swept_by(described: Description, width: int) -> float:
    return cost(lambda: swept(target_of(described, concurrency=str(width)), "all")).seconds


PARTS = {"judging": judging, "download": downloading, "memory": memory, "concurrency": concurrency}


def main(arguments: list[str] | None = None) -> None:
    """Print a table of what was measured."""
    run_parts(PARTS, __doc__, arguments)


if __name__ == "__main__":
    main()
