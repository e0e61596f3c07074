"""Who gets in: every refusal is one and the same 401."""

from __future__ import annotations

import base64
import functools
import hmac
import json
import time
from collections.abc import Callable

import pytest
import requests

from conformance.reference import data
from conformance.reference.server import ReferenceServer
from conformance.reference.tokens import mint, new_key

Get = Callable[..., requests.Response]
ITEM = f"/invoices/{data.DOCUMENTED.id}"
FUTURE = int(time.time()) + 3600


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(header: str, payload: str, key: str) -> str:
    """Return a token of these very texts: what a library would refuse to make."""
    parts = ".".join(base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in (header, payload))
    mac = hmac.digest(key.encode(), parts.encode(), "sha256")
    return f"{parts}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


ACCEPTED: dict[str, Callable[[str], str]] = {
    "documented": lambda key: mint(25, key),
    "bearer": lambda key: "Bearer " + mint(25, key),
    "bearer in lower case": lambda key: "bEARER  " + mint(25, key),
    "subject as a string": lambda key: mint("25", key),
    "audience as a string": lambda key: mint(25, key, aud="customer-v1"),
    "one audience of several": lambda key: mint(25, key, aud=["other", "customer-v1"]),
    "no expiry": lambda key: mint(25, key, lifetime=None),
    "expired a moment ago": lambda key: mint(25, key, lifetime=-5),
    "unknown claim": lambda key: mint(25, key, extra={"a": [1]}),
    "last duplicate valid": lambda key: signed(
        '{"alg":"HS256"}', f'{{"sub":25,"aud":["customer-v1"],"exp":1,"exp":{FUTURE}}}', key
    ),
}

REFUSED: dict[str, Callable[[str], str | None]] = {
    "none": lambda _: None,
    "empty": lambda _: "",
    "text": lambda _: "invalid",
    "two segments": lambda key: mint(25, key).rpartition(".")[0],
    "four segments": lambda key: mint(25, key) + ".x",
    "dots": lambda _: "..",
    "scheme only": lambda _: "Bearer",
    "basic": lambda key: "Basic " + mint(25, key),
    "two words": lambda key: "x y " + mint(25, key),
    "token twice": lambda key: f"Bearer {mint(25, key)} {mint(25, key)}",
    "foreign character": lambda key: mint(25, key) + "!",
    "wrong key": lambda _: mint(25, new_key()),
    "expired": lambda key: mint(25, key, lifetime=-600),
    "not yet": lambda key: mint(25, key, nbf=FUTURE),
    "foreign audience": lambda key: mint(25, key, aud=["admin"]),
    "audience similar": lambda key: mint(25, key, aud="customer-v10"),
    "no audience": lambda key: mint(25, key, aud=None),
    "empty audience": lambda key: mint(25, key, aud=[]),
    "odd audience": lambda key: signed('{"alg":"HS256"}', '{"sub":25,"aud":{"customer-v1":1}}', key),
    "HS512": lambda key: mint(25, key, algorithm="HS512"),
    "HS384": lambda key: mint(25, key, algorithm="HS384"),
    "none algorithm": lambda key: f"{segment({'alg': 'none'})}.{mint(25, key).split('.')[1]}.",
    "nOnE algorithm": lambda key: f"{segment({'alg': 'nOnE'})}.{'.'.join(mint(25, key).split('.')[1:])}",
    "critical extension": lambda key: mint(25, key, header={"crit": ["x"], "x": 1}),
    "first duplicate valid": lambda key: signed(
        '{"alg":"HS256"}', f'{{"sub":25,"aud":["customer-v1"],"exp":{FUTURE},"exp":1}}', key
    ),
    "deep": lambda key: signed('{"alg":"HS256"}', "[" * 5000, key),
    "huge expiry": lambda key: signed('{"alg":"HS256"}', '{"sub":25,"aud":["customer-v1"],"exp":1e999}', key),
    "null expiry": lambda key: mint(25, key, exp=None),
    **{
        f"subject {subject!r}": functools.partial(mint, subject)
        for subject in (None, 27, -25, 0, True, 25.0, [25], {"id": 25}, "25 OR 1=1", "025", " 25", "", "٢٥", 10**30)
    },
    "no subject": lambda key: signed('{"alg":"HS256"}', '{"aud":["customer-v1"]}', key),
    "array of claims": lambda key: signed('{"alg":"HS256"}', "[25]", key),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(get: Get, server: ReferenceServer, name: str) -> None:
    answer = get(ITEM, Authorization=ACCEPTED[name](server.signing_key))
    assert answer.status_code == 200
    assert answer.content == get(ITEM).content


@pytest.mark.parametrize("name", REFUSED)
def test_refused_alike(get: Get, server: ReferenceServer, name: str) -> None:
    missing = get(ITEM, Authorization=None)
    answer = get(ITEM, Authorization=REFUSED[name](server.signing_key))
    assert answer.status_code == 401
    assert answer.content == missing.content
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="customer-v1"'
    assert answer.headers["Content-Type"] == "application/vnd.api+json"


def test_every_tampered_character_counts(get: Get, server: ReferenceServer) -> None:
    # The last character of a segment may have unused bits.
    ends = {index - 1 for index, character in enumerate(server.token) if character == "."}
    for index in range(0, len(server.token) - 1, 3):
        if server.token[index] != "." and index not in ends:
            other = "A" if server.token[index] != "A" else "B"
            changed = server.token[:index] + other + server.token[index + 1 :]
            assert get(ITEM, Authorization=changed).status_code == 401


@pytest.mark.parametrize("name", ["token", "access_token", "jwt", "auth_token"])
def test_token_in_the_url(get: Get, server: ReferenceServer, name: str) -> None:
    assert get(f"{ITEM}?{name}={server.token}", Authorization=None).status_code == 401
    answer = get(f"{ITEM}?{name}={server.token}")
    assert answer.status_code == 400
    assert server.token not in answer.text


def test_other_customer(get: Get, server: ReferenceServer) -> None:
    path = f"/invoices/{data.OTHER_INVOICE_ID}"
    assert get(path, Authorization=server.other_token).status_code == 200
    for suffix in ("", "/account", "/relationships/account", "?include=account"):
        assert get(path + suffix).status_code == 404
        assert get(ITEM + suffix, Authorization=server.other_token, If_None_Match="*").status_code == 404
