"""How faults are put in: in place of a method, after it, by hooks, for some requests only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.reference import data
from conformance.reference.app import Api
from conformance.reference.bare import BareAnswer, BareServer
from conformance.reference.faults.effects import becomes, crashes_in, field, skips
from conformance.reference.faults.seams import Install, after, both, effect, instead_of, on_answer
from conformance.reference.faults.where import Where, has, has_query, is_anonymous, is_head, is_item, is_related
from conformance.reference.message import Answer, Document, Request
from conformance.reference.serialise import PREFIX
from conformance.reference.server import ReferenceServer

INVOICE = f"{PREFIX}/invoices/{data.DOCUMENTED.id}"


def asked(install: Install, target: str = INVOICE, method: str = "GET", **fields: str) -> BareAnswer:
    """Return what a server that ``install`` alters answers to one request."""
    server = ReferenceServer(frozen=True)
    install(server.api)
    lines = {"Host": "localhost", "Authorization": server.token, **fields}
    return BareServer(server.api).answer(method, target, lines.items())


def request(target: str, method: str = "GET", **fields: str) -> Request:
    path, _, query = target.partition("?")
    return Request(method, path, query, [(name.lower(), value) for name, value in fields.items()], "localhost")


def test_a_replacement_gets_the_original_first() -> None:
    install = instead_of(Api.entity_tag)(lambda original, body: original(body).upper())
    tag = dict(asked(install).headers)["ETag"]
    assert tag == dict(asked(lambda _: None).headers)["ETag"].upper()


def test_replacements_are_put_in_over_each_other() -> None:
    longer = instead_of(Api.entity_tag)(lambda original, body: f"{original(body)}x")
    once, twice = (dict(asked(each).headers)["ETag"] for each in (longer, both(longer, longer)))
    assert (once[-2:], twice[-3:]) == ('"x', '"xx')


def test_what_a_method_returns_can_be_altered() -> None:
    install = after(Api.page_links)(lambda links, _request, total, _query: links.update(total=str(total)))
    assert f'"total":"{len(data.INVOICE_IDS)}"'.encode() in asked(install, f"{PREFIX}/invoices").body


def test_all_decorators_keep_the_docstring() -> None:
    @instead_of(Api.entity_tag)
    def replaced(original: Callable[[bytes], str], body: bytes) -> str:
        """One."""
        return original(body)

    @after(Api.page_links)
    def altered(_links: Document, *_: object) -> None:
        """Two."""

    @on_answer
    def hooked(_request: Request, _answer: Answer) -> None:
        """Three."""

    assert [each.__doc__ for each in (replaced, altered, hooked)] == ["One.", "Two.", "Three."]


def test_an_effect_takes_what_follows_the_server() -> None:
    @effect
    def named(api: Api, name: str, *, twice: bool = False) -> None:
        """Allow a method."""
        api.allow = name * (1 + twice)

    api = ReferenceServer().api
    named("GET", twice=True)(api)
    assert api.allow == "GETGET"


@pytest.mark.parametrize(
    ("where", "held"),
    [
        (is_item, [True, True, False]),
        (is_item & has_query, [False, True, False]),
        (is_item & is_head, [False, True, False]),
        (~is_item, [False, False, True]),
        (is_related | has_query, [False, True, True]),
        (is_item & (lambda asked: not asked.query), [True, False, False]),
        (has("accept"), [True, False, False]),
        (has("accept", "b"), [False, False, False]),
        (is_anonymous, [True, True, True]),
    ],
)
def test_conditions_are_joined(where: Where, held: list[bool]) -> None:
    requests = [request(INVOICE, Accept="a"), request(f"{INVOICE}?a=b", "HEAD"), request(f"{INVOICE}/account")]
    assert [where(each) for each in requests] == held


def test_a_field_is_altered_in_some_answers_only() -> None:
    install = both(field("Vary", "Origin", is_item, 200), field("Date", None, status=range(400, 600)))
    found, unknown = (dict(asked(install, target).headers) for target in (INVOICE, f"{INVOICE}x"))
    assert (found["Vary"], unknown["Vary"]) == ("Origin", "Accept")
    assert ("Date" in found, "Date" in unknown) == (True, False)


def test_a_status_is_altered_in_some_answers_only() -> None:
    install = becomes(201, is_item, 200)
    assert [asked(install, target).status for target in (INVOICE, f"{INVOICE}/account", f"{INVOICE}x")] == [
        201,
        200,
        404,
    ]


def test_a_method_crashes_with_some_arguments() -> None:
    install = crashes_in(Api.parse_page, lambda _query, _name, _key, value: value == "2")
    answers = [asked(install, f"{PREFIX}/invoices?page[number]={number}") for number in (1, 2)]
    assert [answer.status for answer in answers] == [200, 500]


def test_a_method_is_skipped_with_some_arguments() -> None:
    install = skips(Api.unknown_parameter, lambda name: name == "limit")
    assert [asked(install, f"{INVOICE}?{name}=1").status for name in ("limit", "other")] == [200, 400]


def test_a_method_is_replaced_by_its_name_too() -> None:
    assert asked(lambda api: api.replace("entity_tag", lambda *_: '"a"')).headers[1] == ("ETag", '"a"')
