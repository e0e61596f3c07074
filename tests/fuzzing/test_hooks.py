"""The document and the hooks module make schemathesis itself judge a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.model import contract
from conformance.reference import data
from conformance.reference.faults import all_faults
from conformance.reference.server import ReferenceServer

ROOT = Path(__file__).parents[2]
COMMAND = "import sys\nfrom schemathesis.cli import schemathesis\nsys.exit(schemathesis())"


def schemathesis(server: ReferenceServer, cwd: Path, *arguments: str) -> tuple[int, str]:
    """Run the command line of schemathesis as the README says; return exit code and output."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", COMMAND, "run", str(contract.openapi_path())),
            *("--url", f"{server.base_url}/api/rest/customer/v1", "--seed", "1", "--max-examples", "5"),
            *("--include-operation-id", "getInvoice", *arguments),
        ],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("INVOICES_")},
            "SCHEMATHESIS_HOOKS": "conformance.fuzzing.hooks",
            "INVOICES_AUTH_TOKEN": server.token,
            "INVOICES_INVOICE_IDS": ",".join(data.INVOICE_IDS[:3]),
            "PYTHONPATH": str(ROOT),
        },
    )
    return done.returncode, done.stdout + done.stderr


def test_a_correct_server_gives_no_finding(tmp_path: Path) -> None:
    with ReferenceServer() as server:
        code, output = schemathesis(server, tmp_path, "--phases", "examples,coverage,fuzzing")
        assert server.token not in output
    assert code == 0, output
    assert "No issues found" in output
    assert not (tmp_path / ".hypothesis").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("generated-fields-one-missing", "GEN-004 MUST"),
        ("generated-sparse-amount-number", "Response violates schema"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, name: str, expected: str) -> None:
    with ReferenceServer(faults=[all_faults()[name]]) as server:
        code, output = schemathesis(server, tmp_path, "--phases", "coverage")
        assert server.token not in output
    assert code == 1, output
    assert expected in output
