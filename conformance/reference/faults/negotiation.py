"""Faults of content negotiation by Accept and its like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_collection,
    is_item,
    is_related,
    is_relationship,
)
from conformance.reference.message import Answer, Problem
from conformance.reference.negotiation import MEDIA_TYPE, media_range, split_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

    Acceptable = Callable[[list[str]], bool]

SERVERS = "JSON:API 1.1, content-negotiation-servers"
ACCEPT = "RFC 9110, section 12.5.1"


def _acceptable(api: Api, decide: Callable[[Acceptable, list[str]], bool]) -> None:
    api.replace("acceptable", decide)


@fault("accept-required", caught_by={"NEGO-003"}, clause="RFC 9110, section 12.4.1")
def accept_required(api: Api) -> None:
    """A request without Accept is refused."""
    _acceptable(api, lambda original, lines: bool(lines) and original(lines))


@fault("accept-subtype-wildcard-refused", caught_by={"NEGO-003"}, clause=ACCEPT)
def subtype_wildcard(api: Api) -> None:
    """The range application/* is refused."""
    _acceptable(api, lambda original, lines: "application/*" not in ",".join(lines) and original(lines))


@fault("accept-wildcard-refused", caught_by={"NEGO-003"}, clause=ACCEPT)
def wildcard_refused(api: Api) -> None:
    """The range */* is refused."""
    _acceptable(api, lambda original, lines: "*/*" not in ",".join(lines) and original(lines))


@fault("accept-wildcard-with-weight-refused", caught_by={"NEGO-003"}, clause=ACCEPT)
def weighted_wildcard(api: Api) -> None:
    """The range */* is refused when it has a weight, as that of browsers has."""
    _acceptable(api, lambda original, lines: "*/*;q" not in ",".join(lines) and original(lines))


@fault("accept-weight-is-parameter", caught_by={"NEGO-004"}, clause=ACCEPT)
def weight_is_parameter(api: Api) -> None:
    """The weight of the JSON:API media type is taken for a parameter."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        members = [range_ for range_ in map(media_range, split_list(lines)) if range_ and range_.type == MEDIA_TYPE]
        weighted = [range_ for range_ in members if any(name == "q" for name, _ in range_.parameters)]
        return original(lines) and not (members and len(weighted) == len(members))

    _acceptable(api, acceptable)


@fault("accept-weight-in-capitals", caught_by={"NEGO-004"}, clause="RFC 9110, section 5.6.6")
def weight_in_capitals(api: Api) -> None:
    """The name of the weight is compared with regard to case."""
    _acceptable(api, lambda original, lines: not any("Q=" in line for line in lines) and original(lines))


@fault("accept-case-matters", caught_by={"NEGO-005"}, clause="RFC 9110, section 8.3.1")
def case_matters(api: Api) -> None:
    """Media types are compared with regard to case."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        text = ",".join(lines)
        return original(lines) and (MEDIA_TYPE in text or MEDIA_TYPE not in text.lower())

    _acceptable(api, acceptable)


@fault("accept-empty-members-refused", caught_by={"NEGO-005"}, clause="RFC 9110, section 5.6.1.2")
def empty_members(api: Api) -> None:
    """A list with empty members is refused."""
    _acceptable(
        api, lambda original, lines: not any(", ," in line or ",," in line for line in lines) and original(lines)
    )


@fault("accept-first-line", caught_by={"NEGO-005"}, clause="RFC 9110, section 5.2")
def first_line(api: Api) -> None:
    """Of several Accept lines only the first counts."""
    _acceptable(api, lambda original, lines: original(lines[:1]))


@fault(
    "accept-parameters-ignored",
    caught_by={"NEGO-006"},
    clause=SERVERS,
    also={
        "NEGO-008": "ext is a parameter, too",
        "NEGO-011": "the media type of a request is read alike",
        "NEGO-015": "it is so beside a wildcard, too",
    },
)
def parameters_ignored(api: Api) -> None:
    """Parameters of the JSON:API media type are ignored."""
    api.replace("supported", lambda _original, _parameters: True)


@fault(
    "accept-charset-tolerated",
    caught_by={"NEGO-006"},
    clause=SERVERS,
    also={
        "NEGO-011": "the media type of a request is read alike",
        "NEGO-015": "it is so beside a wildcard, too",
    },
)
def charset_tolerated(api: Api) -> None:
    """The parameter charset, and only that, is tolerated."""
    api.replace("supported", lambda original, parameters: original(tuple(p for p in parameters if p[0] != "charset")))


@fault("accept-first-instance-decides", caught_by={"NEGO-007"}, clause=SERVERS)
def first_instance(api: Api) -> None:
    """The first instance of the JSON:API media type decides."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        own = [member for member in split_list(lines) if member.lower().startswith(MEDIA_TYPE)]
        return original(own[:1]) if own else original(lines)

    _acceptable(api, acceptable)


@fault("accept-any-bad-instance-refused", caught_by={"NEGO-007"}, clause=SERVERS)
def any_bad_instance(api: Api) -> None:
    """One instance with a foreign parameter spoils the others."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        own = [range_ for range_ in map(media_range, split_list(lines)) if range_ and range_.type == MEDIA_TYPE]
        return original(lines) and all(api.supported(range_.modifiers) for range_ in own)

    _acceptable(api, acceptable)


@fault(
    "accept-extension-ignored",
    caught_by={"NEGO-008"},
    clause=SERVERS,
    also={"NEGO-011": "the media type of a request is read alike"},
)
def extension_ignored(api: Api) -> None:
    """Unsupported extensions are ignored."""
    api.replace("supported", lambda original, parameters: original(tuple(p for p in parameters if p[0] != "ext")))


@fault("accept-profile-refused", caught_by={"NEGO-009"}, clause=SERVERS)
def profile_refused(api: Api) -> None:
    """Profiles are refused, though the document declares version 1.1."""
    api.replace("supported", lambda original, parameters: original(parameters) and not parameters)

    def change(_request: Request, document: dict[str, object]) -> None:
        document["jsonapi"] = {"version": "1.1"}

    api.on_document(change)


@fault("accept-wildcard-makes-up", caught_by={"NEGO-015"}, clause=SERVERS, needs={"contested"})
def wildcard_makes_up(api: Api) -> None:
    """Beside */* an instance with foreign parameters is no reason to refuse."""
    _acceptable(
        api,
        lambda original, lines: any(member == "*/*" for member in split_list(lines)) or original(lines),
    )


@fault("accept-profile-refused-without-version", caught_by={"NEGO-016"}, clause=SERVERS, needs={"contested"})
def profile_refused_without_version(api: Api) -> None:
    """Profiles are refused as by JSON:API 1.0, which the document does not declare."""
    _acceptable(api, lambda original, lines: original(lines) and not any("profile=" in line for line in lines))


@fault("accept-profile-crash", caught_by={"NEGO-009", "ERR-011"}, clause=SERVERS)
def profile_crash(api: Api) -> None:
    """A profile is answered with 500."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        if any("profile" in line for line in lines):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(lines)

    _acceptable(api, acceptable)


@fault("accept-html-page", caught_by={"NEGO-010"}, clause="Documented API, content type")
def html_page(api: Api) -> None:
    """A browser gets an HTML page with status 200."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 406 and any("text/html" in line for line in request.lines("accept")):
            answer.status = 200
            answer.set("Content-Type", "text/html; charset=utf-8")
            answer.body = b"<!DOCTYPE html><title>Invoice</title>"

    api.on_answer(change)


@fault("not-acceptable-empty", caught_by={"NEGO-013"}, clause="RFC 9110, section 15.5.7")
def empty_406(api: Api) -> None:
    """A 406 has no content."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.status == 406:
            answer.body = b""
            answer.remove("Content-Type")

    api.on_answer(change)


def _crash_on(api: Api, name: str, part: str) -> None:
    def hook(request: Request) -> Answer | None:
        if is_item(request) and any(part in line for line in request.lines(name)):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return None

    api.on_request(hook)


@fault("accept-language-crash", caught_by={"NEGO-014", "ERR-011"}, clause="RFC 9110, section 12.5.4")
def language_crash(api: Api) -> None:
    """An Accept-Language with an unknown language is answered with 500."""
    _crash_on(api, "accept-language", "!")


@fault("accept-encoding-crash", caught_by={"NEGO-014", "ERR-011"}, clause="RFC 9110, section 12.5.3")
def encoding_crash(api: Api) -> None:
    """An Accept-Encoding that refuses everything is answered with 500."""
    _crash_on(api, "accept-encoding", "*;q=0")


@fault("accept-bad-instance-beside-other-type", caught_by={"NEGO-006"}, clause=SERVERS)
def beside_other_type(api: Api) -> None:
    """A foreign parameter is tolerated when Accept lists another type, too."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        types = {member.partition(";")[0].strip().lower() for member in split_list(lines)}
        return original(lines) or (MEDIA_TYPE in types and len(types) > 1 and "*/*" not in types)

    _acceptable(api, acceptable)


def _not_negotiated(api: Api, where: Callable[[Request], bool]) -> None:
    api.replace("negotiate", lambda original, request: None if where(request) else original(request))


@fault("accept-not-read-for-relationship", caught_by={"NEGO-006"}, clause=SERVERS)
def not_read_for_relationship(api: Api) -> None:
    """For the relationship Accept is not looked at."""
    _not_negotiated(api, is_relationship)


@fault("accept-not-read-for-account", caught_by={"NEGO-006"}, clause=SERVERS)
def not_read_for_account(api: Api) -> None:
    """For the related account Accept is not looked at."""
    _not_negotiated(api, is_related)


@fault("accept-not-read-for-collection", caught_by={"NEGO-006"}, clause=SERVERS, needs={"collection"})
def not_read_for_collection(api: Api) -> None:
    """For the collection Accept is not looked at."""
    _not_negotiated(api, is_collection)


@fault("accept-xml", caught_by={"NEGO-010"}, clause="Documented API, content type")
def xml(api: Api) -> None:
    """Whoever accepts application/xml gets XML with status 200."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 406 and request.lines("accept") == ["application/xml"]:
            answer.status = 200
            answer.set("Content-Type", "application/xml")
            answer.set("Cache-Control", api.cache_control)
            answer.body = b"<invoice/>"

    api.on_answer(change)


@fault(
    "accept-without-slash-crash",
    caught_by={"NEGO-014", "ERR-011"},
    clause="RFC 9110, section 15.6",
)
def without_slash(api: Api) -> None:
    """An Accept that is no media range is answered with 500."""

    def acceptable(original: Acceptable, lines: list[str]) -> bool:
        if any("/" not in line for line in lines if line):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(lines)

    _acceptable(api, acceptable)


@fault(
    "accept-language-writes-numbers",
    caught_by={"NEGO-017"},
    clause="Documented example, response body",
)
def language_writes_numbers(api: Api) -> None:
    """Decimals have the separator of the language that the request prefers."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 200 and any(line.startswith("de") for line in request.lines("accept-language")):
            answer.body = re.sub(rb'(spent":"\d+)\.', rb"\1,", answer.body)

    api.on_answer(change)


@fault("accept-language-writes-times", caught_by={"NEGO-017"}, clause="Documented example, response body")
def language_writes_times(api: Api) -> None:
    """Times have the form of the language that the request prefers."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 200 and any(line.startswith("de") for line in request.lines("accept-language")):
            answer.body = re.sub(rb'"(\d{4})-(\d\d)-(\d\d)T([\d:]+)\.\d+Z"', rb'"\3.\2.\1 \4"', answer.body)

    api.on_answer(change)
