"""The independent servers start, answer the documented requests and leave nothing behind."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import requests

from tests.servers import IndependentServer, drf_server, flask_server
from tests.servers.launch import PREFIX

JSON_API = "application/vnd.api+json"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
SERVERS = [
    pytest.param(drf_server, id="djangorestframework-jsonapi"),
    pytest.param(flask_server, id="flask-rest-jsonapi"),
]
Launcher = Callable[[], AbstractContextManager[IndependentServer]]


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[IndependentServer]:
    launcher: Launcher = request.param
    with launcher() as running:
        yield running


def get(server: IndependentServer, path: str, token: str | None) -> requests.Response:
    headers = {"Accept": JSON_API}
    if token is not None:
        headers["Authorization"] = token
    return requests.get(f"{server.base_url}{PREFIX}{path}", headers=headers, timeout=10)


def test_every_known_invoice_is_a_json_api_document(server: IndependentServer) -> None:
    for invoice_id in server.invoice_ids:
        answer = get(server, f"/invoices/{invoice_id}", server.auth_token)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == JSON_API
        assert (answer.json()["data"]["type"], answer.json()["data"]["id"]) == ("invoices", invoice_id)
        assert len(answer.json()["data"]["attributes"]) == 21


@pytest.mark.parametrize("path", ["/relationships/account", "/account"])
def test_the_account_of_an_invoice_is_reached(server: IndependentServer, path: str) -> None:
    answer = get(server, f"/invoices/{server.invoice_ids[0]}{path}", server.auth_token)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == JSON_API
    assert answer.json()["data"]["type"] == "accounts"


@pytest.mark.parametrize(("path", "own"), [("/invoices", 5), ("/accounts", 2)])
def test_a_collection_holds_what_the_customer_may_see(server: IndependentServer, path: str, own: int) -> None:
    answer = get(server, path, server.auth_token)
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == own


@pytest.mark.parametrize("token", [None, "", "not.a.token"])
def test_a_request_without_a_valid_token_is_unauthorised(server: IndependentServer, token: str | None) -> None:
    answer = get(server, f"/invoices/{server.invoice_ids[0]}", token)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == JSON_API


def test_an_invoice_that_the_customer_may_not_see_is_not_found(server: IndependentServer) -> None:
    for invoice_id in (UNKNOWN_ID, server.other_invoice_id, *server.hidden_invoice_ids):
        answer = get(server, f"/invoices/{invoice_id}", server.auth_token)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == JSON_API
        assert "data" not in answer.json()


def test_the_other_customer_sees_its_own_invoice(server: IndependentServer) -> None:
    assert get(server, f"/invoices/{server.other_invoice_id}", server.other_auth_token).status_code == 200
    assert get(server, f"/invoices/{server.invoice_ids[0]}", server.other_auth_token).status_code == 404


@pytest.mark.parametrize("launcher", SERVERS)
def test_a_server_stops_with_its_context(launcher: Launcher) -> None:
    with launcher() as running:
        assert get(running, "/accounts", running.auth_token).status_code == 200
    with pytest.raises(ProcessLookupError):
        os.kill(running.pid, 0)
    with pytest.raises(requests.ConnectionError):
        get(running, "/accounts", running.auth_token)
