"""Generators of other projects make a client and models of ``openapi.bundled.yaml``, and these read real answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.model import contract
from conformance.reference import data
from conformance.reference.server import ReferenceServer

# In the versions with which this was tried.
TOOLS = ("datamodel-code-generator==0.89.0", "openapi-python-client==0.29.1")
# Fetches the invoice with the client, reads the answer with the models, too, and prints what either holds.
READ = """
import json, sys
import models
from client import AuthenticatedClient
from client.api.invoices import get_invoice

base_url, token, invoice_id = sys.argv[1:]
accept = {"Accept": "application/vnd.api+json"}
client = AuthenticatedClient(base_url=base_url, token=token, prefix="", headers=accept)
answer = get_invoice.sync_detailed(invoice_id, client=client)
other = get_invoice.sync_detailed("00000000-0000-4000-8000-000000000000", client=client)
document = models.InvoiceDocument.model_validate_json(answer.content)
assert isinstance(document.data, models.Invoice)
read = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
print(json.dumps([answer.parsed.to_dict(), read, other.parsed.errors[0].status]))
"""


def run(folder: Path, *arguments: str) -> str:
    """Run Python in ``folder``; return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        # Other programs there are not those of the tools.
        env={**os.environ, "PYTHONPATH": str(folder), "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the generators."""
    folder = tmp_path_factory.mktemp("tools")
    run(folder, "-m", "pip", "install", "--quiet", "--no-compile", "--target=.", *TOOLS)
    return folder


def same(value: Any) -> Any:
    """Return a document with its times in one spelling."""
    if isinstance(value, dict):
        return {key: same(each) for key, each in value.items()}
    if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T":
        return datetime.fromisoformat(value)
    return value


def test_a_client_and_models_read_the_documented_invoice(tools: Path) -> None:
    path = str(contract.bundle_path())
    made = run(
        tools, "-m", "openapi_python_client", "generate", f"--path={path}", "--meta=none", "--output-path=client"
    )
    # It names what it leaves out.
    assert made.split() == ["Generating", "client"]
    options = ["--input-file-type=openapi", "--output-model-type=pydantic_v2.BaseModel", "--output=models.py"]
    run(tools, "-m", "datamodel_code_generator", f"--input={path}", *options)
    with ReferenceServer() as server:
        base_url = f"{server.base_url}/api/rest/customer/v1"
        read = run(tools, "-c", READ, base_url, server.token, data.INVOICE_IDS[0])
    documented = json.loads(contract.documented_example().replace(b"http://example.org", server.base_url.encode()))
    by_client, by_models, status = json.loads(read)
    assert same(by_client) == same(documented)
    assert same(by_models) == same(documented)
    assert status == "404"
