"""Waivers that a run writes hold for other invoices, other hosts and other runs, and for what they say alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.reference import data
from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer
from tests.support.instant import answering
from tests.support.runs import CHECKS, Result, run

# Their findings show ids, links that are cut, entity tags and numbers of what is there.
SHOWING = ("links-self-of-another", "links-internal-host", "not-modified-other-etag", "collection-count-of-page")


def judge(faults: tuple[str, ...], ids: tuple[str, ...], host: str, *options: str) -> Result:
    """Run all checks against a server with ``faults`` that is reached as ``host`` and known for ``ids``."""
    known = all_faults()
    with ReferenceServer(faults=[known[name] for name in faults]) as server, answering(server.api):
        given = {
            "INVOICES_AUTH_TOKEN": server.token,
            "INVOICES_INVOICE_IDS": ",".join(ids),
            "INVOICES_FAIL_ON": "should",
        }
        where = server.base_url.replace("127.0.0.1", host)
        return run(CHECKS, f"--base-url={where}", "--enable=collection", *options, **given)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The waivers of a run against a server with the faults."""
    file = tmp_path_factory.mktemp("waivers") / "known.yaml"
    result = judge(SHOWING, data.INVOICE_IDS[:3], "127.0.0.1", f"--write-waivers={file}")
    assert result.code == 1, result.output
    return file


def test_nothing_of_the_run_stands_in_the_file(written: Path) -> None:
    entries = written.read_text().partition("waivers:\n")[2]
    assert "COND-007" in entries
    assert "127.0.0.1" not in entries
    assert not [number for number in data.INVOICE_IDS if number[:8] in entries]


def test_another_run_is_excused(written: Path) -> None:
    others = (data.INVOICE_IDS[8], data.INVOICE_IDS[1], *data.INVOICE_IDS[4:7])
    result = judge(SHOWING, others, "localhost", f"--waivers={written}")
    assert result.code == 0, result.output
    assert result.row("verdict").startswith("conforms, with ")
    assert result.row("waivers").endswith(" used")


def test_another_fault_is_not_excused_and_what_is_mended_is_stale(written: Path) -> None:
    left = (*SHOWING[:2], "etag-unquoted-on-head")
    result = judge(left, data.INVOICE_IDS[:3], "127.0.0.1", f"--waivers={written}")
    assert result.code == 1, result.output
    assert "ETAG-002" in result.output
    assert re.search(r"stale\s+COLL-004", result.output), result.output
    assert "stale ITEM-018" not in result.output
