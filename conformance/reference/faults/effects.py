"""What many faults do, ready for a row: each returns a function that alters an ``Api``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, TypeVarTuple, Unpack

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER
from conformance.reference.faults import tools
from conformance.reference.faults.seams import Install, effect, instead_of
from conformance.reference.faults.where import everywhere, is_anonymous
from conformance.reference.message import Answer, Problem, Request

if TYPE_CHECKING:
    from conformance.reference.model import Customer
    from conformance.reference.query import Query

R = TypeVar("R")
Arguments = TypeVarTuple("Arguments")
Condition = Callable[[Request], object]
Statuses = int | Collection[int]
ANY: Statuses = range(1000)
ERRORS: Statuses = range(400, 1000)

in_attributes = effect(tools.alter_attributes)
in_values = effect(tools.alter_values)
in_account_attributes = effect(tools.alter_account_attributes)
in_resource = effect(tools.alter_resource)
in_item = effect(tools.alter_item)
in_relationship = effect(tools.alter_relationship_document)
in_account = effect(tools.alter_account_document)
in_collection = effect(tools.alter_collection)
in_error = effect(tools.alter_errors)
in_text = effect(tools.alter_text)
of_invoices = effect(tools.alter_invoices)


def crash() -> Problem:
    """Return the problem of a server that failed."""
    return Problem(500, "Internal server error", "Something went wrong.")


def forbidden() -> Problem:
    """Return the problem of what a customer may not do."""
    return Problem(403, "Forbidden", "Access is forbidden.")


def not_found() -> Problem:
    """Return the problem of what does not exist for a customer."""
    return Problem(404, "Record not found", "There is no such record.")


def has_status(answer: Answer, status: Statuses) -> bool:
    """True when an answer has the status, or one of them."""
    return answer.status == status if isinstance(status, int) else answer.status in status


class Attributes(TypedDict, total=False):
    """The attributes of the server that faults set."""

    allow: str
    cache_control: str
    challenge: str
    signing_key: str
    transport_security: str
    vary: str


def setting(**values: Unpack[Attributes]) -> Install:
    """Give attributes of the server other values."""

    def install(api: Api) -> None:
        for name, value in values.items():
            setattr(api, name, value)

    return install


@effect
def field(api: Api, name: str, value: str | None, where: Condition = everywhere, status: Statuses = ANY) -> None:
    """Give a field another value, or remove it, in the answers to some requests, or with some statuses."""
    tools.set_field(api, name, value, lambda request, answer: has_status(answer, status) and bool(where(request)))


@effect
def content(api: Api, media_type: str, body: bytes, where: Condition = everywhere, status: Statuses = ANY) -> None:
    """Send other content; without any there is no Content-Type either."""

    def change(request: Request, answer: Answer) -> None:
        if has_status(answer, status) and where(request):
            answer.body = body
            answer.set("Content-Type", media_type)
            if not body:
                answer.remove("Content-Type")

    api.on_answer(change)


@effect
def crashes(api: Api, where: Condition) -> None:
    """Answer some requests with 500."""
    _refuse(api, where, crash)


@effect
def refuses(api: Api, where: Condition, status: int, title: str, detail: str) -> None:
    """Refuse some requests."""
    _refuse(api, where, lambda: Problem(status, title, detail))


def _refuse(api: Api, where: Condition, problem: Callable[[], Problem]) -> None:
    def hook(request: Request) -> None:
        if where(request):
            raise problem()

    api.on_request(hook)


@effect
def drops(api: Api, where: Condition) -> None:
    """Close the connection instead of an answer."""

    def change(request: Request, answer: Answer, data: bytes) -> bytes:
        answer.cut = answer.cut or bool(where(request))
        return b"" if where(request) else data

    api.on_bytes(change)


@effect
def open_to_all(api: Api, where: Condition) -> None:
    """Serve requests without a token as those of the first customer."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return CUSTOMER if where(request) and is_anonymous(request) else original(request)

    instead_of(Api.authenticate)(authenticate)(api)


@effect
def null_instead_of_404(api: Api, where: Condition) -> None:
    """Answer with 200 and null what is not found."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status == 404 and where(request):
            answer.status, answer.body = 200, b'{"data":null}'

    api.on_answer(change)


def unconditional(where: Condition) -> Install:
    """Look at no precondition in some requests."""
    return instead_of(Api.precondition_status)(
        lambda original, request, tag: None if where(request) else original(request, tag)
    )


@effect
def becomes(api: Api, status: int, where: Condition = everywhere, was: Statuses = ANY) -> None:
    """Give another status to some answers."""

    def change(request: Request, answer: Answer) -> None:
        if has_status(answer, was) and where(request):
            answer.status = status

    api.on_answer(change)


@effect
def without_query(api: Api, where: Condition) -> None:
    """Take no notice of the query of some requests."""

    def forget(request: Request) -> None:
        if where(request):
            request.query = ""

    api.on_request(forget)


def with_line(data: bytes, line: bytes) -> bytes:
    """Return the bytes of an answer with one more line at the end of the header section."""
    return data.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", 1)


@effect
def empty_length(api: Api, where: Condition, status: int) -> None:
    """Write Content-Length: 0 into answers that have no such field."""

    def write(request: Request, answer: Answer, data: bytes) -> bytes:
        concerned = answer.status == status and where(request)
        return with_line(data, b"Content-Length: 0") if concerned else data

    api.on_bytes(write)


def crashes_in(method: Callable[[Any, *Arguments], R], when: Callable[[*Arguments], object]) -> Install:
    """Answer with 500 what calls a method, such as ``Api.parse_page``, with such arguments."""

    def fail(original: Callable[[*Arguments], R], *arguments: *Arguments) -> R:
        if when(*arguments):
            raise crash()
        return original(*arguments)

    return instead_of(method)(fail)


def skips(method: Callable[[Any, *Arguments], None], when: Callable[[*Arguments], object]) -> Install:
    """Do nothing where a method that returns nothing is called with such arguments."""

    def skip(original: Callable[[*Arguments], None], *arguments: *Arguments) -> None:
        if not when(*arguments):
            original(*arguments)

    return instead_of(method)(skip)


def forgetful(family: str) -> Install:
    """Leave the parameters of a family out of pagination links."""

    def link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        kept = [pair for pair in query.parameters if not pair[0].startswith(family)]
        return original(request, number, dataclasses.replace(query, parameters=kept))

    return instead_of(Api.page_link)(link)
