"""What the given token shows about itself; looked at here and never sent anywhere for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from conformance.tokens import altered

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

# Words that tutorials, templates and tests use as keys. Spellings are varied below.
_WORDS = (
    "",
    "admin",
    "api",
    "apikey",
    "app",
    "auth",
    "change-me",
    "change_me",
    "changeit",
    "changeme",
    "default",
    "demo",
    "dev",
    "development",
    "example",
    "example_key",
    "foo",
    "foobar",
    "hello",
    "helloworld",
    "hmac",
    "hs256",
    "invoices",
    "jwt",
    "jwt-key",
    "jwt-secret",
    "jwt_key",
    "jwt_secret",
    "jwtsecret",
    "key",
    "letmein",
    "my-secret",
    "my_secret",
    "mykey",
    "mysecret",
    "mysecretkey",
    "none",
    "null",
    "pass",
    "passw0rd",
    "password",
    "private",
    "privatekey",
    "qwerty",
    "root",
    "s3cr3t",
    "secret",
    "secret-key",
    "secret_key",
    "secret_key_base",
    "secretkey",
    "shhhhh",
    "sign",
    "signature",
    "super-secret",
    "super_secret",
    "supersecret",
    "supersecretkey",
    "test",
    "test-key",
    "test_secret",
    "testkey",
    "testing",
    "token",
    "token-secret",
    "topsecret",
    "undefined",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "your-secret-key",
    "your_jwt_secret",
    "your_secret_key",
    "yoursecretkey",
    "a-string-secret-at-least-256-bits-long",
    "a-string-secret-at-least-512-bits-long-which-is-longer",
    "thisisasecret",
    "this-is-a-secret",
    "django-insecure",
    "keyboard cat",
)
_SUFFIXES = ("", "!", "1", "12", "123", "1234", "12345", "123456", "2023", "2024", "2025", "2026")
_COUNTING = "1234567890" * 13
# Seconds since 1970: far beyond any date.
_LATEST = 10**15


def _candidates() -> Iterator[bytes]:
    for word in _WORDS:
        for spelling in dict.fromkeys((word, word.capitalize(), word.upper())):
            for suffix in _SUFFIXES:
                yield f"{spelling}{suffix}".encode()
        yield base64.b64encode(word.encode())
        yield hashlib.sha256(word.encode()).hexdigest().encode()
    # Strings of one character and plain counting, in the lengths that a key may have.
    for length in (*range(1, 65), 128):
        yield _COUNTING[:length].encode()
        for character in (b"0", b"1", b"a", b"x", b"A", b"\0"):
            yield character * length


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """The given token, without anything of it that is secret or personal.

    ``guessable_key`` is whether a well-known default is the key; None when that cannot be tried, because the
    algorithm has no shared key. ``lifetime`` is seconds until expiry, None without a usable ``exp``.
    """

    is_jwt: bool = False
    guessable_key: bool | None = None
    lifetime: float | None = None


def _has_guessable_key(token: str, algorithm: object) -> bool | None:
    digest = _HASHES.get(algorithm) if isinstance(algorithm, str) else None
    if digest is None:
        return None
    signed, _, signature = token.rpartition(".")
    try:
        mac = base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    message = signed.encode()
    return any(hmac.compare_digest(hmac.new(key, message, digest).digest(), mac) for key in _candidates())


def inspect(token: str, now: float | None = None) -> TokenFacts:
    """Return what ``token`` shows about itself. ``now`` is the time in seconds since 1970; None asks the clock."""
    try:
        first, second, _ = altered.segments(token)
        header, claims = altered.decode_segment(first), altered.decode_segment(second)
    except altered.ForgeError:
        return TokenFacts()
    expiry = claims.get("exp")
    moment = time.time() if now is None else now
    lifetime = None
    if isinstance(expiry, int | float) and not isinstance(expiry, bool):
        # Cut where no float could hold it.
        lifetime = min(expiry, _LATEST) - moment
    return TokenFacts(
        is_jwt=True,
        guessable_key=_has_guessable_key(token, header.get("alg")),
        lifetime=lifetime,
    )


def expiry_of(token: str) -> datetime | None:
    """Return when ``token`` expires (RFC 7519, section 4.1.4); None when it does not say so in a usable way."""
    try:
        expiry = altered.decode_segment(altered.segments(token)[1]).get("exp")
    except altered.ForgeError:
        return None
    if not isinstance(expiry, int | float) or isinstance(expiry, bool):
        return None
    try:
        return datetime.fromtimestamp(expiry, UTC)
    except (OverflowError, ValueError, OSError):
        return None
