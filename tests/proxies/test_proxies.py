"""A correct server behind a proxy stays correct; what the proxy itself does wrong is pinned here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest
import requests

from conformance.model.outcome import JUDGED, Judgement, Outcome
from conformance.reference import data
from conformance.reference.message import Request
from conformance.reference.serialise import PREFIX
from conformance.reference.server import ReferenceServer
from tests.proxies.running import APACHE, HAPROXY, NGINX, Program, Proxy
from tests.support import detection

FOUND = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.ERROR})
ITEM = f"{PREFIX}/invoices/{data.BUSY.id}"

# What a proxy does wrong by the letter: the requirement, the case, and the clause.
PINNED: Mapping[str, Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        "nginx": {},
        "haproxy": {
            (
                "WIRE-001",
                "test_a_wrong_host_is_refused[twice]",
            ): "RFC 9112, section 3.2: a server MUST respond with 400 "
            "to a request that contains more than one Host field line; equal ones are made one",
        },
        "apache2": {
            (
                "COND-001",
                "test_the_current_tag_of_coded_content_is_not_modified",
            ): "RFC 9110, section 13.1.2: for a tag that matches a server MUST respond with 304; what marks the tag of "
            "compressed content with -gzip sends it on as it is, and the server behind does not know it",
        },
    }
)
# What only a proxy gives the suite to judge: content codings, and plain http beside https.
JUDGED_HERE = {"CACHE-007", "CACHE-011", "SEC-013", "SEC-014", "SEC-022"}


@dataclass(frozen=True)
class Behind:
    """A reference server behind a proxy, and what was judged of both."""

    name: str
    proxy: Proxy
    token: str
    judgements: list[Judgement]

    def get(self, path: str, **fields: str) -> requests.Response:
        """Fetch ``path`` with the token of the documented customer, by ``requests``."""
        headers = {"Authorization": self.token, "Accept-Encoding": "identity", **fields}
        return requests.get(self.proxy.base_url + path, headers=headers, verify=str(self.proxy.ca_bundle), timeout=10)


def knows_of_https(request: Request) -> None:
    """Make links as the server has to whose proxy ends https."""
    request.scheme = "https"


@pytest.fixture(scope="module", params=[NGINX, HAPROXY, APACHE], ids=lambda program: program.name)
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    program: Program = request.param
    if not program.is_there:
        pytest.skip(f"{program.name} is not installed: apt-get install {program.name}")
    with ReferenceServer() as server:
        server.api.on_request(knows_of_https)
        backend = server.base_url.removeprefix("http://")
        with program.before(backend, tmp_path_factory.mktemp(program.name)) as proxy:
            given = {**detection.settings_for(server), "plain_url": proxy.plain_url, "ca_bundle": str(proxy.ca_bundle)}
            judgements = detection.judge_target(proxy.base_url, given)
            yield Behind(program.name, proxy, server.token, judgements)


def test_nothing_is_found_but_what_the_proxy_does_itself(behind: Behind) -> None:
    found = {
        (each.requirement, each.nodeid.rpartition("::")[2]): each.summary
        for each in behind.judgements
        if each.outcome in FOUND
    }
    pinned = PINNED[behind.name]
    assert not found.keys() - pinned.keys(), {key: found[key] for key in found.keys() - pinned.keys()}
    assert not pinned.keys() - found.keys(), f"not found any more: {sorted(pinned.keys() - found.keys())}"


def test_what_only_a_proxy_shows_is_judged(behind: Behind) -> None:
    assert {each.requirement for each in behind.judgements if each.outcome in JUDGED} >= JUDGED_HERE


def test_the_proxy_is_in_between(behind: Behind) -> None:
    plain, coded = behind.get(ITEM), behind.get(ITEM, **{"Accept-Encoding": "gzip"})
    assert (plain.status_code, coded.status_code) == (200, 200)
    assert "X-Gateway-Request-Id" in plain.headers
    assert plain.json()["data"]["links"]["self"] == behind.proxy.base_url + ITEM
    assert "Content-Encoding" not in plain.headers
    assert coded.headers["Content-Encoding"] == "gzip"
    assert coded.json() == plain.json()


def test_its_limits_are_its_own(behind: Behind) -> None:
    # More field lines than the one takes, and a longer one than the other; it fits into what both read at once.
    refused = behind.get(ITEM, **{f"X-Filler-{number}": "x" for number in range(80)}, **{"X-Long": "x" * 9000})
    assert refused.status_code == 400
    assert "X-Request-Id" not in refused.headers
    assert refused.headers["Content-Type"].startswith("text/html")


def test_plain_http_leads_to_https(behind: Behind) -> None:
    answer = requests.get(behind.proxy.plain_url + ITEM, timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (308, behind.proxy.base_url + ITEM)


def test_a_program_that_does_not_start_is_reported(tmp_path: Path) -> None:
    program = Program("false", lambda _: "nothing", lambda _: [])
    if not program.is_there:
        pytest.skip("false is not installed: apt-get install coreutils")
    with (
        pytest.raises(RuntimeError, match="false did not start"),
        program.before("127.0.0.1:1", tmp_path),
    ):
        pytest.fail("it is running")
