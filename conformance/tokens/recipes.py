"""What tokens signed with the right key hold: the claims of the given token, broken or changed in one named way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from conformance.tokens import altered
from conformance.tokens.altered import ForgeError
from conformance.tokens.written import as_utf8, in_json, in_other_alphabet, not_utf8, padded, spaced

Claims = dict[str, Any]
# Pairs and not a mapping: JSON text can have a name twice.
Pairs = Iterable[tuple[str, Any]]

# Seconds. Clocks may differ by "a few minutes" (RFC 7519, section 4.1.4).
_BEYOND_LEEWAY = 660
_HOUR = 3600
# Subjects that no system hands out: near the largest 32-bit number, and the UUID that stands for an unknown invoice.
_UNKNOWN_NUMBER = 2_147_483_629
_UNKNOWN_NAME = "6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42"
_FOREIGN_AUDIENCE = "conformance-of-another-service"
# What readers of tokens know, and an interface of its own tokens has no use for (RFC 7515, 7516, 7519, OpenID Connect).
_PARAMETERS = (
    *("typ", "cty", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "zip", "enc", "epk", "apu", "apv", "iv", "tag"),
    *("p2s", "p2c", "b64", "url", "nonce", "iss"),
)
_CLAIMS = (
    *("iss", "azp", "scope", "scp", "roles", "groups", "name", "email", "client_id", "auth_time", "nonce", "sid"),
    *("act", "cnf", "acr", "amr", "events", "locale"),
)
_ODD_TEXT = "../\u00e9'\"\\%\0;--\U0001f4de"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a token differs from the given one: ``claims`` of its claims and the time, ``header`` beside its header."""

    claims: Callable[[Claims, int], Pairs]
    header: Mapping[str, Any] = field(default_factory=dict)
    algorithm: str = "HS256"
    # What is made of the JSON text of the claims, and of a segment of header or claims before it is signed.
    text: Callable[[str], str] = str
    write_header: Callable[[str], str] = str
    write_claims: Callable[[str], str] = str
    # Of the signature; claims are added until there is something to write otherwise.
    write_signature: Callable[[str], str] | None = None
    # Of the key.
    write_key: Callable[[bytes], bytes] = bytes


def _valid(claims: Claims, now: int) -> Claims:
    """Return the claims with an expiry that is not about to come."""
    expiry = claims.get("exp")
    lasts = isinstance(expiry, int | float) and expiry > now + _HOUR
    return {**claims, "exp": expiry if lasts else now + _HOUR}


def _unchanged(claims: Claims, now: int) -> Pairs:
    return _valid(claims, now).items()


def _with(**changes: Any) -> Recipe:
    return Recipe(lambda claims, now: {**_valid(claims, now), **changes}.items())


def _header(**members: Any) -> Recipe:
    return Recipe(_unchanged, members)


def _header_as(text: str) -> Recipe:
    """Write ``text`` in the place of the header."""
    return Recipe(_unchanged, write_header=in_json(lambda _: text))


def _expiry_written(change: Callable[[str], str]) -> Recipe:
    """Write the number of the expiry otherwise."""
    return Recipe(_unchanged, text=lambda text: re.sub('("exp":)([0-9.]+)', lambda exp: exp[1] + change(exp[2]), text))


def _of_odd_type(value: Any) -> tuple[Recipe, Recipe]:
    """Return two tokens: with parameters in the header, and with claims, that nobody has to look at."""
    return _header(**dict.fromkeys(_PARAMETERS, value)), _with(**dict.fromkeys(_CLAIMS, value))


def _without(name: str) -> Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        if name not in claims:
            raise ForgeError(f"the given token has no claim {name} that could be left out")
        return ((key, value) for key, value in _valid(claims, now).items() if key != name)

    return Recipe(pairs)


def _of_key(change: Callable[[bytes], bytes]) -> Recipe:
    """Sign with the key in another form."""

    def write(key: bytes) -> bytes:
        changed = change(key)
        if changed == key:
            raise ForgeError("the signing key already has this form")
        return changed

    return Recipe(_unchanged, write_key=write)


def _decoded(key: bytes) -> bytes:
    try:
        return altered.bytes_of(key.decode())
    except ValueError as error:
        raise ForgeError("the signing key is not the base64 of another one") from error


def _expired(expiry: Callable[[int], object]) -> Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        # Issued before it expired: nothing else may be the reason why it is refused.
        earlier: Claims = {name: now - 2 * _HOUR for name in ("iat", "nbf") if name in claims}
        return {**claims, **earlier, "exp": expiry(now)}.items()

    return Recipe(pairs)


def _not_before(seconds: float) -> Recipe:
    return Recipe(lambda claims, now: {**claims, "nbf": now + seconds, "exp": now + 2 * _HOUR}.items())


def _subject(change: Callable[[Any], Any]) -> Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        changed = change(_subject_of(claims))
        if changed == claims["sub"] and type(changed) is type(claims["sub"]):
            raise ForgeError("the subject of the given token is already this one")
        return {**_valid(claims, now), "sub": changed}.items()

    return Recipe(pairs)


def _subject_of(claims: Claims) -> Any:
    if claims.get("sub") is None:
        raise ForgeError("the given token names no subject")
    return claims["sub"]


def _unknown(subject: Any) -> Any:
    """Return a subject of the same kind that does not exist."""
    if isinstance(subject, int):
        return _UNKNOWN_NUMBER
    return str(_UNKNOWN_NUMBER) if str(subject).isdecimal() else _UNKNOWN_NAME


def _as_number(subject: Any) -> int:
    return int(subject) if isinstance(subject, int) or re.fullmatch("[0-9]{1,18}", str(subject)) else 0


def _audience(change: Callable[[str], Any]) -> Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        given = claims.get("aud")
        name = given[0] if isinstance(given, list) and len(given) == 1 else given
        if not isinstance(name, str) or not name:
            raise ForgeError("the given token does not name one audience")
        return {**_valid(claims, now), "aud": change(name)}.items()

    return Recipe(pairs)


def _near(name: str) -> list[str]:
    """Return audiences that only begin, end or look like the right one."""
    return [_FOREIGN_AUDIENCE, f"{name}-x", f"x-{name}", f" {name}", f"{name} ", f"{name}\0", f"{name}/", "*", ""]


def _other_case(name: str) -> str:
    if name.swapcase() == name:
        raise ForgeError("the audience of the given token has no letters")
    return name.swapcase()


def _twice(name: str, values: Callable[[Claims, int], tuple[Any, Any]]) -> Recipe:
    """Write a claim twice, in this order."""

    def pairs(claims: Claims, now: int) -> Pairs:
        first, last = values(claims, now)
        rest = [pair for pair in _valid(claims, now).items() if pair[0] != name]
        return [(name, first), *rest, (name, last)]

    return Recipe(pairs)


_UNKNOWN_CLAIMS: Claims = {
    "jti": _UNKNOWN_NAME,
    "conformance": {"nested": [1, None, "\u00e9"]},
    "": None,
    "__proto__": {"constructor": {}},
    "long": "x" * 1500,
}

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "minted": Recipe(_unchanged),
        # As a file has it that ends in a line, as what reads base64 of it has it, and as what stores too little of it.
        "key-line": _of_key(lambda key: key + b"\n"),
        "key-decoded": _of_key(_decoded),
        "key-cut": _of_key(lambda key: key[:32] if len(key) > 32 else key[: len(key) // 2]),
        "expired-lately": _expired(lambda now: now - _BEYOND_LEEWAY),
        # A number that counts as false where numbers do.
        "expired-in-1970": _expired(lambda _: 0),
        # Times that no calendar has.
        "expired-ever": _expired(lambda _: -(10**30)),
        "not-before-never": _not_before(10**30),
        # A number that stands for "never" in many programs.
        "expired-never": _expired(lambda _: -1),
        "expired-as-text": _expired(lambda now: str(now - _BEYOND_LEEWAY)),
        "not-before-past": _not_before(-_HOUR),
        "not-before-future": _not_before(_HOUR),
        "audience-text": _audience(lambda name: name),
        "audience-array": _audience(lambda name: [name]),
        "audience-among-others": _audience(lambda name: [_FOREIGN_AUDIENCE, name]),
        # What is not the right one by itself is not it in a list, either.
        "audience-foreign": _audience(_near),
        "audience-longer": _audience(lambda name: f"{name}-x"),
        "audience-shorter": _audience(lambda name: name[:-1]),
        "audience-other-case": _audience(_other_case),
        "audience-empty": _audience(lambda _: []),
        "audience-blank": _audience(lambda name: f" {name}"),
        "audience-empty-text": _audience(lambda _: ""),
        "audience-null": _audience(lambda _: None),
        "audience-missing": _without("aud"),
        "subject-unknown": _subject(_unknown),
        "subject-word": _subject(lambda _: "D"),
        "subject-array": _subject(lambda subject: [subject]),
        "subject-injected": _subject(lambda subject: f"{subject} OR 1=1"),
        # Beyond 64 bits, and the right one for those who keep no more.
        "subject-huge": _subject(lambda subject: _as_number(subject) + 2**64),
        "subject-true": _subject(lambda _: True),
        "subject-blank": _subject(lambda subject: f" {subject} "),
        "subject-signed": _subject(lambda subject: f"+0{subject}"),
        "subject-cut": _subject(lambda subject: f"{subject}\0x"),
        "subject-wildcard": _subject(lambda _: "%"),
        "subject-empty": _subject(lambda _: ""),
        "subject-zero": _subject(lambda _: 0),
        "subject-negative": _subject(lambda subject: -_as_number(subject) or -1),
        # Half of a character, quotes, and longer than most columns.
        "subject-odd": _subject(lambda _: f"\ud800{_ODD_TEXT}{'x' * 300}"),
        "claims-nothing": Recipe(lambda _claims, _now: ()),
        "subject-null": _with(sub=None),
        "subject-missing": _without("sub"),
        "algorithm-hs384": Recipe(_unchanged, algorithm="HS384"),
        "algorithm-hs512": Recipe(_unchanged, algorithm="HS512"),
        # Signed as HS256, and called what Java calls that.
        "algorithm-of-java": Recipe(_unchanged, {"alg": "HmacSHA256"}),
        "algorithm-spaced": Recipe(_unchanged, {"alg": " HS256 "}),
        "algorithm-lower-case": Recipe(_unchanged, {"alg": "hs256"}),
        "extension": Recipe(_unchanged, {"x-conformance": 1}),
        "extension-critical": Recipe(_unchanged, {"crit": ["x-conformance"], "x-conformance": 1}),
        # Critical, and not there.
        "extension-absent": Recipe(_unchanged, {"crit": ["x-conformance"]}),
        # Its claims would not be encoded (RFC 7797): to whoever knows that they are not JSON.
        "extension-not-encoded": Recipe(_unchanged, {"crit": ["b64"], "b64": False}),
        # Unusual and valid.
        # With an exponent, as JSON may have it.
        "expiry-fraction": Recipe(
            lambda claims, now: {**claims, "exp": now + _HOUR + 0.5}.items(),
            text=lambda text: re.sub(r'("exp":)([0-9]+\.[0-9]+)', lambda exp: f"{exp[1]}{float(exp[2]):.10e}", text),
        ),
        # Before 1970, too.
        "not-before-fraction": _with(nbf=-1.5),
        "issued-fraction": _with(iat=-1.5),
        "type-named": _header(typ="JWT"),
        # RFC 7515, appendix A.1: line ends in header and claims. The case of a media type does not matter.
        "claims-spaced": Recipe(
            _unchanged, {"typ": "jwt"}, text=spaced, write_header=in_json(lambda text: text.replace(":", " :\r\n "))
        ),
        # And a time that 32 bits do not hold.
        "claims-unknown": Recipe(
            lambda claims, now: {**_valid(claims, now), "exp": 2**32 + now, **_UNKNOWN_CLAIMS}.items(),
            write_claims=as_utf8,
        ),
        # Of types that the claims cannot have.
        "expiry-null": _expired(lambda _: None),
        "expiry-list": _expired(lambda now: [now + _HOUR]),
        "expiry-object": _expired(lambda now: {"exp": now + _HOUR}),
        "expiry-true": _expired(lambda _: True),
        "expiry-false": _expired(lambda _: False),
        # JSON has no such number, and it is neither past nor to come.
        "expiry-not-a-number": _expiry_written(lambda _: "NaN"),
        "expiry-text": _expired(lambda now: str(now + _HOUR)),
        "expiry-date": _expired(lambda _: "2099-01-01T00:00:00Z"),
        "expiry-word": _expired(lambda _: "tomorrow"),
        "expiry-empty": _expired(lambda _: ""),
        "not-before-text": _with(nbf="tomorrow"),
        "not-before-list": _with(nbf=[1]),
        "not-before-object": _with(nbf={}),
        "not-before-true": _with(nbf=True),
        "not-before-null": _with(nbf=None),
        "audience-object": _audience(lambda name: {name: name}),
        "audience-number": _audience(lambda _: 1),
        "audience-true": _audience(lambda _: True),
        "audience-nested": _audience(lambda name: [None, 1, [name], {name: name}]),
        # For those who divide it at blanks, and at commas.
        "audience-of-names": _audience(lambda name: f"{_FOREIGN_AUDIENCE},{name},x {name} x"),
        "subject-object": _subject(lambda subject: {"id": subject}),
        "subject-fraction": _subject(lambda subject: _as_number(subject) + 0.5),
        "subject-prefixed": _subject(lambda subject: f"{subject}abc"),
        "claims-array": Recipe(_unchanged, text=lambda text: f"[{text}]"),
        "claims-text": Recipe(_unchanged, text=lambda _: '"conformance"'),
        "claims-number": Recipe(_unchanged, text=lambda _: "1"),
        "claims-null": Recipe(_unchanged, text=lambda _: "null"),
        "claims-empty": Recipe(_unchanged, text=lambda _: ""),
        "claims-broken": Recipe(_unchanged, text=lambda text: text[:-1]),
        "claims-not-utf8": Recipe(
            lambda claims, now: {**_valid(claims, now), "conformance": "\u00e9"}.items(), write_claims=not_utf8
        ),
        "header-null": _header_as("null"),
        "header-text": _header_as('"HS256"'),
        "critical-text": _header(crit="x-conformance", **{"x-conformance": 1}),
        "critical-number": _header(crit=1),
        "critical-object": _header(crit={"x-conformance": 1}, **{"x-conformance": 1}),
        "algorithm-object": _header(alg={"a": "HS256"}),
        "not-before-infinite": Recipe(_unchanged, text=lambda text: f'{text[:-1]},"nbf":1e400}}'),
        "critical-empty": _header(crit=[]),
        "critical-null": _header(crit=None),
        "algorithm-list": _header(alg=["HS256"]),
        "algorithm-null": _header(alg=None),
        "algorithm-number": _header(alg=256),
        "algorithm-absent": Recipe(_unchanged, write_header=in_json(lambda text: text.replace('"alg"', '"x-alg"'))),
        "header-padded": Recipe(_unchanged, write_header=padded),
        "header-blank": Recipe(_unchanged, write_header=lambda segment: f"{segment[:8]} {segment[8:]}"),
        "signature-blank": Recipe(_unchanged, write_signature=lambda segment: f"{segment[:8]} {segment[8:]}"),
        "signature-of-other-alphabet": Recipe(_unchanged, write_signature=in_other_alphabet),
        "claims-padded": Recipe(_unchanged, write_claims=padded),
        "claims-blank": Recipe(_unchanged, write_claims=lambda segment: f"{segment[:8]} {segment[8:]}"),
        # Of types that nobody has to look at.
        "expiry-huge": _expired(lambda _: 10**400),
        "expiry-missing": _without("exp"),
        "issued-text": _with(iat="yesterday"),
        "issued-null": _with(iat=None),
        "issued-huge": _with(iat=10**400),
        "id-object": _with(jti={"a": [1]}),
        "id-number": _with(jti=1),
        # Beyond the numbers of most readers, who take it for an infinite one.
        "expiry-infinite": _expiry_written(lambda _: "1e400"),
        "issued-list": _with(iat=[1]),
        "issued-object": _with(iat={}),
        "issued-true": _with(iat=True, jti=None),
        "id-list": _with(jti=[1]),
        "key-id-true": _header(kid=True),
        "key-id-null": _header(kid=None),
        "key-id-number": _header(kid=1),
        "key-id-list": _header(kid=["1"]),
        "key-id-object": _header(kid={"a": 1}),
        "key-id-odd": _header(kid=f"{_ODD_TEXT}{'x' * 300}"),
        "key-id-empty": _header(kid=""),
        **{
            f"{part}-{kind}": recipe
            for kind, value in {
                "null": None,
                "true": True,
                "number": 1.5,
                "text": _ODD_TEXT,
                "list": [[1], None],
                "object": {"a": [1]},
            }.items()
            for part, recipe in zip(("parameters", "members"), _of_odd_type(value), strict=True)
        },
        "expiry-twice-last-past": _twice("exp", lambda _, now: (now + _HOUR, now - _BEYOND_LEEWAY)),
        "expiry-twice-last-future": _twice("exp", lambda _, now: (now - _BEYOND_LEEWAY, now + _HOUR)),
        "audience-twice-last-foreign": _twice("aud", lambda claims, _: (claims.get("aud"), _FOREIGN_AUDIENCE)),
        "subject-twice-last-unknown": _twice("sub", lambda claims, _: (_subject_of(claims), _unknown(claims["sub"]))),
    }
)
