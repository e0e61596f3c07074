"""How what a fault does is put in: each function here returns a function that alters an ``Api``.

All of them are decorators, too, of the function that they put in; what they return has its docstring.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from conformance.reference.answers import AnswerHook, BytesHook, DocumentHook, InputHook, RequestHook
    from conformance.reference.app import Api
    from conformance.reference.message import Document

Install = Callable[["Api"], None]
P = ParamSpec("P")
R = TypeVar("R")
Arguments = TypeVarTuple("Arguments")


def instead_of(
    method: Callable[[Any, *Arguments], R],
) -> Callable[[Callable[[Callable[[*Arguments], R], *Arguments], R]], Install]:
    """Put a function in the place of a method, such as ``Api.entity_tag``; it gets the original method first."""

    def put(replacement: Callable[[Callable[[*Arguments], R], *Arguments], R]) -> Install:
        return functools.update_wrapper(lambda api: api.replace(method, replacement), replacement)

    return put


def after(
    method: Callable[[Any, *Arguments], Document],
) -> Callable[[Callable[[Document, *Arguments], object]], Install]:
    """Alter what a method returns, such as ``Api.page_links``; the function gets that first, then the arguments."""

    def put(change: Callable[[Document, *Arguments], object]) -> Install:
        def altered(original: Callable[[*Arguments], Document], *arguments: *Arguments) -> Document:
            made = original(*arguments)
            change(made, *arguments)
            return made

        return functools.update_wrapper(instead_of(method)(altered), change)

    return put


def effect(alter: Callable[Concatenate[Api, P], object]) -> Callable[P, Install]:
    """Let what alters an ``Api`` get all but this first; it can then decorate the function that it gets next."""

    @functools.wraps(alter)
    def prepare(*arguments: P.args, **named: P.kwargs) -> Install:
        def install(api: Api) -> None:
            alter(api, *arguments, **named)

        return functools.update_wrapper(install, arguments[0]) if arguments and callable(arguments[0]) else install

    return prepare


@effect
def on_request(api: Api, hook: RequestHook) -> None:
    """Look at each request first, and refuse or answer it."""
    api.on_request(hook)


@effect
def on_document(api: Api, hook: DocumentHook) -> None:
    """Alter each document, before its text and its entity tag are made."""
    api.on_document(hook)


@effect
def on_answer(api: Api, hook: AnswerHook) -> None:
    """Alter each answer."""
    api.on_answer(hook)


@effect
def on_bytes(api: Api, hook: BytesHook) -> None:
    """Alter the bytes of each answer."""
    api.on_bytes(hook)


@effect
def on_input(api: Api, hook: InputHook) -> None:
    """Alter the bytes of each read from a connection."""
    api.on_input(hook)


def both(*installs: Install) -> Install:
    """Do several things."""

    def install(api: Api) -> None:
        for each in installs:
            each(api)

    return install
