"""Tokens made with the signing key: the claims of the given token, broken or changed in one named way (RFC 7519)."""

from __future__ import annotations

import base64
import itertools
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from conformance.tokens import altered
from conformance.tokens.altered import ForgeError

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


@dataclass(frozen=True, slots=True)
class Sources:
    """The secrets from which tokens are made; empty when they are not known."""

    auth_token: str = field(repr=False)
    other_auth_token: str = field(default="", repr=False)
    signing_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Recipe:
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


def _valid(claims: Claims, now: int) -> Claims:
    """Return the claims with an expiry that is not about to come."""
    expiry = claims.get("exp")
    lasts = isinstance(expiry, int | float) and expiry > now + _HOUR
    return {**claims, "exp": expiry if lasts else now + _HOUR}


def _unchanged(claims: Claims, now: int) -> Pairs:
    return _valid(claims, now).items()


def _with(**changes: Any) -> _Recipe:
    return _Recipe(lambda claims, now: {**_valid(claims, now), **changes}.items())


def _header(**members: Any) -> _Recipe:
    return _Recipe(_unchanged, members)


def _padded(segment: str) -> str:
    return f"{segment}{'=' * (-len(segment) % 4) or '='}"


def _other_alphabet(segment: str) -> str:
    """Write a segment in the alphabet of base64 that is not made for URLs."""
    return segment.replace("-", "+").replace("_", "/")


def _spaced(text: str) -> str:
    """Write JSON otherwise: with white space, and with an escape for a letter of every name."""
    return re.sub(r'"(aud|exp|sub)":', lambda name: f' "\\u{ord(name[1][0]):04x}{name[1][1:]}" : ', text)


def _without(name: str) -> _Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        if name not in claims:
            raise ForgeError(f"the given token has no claim {name} that could be left out")
        return ((key, value) for key, value in _valid(claims, now).items() if key != name)

    return _Recipe(pairs)


def _expired(expiry: Callable[[int], object]) -> _Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        # Issued before it expired: nothing else may be the reason why it is refused.
        earlier: Claims = {name: now - 2 * _HOUR for name in ("iat", "nbf") if name in claims}
        return {**claims, **earlier, "exp": expiry(now)}.items()

    return _Recipe(pairs)


def _not_before(seconds: float) -> _Recipe:
    return _Recipe(lambda claims, now: {**claims, "nbf": now + seconds, "exp": now + 2 * _HOUR}.items())


def _subject(change: Callable[[Any], Any]) -> _Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        changed = change(_subject_of(claims))
        if changed == claims["sub"] and type(changed) is type(claims["sub"]):
            raise ForgeError("the subject of the given token is already this one")
        return {**_valid(claims, now), "sub": changed}.items()

    return _Recipe(pairs)


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


def _audience(change: Callable[[str], Any]) -> _Recipe:
    def pairs(claims: Claims, now: int) -> Pairs:
        given = claims.get("aud")
        name = given[0] if isinstance(given, list) and len(given) == 1 else given
        if not isinstance(name, str) or not name:
            raise ForgeError("the given token does not name one audience")
        return {**_valid(claims, now), "aud": change(name)}.items()

    return _Recipe(pairs)


def _other_case(name: str) -> str:
    if name.swapcase() == name:
        raise ForgeError("the audience of the given token has no letters")
    return name.swapcase()


def _twice(name: str, values: Callable[[Claims, int], tuple[Any, Any]]) -> _Recipe:
    """Write a claim twice, in this order."""

    def pairs(claims: Claims, now: int) -> Pairs:
        first, last = values(claims, now)
        rest = [pair for pair in _valid(claims, now).items() if pair[0] != name]
        return [(name, first), *rest, (name, last)]

    return _Recipe(pairs)


_RECIPES: Mapping[str, _Recipe] = MappingProxyType(
    {
        "minted": _Recipe(_unchanged),
        "expired-lately": _expired(lambda now: now - _BEYOND_LEEWAY),
        # A number that counts as false where numbers do.
        "expired-in-1970": _expired(lambda _: 0),
        # Times that no calendar has.
        "expired-ever": _expired(lambda _: -(10**30)),
        "not-before-never": _not_before(10**30),
        "expired-as-text": _expired(lambda now: str(now - _BEYOND_LEEWAY)),
        "not-before-past": _not_before(-_HOUR),
        "not-before-future": _not_before(_HOUR),
        "audience-text": _audience(lambda name: name),
        "audience-array": _audience(lambda name: [name]),
        "audience-among-others": _audience(lambda name: [_FOREIGN_AUDIENCE, name]),
        # One that only begins like the right one is none of it in a list, either.
        "audience-foreign": _audience(lambda name: [_FOREIGN_AUDIENCE, f"{name}-x"]),
        "audience-longer": _audience(lambda name: f"{name}-x"),
        "audience-shorter": _audience(lambda name: name[:-1]),
        "audience-other-case": _audience(_other_case),
        "audience-empty": _audience(lambda _: []),
        "audience-null": _audience(lambda _: None),
        "audience-missing": _without("aud"),
        "subject-unknown": _subject(_unknown),
        "subject-word": _subject(lambda _: "D"),
        "subject-array": _subject(lambda subject: [subject]),
        "subject-injected": _subject(lambda subject: f"{subject} OR 1=1"),
        # Beyond 64 bits, and the right one for those who keep no more.
        "subject-huge": _subject(lambda subject: _as_number(subject) + 2**64),
        "subject-true": _subject(lambda _: True),
        "subject-null": _with(sub=None),
        "subject-missing": _without("sub"),
        "algorithm-hs384": _Recipe(_unchanged, algorithm="HS384"),
        "algorithm-hs512": _Recipe(_unchanged, algorithm="HS512"),
        "algorithm-lower-case": _Recipe(_unchanged, {"alg": "hs256"}),
        "extension": _Recipe(_unchanged, {"x-conformance": 1}),
        "extension-critical": _Recipe(_unchanged, {"crit": ["x-conformance"], "x-conformance": 1}),
        # Unusual and valid.
        "expiry-fraction": _expired(lambda now: now + _HOUR + 0.5),
        "not-before-fraction": _not_before(-_HOUR - 0.5),
        "issued-fraction": _Recipe(lambda claims, now: {**_valid(claims, now), "iat": now - _HOUR - 0.5}.items()),
        "type-named": _header(typ="JWT"),
        "claims-spaced": _Recipe(_unchanged, text=_spaced),
        "claims-unknown": _with(conformance={"nested": [1, None, "\u00e9"]}),
        # Of types that the claims cannot have.
        "expiry-null": _expired(lambda _: None),
        "expiry-list": _expired(lambda _: [1]),
        "expiry-object": _expired(lambda now: {"exp": now + _HOUR}),
        "expiry-true": _expired(lambda _: True),
        "expiry-text": _expired(lambda now: str(now + _HOUR)),
        "expiry-word": _expired(lambda _: "tomorrow"),
        "expiry-empty": _expired(lambda _: ""),
        "not-before-text": _with(nbf="tomorrow"),
        "not-before-list": _with(nbf=[1]),
        "not-before-object": _with(nbf={}),
        "audience-object": _audience(lambda name: {name: True}),
        "audience-number": _audience(lambda _: 1),
        "audience-true": _audience(lambda _: True),
        "audience-nested": _audience(lambda name: [[name]]),
        "audience-of-names": _audience(lambda name: f"{_FOREIGN_AUDIENCE} {name}"),
        "subject-object": _subject(lambda subject: {"id": subject}),
        "subject-fraction": _subject(lambda subject: _as_number(subject) + 0.5),
        "subject-prefixed": _subject(lambda subject: f"{subject}abc"),
        "claims-array": _Recipe(_unchanged, text=lambda text: f"[{text}]"),
        "claims-text": _Recipe(_unchanged, text=lambda _: '"conformance"'),
        "claims-number": _Recipe(_unchanged, text=lambda _: "1"),
        "claims-null": _Recipe(_unchanged, text=lambda _: "null"),
        "claims-empty": _Recipe(_unchanged, text=lambda _: ""),
        "claims-broken": _Recipe(_unchanged, text=lambda text: text[:-1]),
        "critical-text": _header(crit="x-conformance", **{"x-conformance": 1}),
        "critical-number": _header(crit=1),
        "critical-object": _header(crit={"x-conformance": 1}, **{"x-conformance": 1}),
        "algorithm-object": _header(alg={"a": "HS256"}),
        "not-before-infinite": _Recipe(_unchanged, text=lambda text: f'{text[:-1]},"nbf":1e400}}'),
        "critical-empty": _header(crit=[]),
        "critical-null": _header(crit=None),
        "algorithm-list": _header(alg=["HS256"]),
        "algorithm-null": _header(alg=None),
        "algorithm-number": _header(alg=256),
        "header-padded": _Recipe(_unchanged, write_header=_padded),
        "header-blank": _Recipe(_unchanged, write_header=lambda segment: f"{segment[:8]} {segment[8:]}"),
        "signature-blank": _Recipe(_unchanged, write_signature=lambda segment: f"{segment[:8]} {segment[8:]}"),
        "signature-of-other-alphabet": _Recipe(_unchanged, write_signature=_other_alphabet),
        "claims-padded": _Recipe(_unchanged, write_claims=_padded),
        "claims-blank": _Recipe(_unchanged, write_claims=lambda segment: f"{segment[:8]} {segment[8:]}"),
        # Of types that nobody has to look at.
        "expiry-huge": _expired(lambda _: 10**400),
        "issued-text": _with(iat="yesterday"),
        "issued-null": _with(iat=None),
        "issued-huge": _with(iat=10**400),
        "id-object": _with(jti={"a": [1]}),
        "id-number": _with(jti=1),
        "issuer-list": _with(iss=["conformance"]),
        "issuer-null": _with(iss=None),
        # Beyond the numbers of most readers, who take it for an infinite one.
        "expiry-infinite": _Recipe(_unchanged, text=lambda text: re.sub('("exp":)[0-9.]+', r"\g<1>1e400", text)),
        "issued-list": _with(iat=[1]),
        "issued-object": _with(iat={}),
        "id-list": _with(jti=[1]),
        "issuer-object": _with(iss={"a": 1}),
        "issuer-number": _with(iss=1),
        "key-id-true": _header(kid=True),
        "type-list": _header(typ=["JWT"]),
        "type-object": _header(typ={"a": 1}),
        "content-type-number": _header(cty=1),
        "key-id-null": _header(kid=None),
        "key-id-number": _header(kid=1),
        "key-id-list": _header(kid=["1"]),
        "key-id-object": _header(kid={"a": 1}),
        "type-number": _header(typ=1),
        "type-null": _header(typ=None),
        "content-type-list": _header(cty=["JWT"]),
        "certificate-text": _header(x5c="conformance"),
        "not-encoded": _header(b64="false"),
        "expiry-twice-last-past": _twice("exp", lambda _, now: (now + _HOUR, now - _BEYOND_LEEWAY)),
        "expiry-twice-last-future": _twice("exp", lambda _, now: (now - _BEYOND_LEEWAY, now + _HOUR)),
        "subject-twice-last-unknown": _twice("sub", lambda claims, _: (_subject_of(claims), _unknown(claims["sub"]))),
    }
)

SWAPPED = "signature-of-other-token"
SUBJECT_OF_OTHER = "subject-of-other"
SUBJECTS = frozenset({"subject", SUBJECT_OF_OTHER})
NAMES = (*altered.DERIVATIONS, *_RECIPES, SWAPPED, SUBJECT_OF_OTHER)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _sign(header: Mapping[str, Any], pairs: Pairs, key: str, recipe: _Recipe) -> str:
    """Return a compact JWS of exactly these claims (RFC 7515, section 7.1), by whatever name the header calls it."""
    import jwt  # brings a cryptography library along: only for those who have a key

    members = ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs)
    claims = _base64url(recipe.text(f"{{{members}}}").encode())
    content = f"{recipe.write_header(altered.encode_segment(header))}.{recipe.write_claims(claims)}"
    # The algorithm alone: encoders refuse, or warn of, what is wanted here.
    mac = jwt.get_algorithm_by_name(recipe.algorithm).sign(content.encode(), key.encode())
    return f"{content}.{_base64url(mac)}"


def _with_other_signature(header: Mapping[str, Any], pairs: Pairs, key: str, recipe: _Recipe) -> str:
    assert recipe.write_signature is not None
    kept = list(pairs)
    for number in itertools.count():
        token = _sign(header, [*kept, ("conformance", number)], key, recipe)
        content, _, signature = token.rpartition(".")
        if (other := recipe.write_signature(signature)) != signature:
            return f"{content}.{other}"
    raise AssertionError("one of few signatures has such a character")


def _mint(recipe: _Recipe, sources: Sources) -> str:
    if not sources.signing_key:
        raise ForgeError("the signing key is not known")
    header, claims, _ = altered.segments(sources.auth_token)
    own = altered.decode_segment(header)
    pairs = recipe.claims(altered.decode_segment(claims), int(time.time()))
    sign = _sign if recipe.write_signature is None else _with_other_signature
    return sign({**own, "alg": recipe.algorithm, **recipe.header}, pairs, sources.signing_key, recipe)


def _swap(sources: Sources) -> str:
    if not sources.other_auth_token:
        raise ForgeError("the token of a second customer is not known")
    header, claims, signature = altered.segments(sources.auth_token)
    _, _, other = altered.segments(sources.other_auth_token)
    if other == signature:
        raise ForgeError("both customers have the same token")
    return f"{header}.{claims}.{other}"


def produce(name: str, sources: Sources) -> str:
    """Return the token that ``name`` stands for: derived from the given one, or minted.

    Raises ForgeError for an unknown name, a token that is not a JWT, a missing key, and for a token that cannot differ
    from the given one in that way.
    """
    if name in _RECIPES:
        return _mint(_RECIPES[name], sources)
    if name == SWAPPED:
        return _swap(sources)
    if name == SUBJECT_OF_OTHER:
        return altered.derive("subject", sources.other_auth_token)
    if name not in altered.DERIVATIONS:
        raise ForgeError(f"no token is named {name}; known: {', '.join(NAMES)}")
    return altered.derive(name, sources.auth_token)
