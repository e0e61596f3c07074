"""Faults of content negotiation by Accept and its like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import ACCEPT, API_CONTENT_TYPE, EXAMPLE_BODY, NEGOTIATION, SERVER_ERRORS, rfc
from conformance.reference.faults.effects import becomes, content, crashes, crashes_in, field, skips
from conformance.reference.faults.needs import COLLECTION, CONTESTED
from conformance.reference.faults.seams import both, instead_of, on_answer, on_document
from conformance.reference.faults.where import Where, has, is_collection, is_item, is_related, is_relationship
from conformance.reference.message import Answer
from conformance.reference.negotiation import MEDIA_TYPE, MediaRange, media_range, split_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request

    Acceptable = Callable[[list[str]], bool]

fault = Area(__name__)
_acceptable = instead_of(Api.acceptable)


def _own(lines: list[str]) -> list[MediaRange]:
    """Return what of Accept names JSON:API."""
    return [each for each in map(media_range, split_list(lines)) if each and each.type == MEDIA_TYPE]


def _without_parameter(name: str) -> Install:
    """Take no notice of a parameter of the media type."""
    return instead_of(Api.supported)(
        lambda original, parameters: original(tuple(each for each in parameters if each[0] != name))
    )


def _crash_on(name: str, part: str) -> Install:
    return crashes(is_item & (lambda request: any(part in line for line in request.lines(name))))


def _accepts(kind: str) -> Where:
    return Where(lambda request: any(kind in line for line in request.lines("accept")))


def _in_german(pattern: bytes, replacement: bytes) -> Install:
    """Write values in another way where German is preferred."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 200 and any(line.startswith("de") for line in request.lines("accept-language")):
            answer.body = re.sub(pattern, replacement, answer.body)

    return on_answer(change)


fault("accept-required", {"NEGO-003"}, rfc(9110, "12.4.1"))(
    "A request without Accept is refused.", _acceptable(lambda original, lines: bool(lines) and original(lines))
)
fault("accept-subtype-wildcard-refused", {"NEGO-018"}, ACCEPT)(
    "The range application/* is refused.",
    _acceptable(lambda original, lines: "application/*" not in ",".join(lines) and original(lines)),
)
fault("accept-last-line-alone", {"NEGO-005"}, ACCEPT)(
    "Of several lines of Accept the last one counts.", _acceptable(lambda original, lines: original(lines[-1:]))
)
fault("accept-wildcard-refused", {"NEGO-003"}, ACCEPT, also={"NEGO-018": "with a weight, too"})(
    "The range */* is refused.", _acceptable(lambda original, lines: "*/*" not in ",".join(lines) and original(lines))
)
fault("accept-wildcard-with-weight-refused", {"NEGO-018"}, ACCEPT)(
    "The range */* is refused when it has a weight, as that of browsers has.",
    _acceptable(lambda original, lines: "*/*;q" not in ",".join(lines) and original(lines)),
)


@fault("accept-weight-is-parameter", {"NEGO-004"}, ACCEPT)
@_acceptable
def weight_is_parameter(original: Acceptable, lines: list[str]) -> bool:
    """The weight of the JSON:API media type is taken for a parameter."""
    own = _own(lines)
    return original(lines) and not (own and all("q" in dict(each.parameters) for each in own))


fault("accept-weight-in-capitals", {"NEGO-004"}, rfc(9110, "5.6.6"))(
    "The name of the weight is compared with regard to case.",
    _acceptable(lambda original, lines: not any("Q=" in line for line in lines) and original(lines)),
)


@fault("accept-case-matters", {"NEGO-005"}, rfc(9110, "8.3.1"))
@_acceptable
def case_matters(original: Acceptable, lines: list[str]) -> bool:
    """Media types are compared with regard to case."""
    text = ",".join(lines)
    return original(lines) and (MEDIA_TYPE in text or MEDIA_TYPE not in text.lower())


fault("accept-empty-members-refused", {"NEGO-005"}, rfc(9110, "5.6.1.2"))(
    "A list with empty members is refused.",
    _acceptable(lambda original, lines: not any(", ," in line or ",," in line for line in lines) and original(lines)),
)
fault("accept-first-line", {"NEGO-005"}, rfc(9110, "5.2"))(
    "Of several Accept lines only the first counts.", _acceptable(lambda original, lines: original(lines[:1]))
)
fault("accept-last-line", {"NEGO-005"}, rfc(9110, "5.2"))(
    "Of several Accept lines only the last counts.", _acceptable(lambda original, lines: original(lines[-1:]))
)
fault(
    "accept-parameters-ignored",
    {"NEGO-006"},
    NEGOTIATION,
    also={
        "NEGO-008": "ext is a parameter, too",
        "NEGO-011": "the media type of a request is read alike",
        "NEGO-015": "it is so beside a wildcard, too",
    },
)("Parameters of the JSON:API media type are ignored.", instead_of(Api.supported)(lambda _original, _parameters: True))
fault(
    "accept-charset-tolerated",
    {"NEGO-006"},
    NEGOTIATION,
    also={"NEGO-011": "the media type of a request is read alike", "NEGO-015": "it is so beside a wildcard, too"},
)("The parameter charset, and only that, is tolerated.", _without_parameter("charset"))


@fault("accept-first-instance-decides", {"NEGO-007"}, NEGOTIATION)
@_acceptable
def first_instance(original: Acceptable, lines: list[str]) -> bool:
    """The first instance of the JSON:API media type decides."""
    own = [member for member in split_list(lines) if member.lower().startswith(MEDIA_TYPE)]
    return original(own[:1]) if own else original(lines)


@fault("accept-any-bad-instance-refused", {"NEGO-007"}, NEGOTIATION)
def any_bad_instance(api: Api) -> None:
    """One instance with a foreign parameter spoils the others."""
    api.replace(
        Api.acceptable,
        lambda original, lines: original(lines) and all(api.supported(each.modifiers) for each in _own(lines)),
    )


fault(
    "accept-extension-ignored",
    {"NEGO-008"},
    NEGOTIATION,
    also={"NEGO-011": "the media type of a request is read alike"},
)("Unsupported extensions are ignored.", _without_parameter("ext"))
fault("accept-profile-refused", {"NEGO-009"}, NEGOTIATION)(
    "Profiles are refused, though the document declares version 1.1.",
    both(
        instead_of(Api.supported)(lambda original, parameters: original(parameters) and not parameters),
        on_document(lambda _, document: document.update(jsonapi={"version": "1.1"})),
    ),
)
fault("accept-wildcard-makes-up", {"NEGO-015"}, NEGOTIATION)(
    "Beside */* an instance with foreign parameters is not a reason to refuse.",
    _acceptable(lambda original, lines: any(member == "*/*" for member in split_list(lines)) or original(lines)),
)
fault("accept-profile-refused-without-version", {"NEGO-016"}, NEGOTIATION, needs=CONTESTED)(
    "Profiles are refused as by JSON:API 1.0, which the document does not declare.",
    _acceptable(lambda original, lines: original(lines) and not any("profile=" in line for line in lines)),
)
fault("accept-profile-crash", {"NEGO-009", "ERR-011"}, NEGOTIATION)(
    "A profile is answered with 500.",
    crashes_in(Api.acceptable, lambda lines: any("profile" in line for line in lines)),
)
fault("accept-html-page", {"NEGO-010"}, API_CONTENT_TYPE)(
    "A browser gets an HTML page with status 200.",
    both(
        content("text/html; charset=utf-8", b"<!DOCTYPE html><title>Invoice</title>", _accepts("text/html"), 406),
        becomes(200, _accepts("text/html"), 406),
    ),
)
fault("not-acceptable-empty", {"NEGO-013"}, rfc(9110, "15.5.7"))("A 406 has no content.", content("", b"", status=406))
fault(
    "accept-language-crash", {"NEGO-014", "ERR-011"}, rfc(9110, "12.5.4"), also={"ROB-014": "odd languages do it, too"}
)("An Accept-Language with an unknown language is answered with 500.", _crash_on("accept-language", "!"))
fault("accept-encoding-crash", {"NEGO-014", "ERR-011"}, rfc(9110, "12.5.3"))(
    "An Accept-Encoding that refuses everything is answered with 500.", _crash_on("accept-encoding", "*;q=0")
)


@fault("accept-bad-instance-beside-other-type", {"NEGO-006"}, NEGOTIATION)
@_acceptable
def beside_other_type(original: Acceptable, lines: list[str]) -> bool:
    """A foreign parameter is tolerated when Accept lists another type, too."""
    types = {member.partition(";")[0].strip().lower() for member in split_list(lines)}
    return original(lines) or (MEDIA_TYPE in types and len(types) > 1 and "*/*" not in types)


fault("accept-not-read-for-relationship", {"NEGO-006"}, NEGOTIATION)(
    "For the relationship Accept is not looked at.", skips(Api.negotiate, is_relationship)
)
fault("accept-not-read-for-account", {"NEGO-006"}, NEGOTIATION)(
    "For the related account Accept is not looked at.", skips(Api.negotiate, is_related)
)
fault("accept-not-read-for-collection", {"NEGO-006"}, NEGOTIATION, needs=COLLECTION)(
    "For the collection Accept is not looked at.", skips(Api.negotiate, is_collection)
)
fault("accept-xml", {"NEGO-010"}, API_CONTENT_TYPE)(
    "Whoever accepts application/xml gets XML with status 200.",
    both(
        content("application/xml", b"<invoice/>", has("accept", "application/xml"), 406),
        field("Cache-Control", Api.cache_control, has("accept", "application/xml"), 406),
        becomes(200, has("accept", "application/xml"), 406),
    ),
)
fault("accept-without-slash-crash", {"NEGO-014", "ERR-011"}, SERVER_ERRORS)(
    "An Accept that is not a media range is answered with 500.",
    crashes_in(Api.acceptable, lambda lines: any("/" not in line for line in lines if line)),
)
fault(
    "accept-language-writes-numbers",
    {"NEGO-017"},
    EXAMPLE_BODY,
    also={"ETAG-009": "the tag stays the same", "ROB-014": "odd languages are listed beside German"},
)("Decimals have the separator of the language that the request prefers.", _in_german(rb'(spent":"\d+)\.', rb"\1,"))
fault(
    "accept-language-writes-times",
    {"NEGO-017"},
    EXAMPLE_BODY,
    also={"ETAG-009": "the tag stays the same", "ROB-014": "odd languages are listed beside German"},
)(
    "Times have the form of the language that the request prefers.",
    _in_german(rb'"(\d{4})-(\d\d)-(\d\d)T([\d:]+)\.\d+Z"', rb'"\3.\2.\1 \4"'),
)
