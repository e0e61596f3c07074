"""The documents of error answers: errors, error objects and their members."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from conformance.checks.support.documents import unknown_members
from conformance.judge.api import expect, observe_each, require, requirement
from conformance.model.exchange import JSON_API, Exchange
from conformance.reading.classification import declares_version_1_0, error_objects, made_by_application
from conformance.syntax.scalars import shown

# JSON:API 1.1, error-objects.
_MEMBERS = {
    "an error object": ("id", "links", "status", "code", "title", "detail", "source", "meta"),
    "source": ("pointer", "parameter", "header"),
    "links": ("about", "type"),
}
_STRINGS = ("id", "code", "title", "detail")
_STATUS_CODE = re.compile(r"[1-5][0-9]{2}")
# RFC 6901, section 3.
_JSON_POINTER = re.compile(r"(?:/(?:[^/~]|~[01])*)*")


@requirement("ERR-001")
def test_errors_are_an_array_of_objects(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.media_type == JSON_API and "errors" in exchange.document, "no error document")
        errors = exchange.document["errors"]
        expect(isinstance(errors, list), "an array", shown(errors), exchange, part="/errors")
        for place, error in enumerate(errors):
            expect(isinstance(error, dict), "an error object", shown(error), exchange, part=f"/errors/{place}")
        expect("included" not in exchange.document, "errors alone", "included beside them", exchange, part="/included")

    observe_each(every_error, judge)


@requirement("ERR-002")
def test_an_error_object_says_something(every_error: tuple[Exchange, ...]) -> None:
    known = _MEMBERS["an error object"]

    def judge(exchange: Exchange) -> None:
        require(not declares_version_1_0(exchange), "JSON:API 1.0 does not demand it")
        for error in error_objects(exchange):
            expect(
                not error.keys().isdisjoint(known), f"one of {', '.join(known)}", shown(error), exchange, part="/errors"
            )

    observe_each(every_error, judge)


@requirement("ERR-003")
def test_error_objects_have_no_foreign_members(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for error in error_objects(exchange):
            parts = {"an error object": error} | {name: error[name] for name in ("source", "links") if name in error}
            for name, value in parts.items():
                expect(isinstance(value, dict), f"{name} as an object", shown(value), exchange, part="/errors")
                foreign = unknown_members(exchange, value, _MEMBERS[name])
                expect(
                    not foreign,
                    f"{name} with no members but {', '.join(_MEMBERS[name])}",
                    ", ".join(map(shown, foreign[:4])),
                    exchange,
                    part="/errors",
                )

    observe_each(every_error, judge)


@requirement("ERR-004")
def test_members_of_error_objects_are_strings(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for error in error_objects(exchange):
            for name in _STRINGS:
                value = error.get(name, "")
                expect(isinstance(value, str), f"{name} as a string", shown(value), exchange, part="/errors")
            status = error.get("status", "400")
            well_formed = isinstance(status, str) and _STATUS_CODE.fullmatch(status)
            expect(well_formed, "a status code as a string", f"status {shown(status)}", exchange, part="/errors")

    observe_each(every_error, judge)


@requirement("ERR-013")
def test_every_error_object_has_a_status(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for error in error_objects(exchange):
            # An error object without anything is judged by ERR-002.
            if not error.keys().isdisjoint(_MEMBERS["an error object"]):
                expect("status" in error, "an error object with status", shown(error), exchange, part="/errors")

    observe_each(every_error, judge)


@requirement("ERR-005")
def test_the_status_agrees_with_the_errors(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        errors = error_objects(exchange)
        stated = [error.get("status") for error in errors]
        codes = [code for code in stated if isinstance(code, str) and _STATUS_CODE.fullmatch(code)]
        require(len(codes) == len(errors), "not every error has a well-formed status", owner="ERR-004")
        status = str(exchange.status)
        if len(codes) == 1:
            expect(codes[0] == status, f"status {status}", f"status {codes[0]}", exchange, part="/errors/0/status")
        else:
            same = any(code[0] == status[0] for code in codes)
            expect(same, f"errors of the class of {status}", ", ".join(codes[:4]), exchange, part="/errors")

    observe_each(every_error, judge)


def _expect_same_title(first: Exchange, second: Exchange) -> None:
    require(first.status == second.status >= 400, "the two requests were not refused for the same reason")
    one, other = error_objects(first)[0], error_objects(second)[0]
    require(one.get("code") == other.get("code"), "different codes, so two problems")
    title, other_title = one.get("title"), other.get("title")
    require(isinstance(title, str) and isinstance(other_title, str), "no titles")
    expect(title == other_title, f"title {shown(title)} again", shown(other_title), second, part="/errors/0/title")


@requirement("ERR-006")
def test_unknown_invoices_have_one_title(unknown_item: Exchange, second_unknown_item: Exchange) -> None:
    _expect_same_title(unknown_item, second_unknown_item)


@requirement("ERR-006")
def test_unsupported_include_paths_have_one_title(
    unknown_include: Exchange, every_include_unsupported: tuple[Exchange, ...]
) -> None:
    observe_each(every_include_unsupported, lambda exchange: _expect_same_title(unknown_include, exchange))


def _sources(exchange: Exchange) -> list[dict[str, Any]]:
    found = [error.get("source") for error in error_objects(exchange)]
    sources = [source for source in found if isinstance(source, dict)]
    require(sources, "no source")
    return sources


def _names_in_query(exchange: Exchange) -> set[str]:
    query = exchange.request.target.partition("?")[2]
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return names | {name.split("[", 1)[0] for name in names}


@requirement("ERR-007")
def test_the_source_of_a_query_error_names_the_parameter(item: Exchange, every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        names = _names_in_query(exchange)
        # 422 may be about something else, unless the error names a parameter.
        sources = [each for each in _sources(exchange) if exchange.status == 400 or "parameter" in each]
        about_query = exchange.status in {400, 422} and names and made_by_application(exchange, item)
        require(about_query and sources, "no error about a query parameter")
        for source in sources:
            foreign = unknown_members(exchange, source, _MEMBERS["source"])
            require(not foreign, "source has other members", owner="ERR-003")
            named = source.get("parameter")
            expect(
                "header" in source or (isinstance(named, str) and named in names),
                f"parameter {' or '.join(sorted(map(shown, names)))}",
                f"parameter {shown(named)}"
                if "parameter" in source
                else f"source with {', '.join(source) or 'nothing'}",
                exchange,
                part="/errors/0/source",
            )

    observe_each(every_error, judge)


@requirement("ERR-007")
def test_pointers_are_json_pointers(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        pointers = [source["pointer"] for source in _sources(exchange) if "pointer" in source]
        require(pointers, "no pointer")
        for pointer in pointers:
            well_formed = isinstance(pointer, str) and _JSON_POINTER.fullmatch(pointer)
            expect(well_formed, "a JSON Pointer (RFC 6901)", shown(pointer), exchange, part="/errors/0/source/pointer")

    observe_each(every_error, judge)
