"""Servers that are wrong altogether: a suite that passes them passes everything."""

from __future__ import annotations

import json

import pytest

from conformance.model.outcome import ExitCode, Outcome
from conformance.reference.app import Api
from conformance.reference.faults import Fault
from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from tests.support import detection

JSON_API = ("Content-Type", "application/vnd.api+json")


def _adversary(answer: Answer) -> Fault:
    def install(api: Api) -> None:
        def always(_: Request) -> Answer:
            return Answer(answer.status, list(answer.headers), answer.body)

        api.on_request(always)

    return Fault("adversary", "answers everything alike", frozenset(), "", "adversary", install)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


INVOICE = {"data": {"type": "invoices", "id": "abb41d30-a26e-11ef-be6d-0242ac120003", "attributes": {}}}
OTHER_API = {"login": "octo", "id": 1, "url": "https://api.example.org/users/octo", "public_repos": 8}


@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        (Answer(200, [JSON_API], b"{}"), {"ITEM-002", "AUTH-001", "ITEM-024"}),
        (Answer(200, [JSON_API], _json(INVOICE)), {"ITEM-022", "ITEM-024", "AUTH-001", "NEGO-006"}),
        (Answer(200, [("Content-Type", "application/json")], _json(OTHER_API)), {"NEGO-001", "ITEM-002", "AUTH-001"}),
        (Answer(500, [JSON_API], _json({"errors": [{"status": "500"}]})), {"ITEM-001", "ERR-011"}),
        (Answer(200, [JSON_API], b""), {"AUTH-001"}),
    ],
    ids=["an empty object", "one invoice for everything", "another API", "always 500", "no content"],
)
def test_adversaries_that_can_be_judged_do_not_conform(answer: Answer, ids: set[str]) -> None:
    judgements = detection.judge([_adversary(answer)])
    failed = {judgement.requirement for judgement in judgements if judgement.outcome is Outcome.FAILED}
    assert ids <= failed, f"not failed: {sorted(ids - failed)}"
    assert not [judgement.reason for judgement in judgements if judgement.outcome is Outcome.ERROR]


@pytest.mark.parametrize("status", [401, 403, 404], ids=["refuses", "forbids", "knows nothing"])
def test_adversaries_that_refuse_everything_end_the_run(status: int) -> None:
    answer = Answer(status, [JSON_API], _json({"errors": [{"status": str(status)}]}))
    with ReferenceServer(faults=[_adversary(answer)]) as server, pytest.raises(detection.Aborted) as ended:
        detection.judge_target(server.base_url, detection.settings_for(server))
    assert ended.value.code is ExitCode.UNREACHABLE


def test_a_server_that_echoes_the_request_is_found() -> None:
    def install(api: Api) -> None:
        def echo(request: Request) -> Answer:
            shown = "\n".join(f"{name}: {value}" for name, value in request.fields)
            return Answer(200, [JSON_API], _json({"meta": {"request": f"{request.path}\n{shown}"}}))

        api.on_request(echo)

    echoing = Fault("echo", "answers with the request", frozenset(), "", "adversary", install)
    judgements = detection.judge([echoing])
    found = detection.caught(judgements)
    assert {"SEC-006", "AUTH-001", "ITEM-024"} <= set(found)
    assert not [judgement.reason for judgement in judgements if judgement.outcome is Outcome.ERROR]
