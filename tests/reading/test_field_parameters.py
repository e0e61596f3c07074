"""Media types and challenges, read by the grammar of RFC 9110."""

from __future__ import annotations

import pytest

from conformance.reading.field_parameters import Challenge, challenges, parameter_names


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("application/vnd.api+json", []),
        ("application/vnd.api+json;", []),
        ("application/vnd.api+json ; ; ", []),
        ('a/b; Ext="https://example.com/a;b" ;profile=x', ["ext", "profile"]),
        ('a/b;x="\\"; y=z"', ["x"]),
    ],
)
def test_parameters_are_named(value: str, names: list[str]) -> None:
    assert parameter_names(value) == names


@pytest.mark.parametrize("value", ["a/b;charset", "a/b; charset =utf-8", 'a/b;x="', "a/b;=x", "a/b;x=y z"])
def test_what_is_not_a_parameter_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="is not a parameter"):
        parameter_names(value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", []),
        (" , ", []),
        ("Bearer", [Challenge("Bearer")]),
        ("Bearer , Basic", [Challenge("Bearer"), Challenge("Basic")]),
        ('Bearer realm="a, b" , Error = "x"', [Challenge("Bearer", {"realm": '"a, b"', "error": '"x"'})]),
        ("Negotiate YWJj==,, NTLM", [Challenge("Negotiate", token68=True), Challenge("NTLM")]),
        (
            'Basic realm="x",Custom a=b,c="d" ',
            [Challenge("Basic", {"realm": '"x"'}), Challenge("Custom", {"a": "b", "c": '"d"'})],
        ),
        # What looks like a parameter without value is token68.
        ("Digest nonce=", [Challenge("Digest", token68=True)]),
    ],
)
def test_challenges_are_read(value: str, found: list[Challenge]) -> None:
    assert challenges(value) == found


@pytest.mark.parametrize(
    "value",
    [
        "Bearer error=invalid token",
        'Bearer realm="a',
        'Bearer realm="a" error="b"',
        'Bearer realm="a", realm="b"',
        'realm="a"',
        "Bearer a b",
        'Negotiate YWJj==, realm="a"',
        "(Bearer)",
        'Bearer, realm="a"',
        'Negotiate, Basic , NTLM, realm="a"',
    ],
)
def test_malformed_challenges_are_errors(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        challenges(value)
