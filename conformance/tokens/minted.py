"""Tokens made with the signing key: signed as the recipe of each says (RFC 7519)."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.tokens import altered
from conformance.tokens.altered import ForgeError
from conformance.tokens.recipes import RECIPES, Pairs, Recipe


@dataclass(frozen=True, slots=True)
class Sources:
    """The secrets from which tokens are made; empty when they are not known."""

    auth_token: str = field(repr=False)
    other_auth_token: str = field(default="", repr=False)
    signing_key: str = field(default="", repr=False)


SWAPPED = "signature-of-other-token"
SUBJECT_OF_OTHER = "subject-of-other"
SUBJECTS = frozenset({"subject", SUBJECT_OF_OTHER})
NAMES = (*altered.DERIVATIONS, *RECIPES, SWAPPED, SUBJECT_OF_OTHER)


def _sign(header: Mapping[str, Any], pairs: Pairs, key: str, recipe: Recipe) -> str:
    """Return a compact JWS of exactly these claims (RFC 7515, section 7.1), by whatever name the header calls it."""
    import jwt  # brings a cryptography library along: only for those who have a key

    members = ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs)
    claims = altered.base64url(recipe.text(f"{{{members}}}").encode())
    content = f"{recipe.write_header(altered.encode_segment(header))}.{recipe.write_claims(claims)}"
    # The algorithm alone: encoders refuse, or warn of, what is wanted here.
    mac = jwt.get_algorithm_by_name(recipe.algorithm).sign(content.encode(), recipe.write_key(key.encode()))
    return f"{content}.{altered.base64url(mac)}"


def _with_other_signature(header: Mapping[str, Any], pairs: Pairs, key: str, recipe: Recipe) -> str:
    assert recipe.write_signature is not None
    kept = list(pairs)
    for number in itertools.count():
        token = _sign(header, [*kept, ("conformance", number)], key, recipe)
        content, _, signature = token.rpartition(".")
        if (other := recipe.write_signature(signature)) != signature:
            return f"{content}.{other}"
    raise AssertionError("one of few signatures has such a character")


def _mint(recipe: Recipe, sources: Sources) -> str:
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
    if name in RECIPES:
        return _mint(RECIPES[name], sources)
    if name == SWAPPED:
        return _swap(sources)
    if name == SUBJECT_OF_OTHER:
        return altered.derive("subject", sources.other_auth_token)
    if name not in altered.DERIVATIONS:
        raise ForgeError(f"no token is named {name}; known: {', '.join(NAMES)}")
    return altered.derive(name, sources.auth_token)
