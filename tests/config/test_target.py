"""The target that follows from the settings: its URL, the way to it, and what can be judged of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from conformance.config.settings import SettingError
from conformance.config.target import build, split_base_url
from tests.support.targets import target_of


@pytest.mark.parametrize(
    ("url", "authority", "mount"),
    [
        ("http://localhost", "localhost", ""),
        ("http://localhost:80/", "localhost", ""),
        ("https://example.org:443/gateway/", "example.org", "/gateway"),
        ("http://example.org:443", "example.org:443", ""),
        ("HTTPS://Example.ORG:8443", "example.org:8443", ""),
        ("http://[::1]:8000", "[::1]:8000", ""),
        ("http://a_b.example.", "a_b.example.", ""),
        ("https://b\u00fccher.example", "xn--bcher-kva.example", ""),
    ],
)
def test_a_base_url_is_taken_apart(url: str, authority: str, mount: str) -> None:
    origin, path = split_base_url(url)
    assert (origin.authority, path) == (authority, mount)


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "http://",
        "//example.org",
        "http://example.org:99999",
        "http://example.org:x",
        "http://[::1",
        "http://user:pass-word@example.org",
        "user:pass-word@example.org",
        "http://example.org/?a=b",
        "http://example.org/#a",
        "http://example.org/a b",
        "http://example.org:0",
        "http://exam ple.org",
        "http://exam$ple.org",
        "http://example.org\n:80",
        "http://example.org/\ta",
        "http://example.org/\u00fc",
        "http://a..b",
        f"http://{'a' * 64}.example",
    ],
)
def test_an_unusable_base_url_is_reported(url: str) -> None:
    with pytest.raises(SettingError, match=r"^--base-url: ") as raised:
        build(url, target_of().settings)
    assert "pass-word" not in str(raised.value)


@pytest.mark.parametrize(
    ("where", "given", "problem"),
    [
        ("http://a", {"client_cert": "{file}"}, "--client-cert: is shown over https only"),
        ("https://a", {"client_key": "{file}"}, "--client-key: belongs to a certificate: give --client-cert"),
        ("http://a", {"proxy": "http://p:1"}, "--proxy: is used for https only: over http it would see the token"),
        (
            "https://a",
            {"proxy": "http://p:1", "plain_url": "http://a"},
            "--plain-url: cannot be reached through",
        ),
        ("https://a", {"public_origin": "https://b/c"}, "--public-origin: 'https://b/c' has a path"),
        ("https://a", {"public_origin": "b"}, "--public-origin: 'b' is not a URL"),
    ],
)
def test_ways_that_do_not_fit_together_are_refused(
    where: str, given: dict[str, str], problem: str, present: Callable[[Any], Any]
) -> None:
    with pytest.raises(SettingError, match=re.escape(problem)):
        target_of(where, **{name: present(value) for name, value in given.items()})


def test_what_links_name_is_the_origin_unless_there_is_a_public_one() -> None:
    assert target_of("http://a:81/b").link_origin.authority == "a:81"
    assert target_of("http://a", public_origin="https://c:8443/").link_origin.authority == "c:8443"


def test_nothing_is_known_of_plain_http_on_another_way() -> None:
    assert target_of("https://a").plain_origin is not None
    assert target_of("https://a", proxy="http://p:1").plain_origin is None
    assert target_of("https://a", connect_to="b:443").plain_origin is None
    assert target_of("https://a", connect_to="b:443", plain_url="http://b").plain_origin is not None


def test_capabilities_follow_from_what_is_given() -> None:
    assert target_of().capabilities == frozenset()
    assert target_of("https://example.org:8443", enable="wire,load").capabilities == {"https", "wire", "load"}
    assert target_of("https://example.org").capabilities == {"https", "plain-http"}
    assert target_of("https://example.org:8443", plain_url="http://example.org:8080").plain_origin is not None
    second = target_of(
        other_auth_token="t", other_invoice_id="x", hidden_invoice_id="y", signing_key="k", expendable_invoice_id="z"
    )
    assert second.capabilities == {"second-customer", "hidden-invoice", "signing-key", "expendable-invoice"}
    assert target_of(other_auth_token="t").capabilities == frozenset()


@pytest.mark.parametrize("other", ["invoice_id", "other_invoice_id", "hidden_invoice_id"])
def test_an_invoice_that_may_be_lost_is_not_judged_by(other: str) -> None:
    given: dict[str, Any] = {"expendable_invoice_id": "A1", other: ["b2", "a1"]}
    with pytest.raises(SettingError, match="--expendable-invoice-id: is given as another invoice"):
        target_of(**given)
