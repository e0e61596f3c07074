"""YAML that somebody else may have written: what is not meant for people to read is refused."""

from __future__ import annotations

import pytest

from conformance.syntax import strict_yaml
from conformance.syntax.strict_yaml import UnreadableError

_NINE = {each: f"[{', '.join([f'*{each}'] * 9)}]" for each in "abc"}
_LAUGHS = f"a: &a [ha]\nb: &b {_NINE['a']}\nc: &c {_NINE['b']}\nd: {_NINE['c']}"
_MANY = "".join(f"k{number}: 1\n" for number in range(20_000))

HOSTILE = {
    "deep": ("[" * 100_000, "more than 20 levels deep"),
    "deep lists": ("- " * 100_000, "more than 20 levels deep"),
    "deep objects": ("{a: " * 100_000, "more than 20 levels deep"),
    "a billion laughs": (_LAUGHS, "*b stands for something with aliases"),
    "itself": ("waivers: &a [*a]", "*a stands for something with aliases"),
    "many aliases": (f"a: &a [1]\nb: [{'*a, ' * 101}]", "more than 100 aliases"),
    "an object": ("!!python/object/apply:os.getcwd []", "not YAML at line 1"),
    "twice": (f"{_MANY}k7: 1", "line 20001: k7: written twice"),
    "a list as a key": ("? [1]\n: 2", "not YAML at line 1: found unhashable key"),
}


@pytest.mark.parametrize(("text", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_what_harms_is_refused(text: str, expected: str) -> None:
    with pytest.raises(UnreadableError) as error:
        strict_yaml.read(text)
    assert expected in str(error.value)


def test_what_is_written_once_may_be_used_often() -> None:
    text = "waivers: [{observed: &texts [a, b]}, {observed: *texts}]"
    assert [each["observed"] for each in strict_yaml.read(text)["waivers"]] == [["a", "b"], ["a", "b"]]
