"""The value that a pointer names is found in the text of a document, whole or not."""

from __future__ import annotations

import pytest

from conformance.reading import json_places


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        ("/data/id", '"7"'),
        ("/data/list/1", '{ "a": null }'),
        ("/data/list/1/a", "null"),
        ("/data/a~1b", "true"),
        ("/data/none", '{"id": "7", "list": [1, { "a": null }], "a/b" : true}'),
        ("ETag", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("rest", ["}", ', "x": [1', ", broken"], ids=["whole", "cut", "broken"])
def test_the_value_that_a_pointer_names_is_found(pointer: str, marked: str | None, rest: str) -> None:
    text = ' {"data": {"id": "7", "list": [1, { "a": null }], "a/b" : true}' + rest
    place = json_places.span(text, pointer)
    assert (text[place[0] : place[1]] if place else None) == marked


def test_a_value_is_found_in_what_is_cut_behind_it() -> None:
    text = '{"data": {"id": "7", "long": "AAAA'
    assert json_places.span(text, "/data/id") == (16, 19)
    assert json_places.span(text, "/data/long") is None
    assert json_places.span(text, "/data/none") is None


@pytest.mark.parametrize("text", ["", "[", "7", "{}", '{"data"', '{"data": ', "{1: 2}", '{"data": ' + "[" * 100_000])
def test_what_cannot_be_placed_is_not_marked(text: str) -> None:
    assert json_places.span(text, "/data/0/0") is None
