"""Tokens derived from the given one, each broken in one named way (RFC 7515, RFC 7519, RFC 8725)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class ForgeError(ValueError):
    """The given token is not a JWT, so that nothing can be derived from it."""


def base64url(content: bytes) -> str:
    """Return bytes as a JWT writes them: base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bytes_of(segment: str) -> bytes:
    """Return the bytes that a JWT segment stands for. Raises ValueError when there are none."""
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def encode_segment(value: Mapping[str, Any]) -> str:
    """Return a JSON object as a JWT segment: base64url without padding (RFC 7515, section 2)."""
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def decode_segment(segment: str) -> dict[str, Any]:
    """Return the JSON object in a JWT segment. Raises ForgeError when there is none."""
    try:
        value = json.loads(bytes_of(segment))
    except ValueError as error:
        raise ForgeError("the token is not a JWT: a segment is not base64url-encoded JSON") from error
    if not isinstance(value, dict):
        raise ForgeError("the token is not a JWT: a segment is not a JSON object")
    return value


def segments(token: str) -> tuple[str, str, str]:
    """Split a compact JWS. Raises ForgeError unless there are three segments (RFC 7515, section 7.1)."""
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise ForgeError("the token is not a JWT of three segments")
    return parts[0], parts[1], parts[2]


def _unsigned(spelling: str, *, keep_signature: bool = False) -> Callable[[str], str]:
    def derive(token: str) -> str:
        header, payload, signature = segments(token)
        forged = encode_segment({**decode_segment(header), "alg": spelling})
        return f"{forged}.{payload}.{signature if keep_signature else ''}"

    return derive


def _payload(**claims: object) -> Callable[[str], str]:
    def derive(token: str) -> str:
        header, payload, signature = segments(token)
        return f"{header}.{encode_segment({**decode_segment(payload), **claims})}.{signature}"

    return derive


def _without_algorithm(token: str) -> str:
    header, payload, signature = segments(token)
    rest = {name: value for name, value in decode_segment(header).items() if name != "alg"}
    return f"{encode_segment(rest)}.{payload}.{signature}"


def _signature(token: str) -> str:
    # The middle: the last character of a base64url text has bits that decoders ignore. A letter in the other case,
    # which is another character all the same.
    header, payload, signature = segments(token)
    middle = len(signature) // 2
    place = next((each for each in range(middle, len(signature) - 1) if signature[each].isalpha()), middle)
    other = BASE64URL[(BASE64URL.find(signature[place]) + 26) % 52] if signature[place].isalpha() else "A"
    return f"{header}.{payload}.{signature[:place]}{other}{signature[place + 1 :]}"


def _shorter_signature(token: str) -> str:
    # Whole groups of four characters, so that it is well-formed.
    header, payload, signature = segments(token)
    return f"{header}.{payload}.{signature[: len(signature) // 8 * 4]}"


def _interrupted_signature(token: str) -> str:
    # Characters outside of the alphabet, which lenient decoders skip; four, as some reckon the padding before they do.
    header, payload, signature = segments(token)
    middle = len(signature) // 2
    return f"{header}.{payload}.{signature[:middle]}~~~~{signature[middle:]}"


def _no_signature(token: str) -> str:
    header, payload, _ = segments(token)
    return f"{header}.{payload}."


def _foreign_key(key: bytes, **hint: object) -> Callable[[str], str]:
    """Sign with ``key``, which is not the server's, and add the ``hint`` that leads to it to the header."""

    def derive(token: str) -> str:
        header, payload, _ = segments(token)
        forged = encode_segment({**decode_segment(header), "alg": "HS256", **hint})
        signed = f"{forged}.{payload}"
        mac = hmac.new(key, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64url(mac)}"

    return derive


def _subject(token: str) -> str:
    """Return the subject that a token names, by itself. Raises ForgeError when it names none that a field can hold."""
    subject = decode_segment(segments(token)[1]).get("sub")
    if isinstance(subject, bool) or not isinstance(subject, str | int) or not str(subject).isprintable():
        raise ForgeError("the given token names no subject")
    return str(subject)


def _rewritten_signature(change: Callable[[str], str]) -> Callable[[str], str]:
    def derive(token: str) -> str:
        header, payload, signature = segments(token)
        return f"{header}.{payload}.{change(signature)}"

    return derive


# Keys that libraries and programs fall back on, and that examples have: of nothing and of words. Blank memory signs as
# nothing does, whatever its length up to a block: HMAC fills keys with zeros (RFC 2104, section 2).
KNOWN_KEYS: Mapping[str, bytes] = MappingProxyType(
    {
        "empty": b"",
        "secret": b"secret",
        "example": b"your-256-bit-secret",
        "change": b"changeme",
        "password": b"password",
    }
)
# Further keys: from manuals and examples, and what programs write for a setting that is missing.
MORE_KNOWN_KEYS: Mapping[str, bytes] = MappingProxyType(
    {
        "key": b"key",
        "test": b"test",
        "quiet": b"shhhhh",
        "null": b"null",
        "undefined": b"undefined",
        "super": b"supersecret",
        "mine": b"mysecret",
        "yours": b"your-secret-key",
        "name": b"secret_key",
        "base": b"AllYourBase",
        "digits": b"0" * 32,
        "debugger": b"a-string-secret-at-least-256-bits-long",
        "token": b"token",
        "jwt": b"jwt_secret",
        "admin": b"admin",
        "word": b"secretkey",
        "keyboard": b"keyboard cat",
        "counting": b"123456",
    }
)
# Ones that are less common, of which only a run that may cost more tries each.
RARE_KNOWN_KEYS: Mapping[str, bytes] = MappingProxyType(
    {
        "default": b"default",
        "dev": b"dev",
        "development": b"development",
        "short": b"jwt",
        "hyphen": b"secret-key",
        "hyphen-mine": b"my-secret",
        "hyphen-yours": b"your-secret",
        "jwt-yours": b"your_jwt_secret",
        "setting": b"JWT_SECRET",
        "setting-of-framework": b"SECRET_KEY",
        "capitals": b"SECRET",
        # As a shell writes a word into a file.
        "line": b"secret\n",
        "change-this": b"changethis",
        "change-hyphen": b"change-me",
        "ten-digits": b"1234567890",
        "numbered": b"secret123",
        "keys": b"qwerty",
        "private": b"private",
        "python": b"None",
        "example-name": b"example_key",
        # Of a tutorial that many programs begin with, and of a database that is started on a developer's machine.
        "tutorial": b"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "database": b"super-secret-jwt-token-with-at-least-32-characters-long",
    }
)
_ALL_KNOWN_KEYS = {**KNOWN_KEYS, **MORE_KNOWN_KEYS, **RARE_KNOWN_KEYS}
_DEEP = base64url(b'{"alg":"HS256","x":' + b"[" * 2000 + b"]" * 2000 + b"}")
_FOREIGN_KEY = b"a key of the conformance suite, known to no server"

DERIVATIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "alg-none": _unsigned("none"),
        "alg-none-signed": _unsigned("none", keep_signature=True),
        "alg-none-mixed-case": _unsigned("nOnE"),
        "expiry-changed": _payload(exp=4102444800),
        "signature-changed": _signature,
        "signature-shortened": _shorter_signature,
        "signature-extended": lambda token: f"{token}AAAA",
        "signature-dropped": _no_signature,
        "algorithm-missing": _without_algorithm,
        "algorithm-unknown": _unsigned("conformance", keep_signature=True),
        # Readers who let the token choose take the key for one in another form, and fail.
        "algorithm-asymmetric": _unsigned("RS256", keep_signature=True),
        "signature-interrupted": _interrupted_signature,
        "two-segments": lambda token: ".".join(segments(token)[:2]),
        # The segments are JSON, but no objects.
        "arrays": lambda _: "W10.W10.W10",
        # Nor here, behind a header that is deeper than many readers of JSON go.
        "deep": lambda _: f"{_DEEP}.W10.W10",
        "four-segments": lambda token: ".".join((*segments(token), "AAAA")),
        "foreign-key-embedded": _foreign_key(
            _FOREIGN_KEY,
            jwk={"kty": "oct", "alg": "HS256", "k": base64url(_FOREIGN_KEY)},
        ),
        # Both addresses lead nowhere (RFC 2606).
        "foreign-key-url": _foreign_key(
            _FOREIGN_KEY, jku="https://conformance.invalid/jwks.json", x5u="https://conformance.invalid/certificate.pem"
        ),
        # A server that looks the key up by kid finds the one that stands there.
        "foreign-key-injected": _foreign_key(b"injected", kid="nosuch' UNION SELECT 'injected"),
        **{f"known-key-{name}": _foreign_key(key) for name, key in _ALL_KNOWN_KEYS.items()},
        "token-quoted": lambda token: f'"{token}"',
        "token-escaped": lambda token: token.replace(".", "%2E"),
        "token-spaced": lambda token: ".".join(f"{segment[:4]} {segment[4:]}" for segment in segments(token)),
        "signature-padded": _rewritten_signature(lambda signature: f"{signature}{'=' * (-len(signature) % 4) or '='}"),
        # No token: the name of the customer by itself.
        "subject": _subject,
        # What the token says of the customer, without the signature.
        "claims": lambda token: segments(token)[1],
        # A server that reads the file named by kid finds an empty key.
        "foreign-key-file": _foreign_key(b"", kid="../../../../../../../../dev/null"),
    }
)


def derive(name: str, token: str) -> str:
    """Return the token that ``name`` stands for.

    Raises ForgeError for an unknown name, and for a token that is not a JWT or is like that already.
    """
    try:
        derivation = DERIVATIONS[name]
    except KeyError:
        raise ForgeError(f"no derived token is named {name}; known: {', '.join(DERIVATIONS)}") from None
    derived = derivation(token)
    if derived == token:
        raise ForgeError(f"the given token is already what {name} makes of one")
    return derived
