"""Answers of the correct server with something changed, by the name of the probe."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from conformance.model.exchange import Answer, Exchange, Fields
from tests.support.correct import answers
from tests.support.exchanges import encoded, merged, pointed, refusal

# The views of the whole invoice.
VIEWS: Final = (
    "item",
    "item_again",
    "item_with_account",
    "item_from_self_link",
    "item_upper_case",
    "item_percent_encoded",
)
# The fields of content that was compressed.
CODED: Final = {"Content-Encoding": "gzip", "Vary": "Accept, Accept-Encoding"}
SPARSE_VIEWS: Final = ("fields_of_attributes", "fields_with_encoded_comma")


def content(changes: Mapping[str, Any] | None = None, probe: str = "item") -> dict[str, Any]:
    """Return the document that a correct server answers, with ``changes``: JSON Pointer to new value, or to REMOVED."""
    return pointed(copy.deepcopy(answers()[probe].document), changes or {})


def attributes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``changes`` of the attributes of the single resource, by name, as those of its document."""
    return {f"/data/attributes/{name}": value for name, value in changes.items()}


def changed(*names: str, document: Mapping[str, Any] | None = None, **parts: Any) -> dict[str, Exchange]:
    """Return the answers to the named probes, families or variants, with something changed in each.

    ``document`` has changes as for ``content``, ``parts`` are those of ``altered``.
    """
    found = {}
    for name in names:
        keys = [key for key in answers() if key == name or key.startswith(f"{name}[")]
        assert keys, f"{name} is not answered"
        for key in keys:
            body = {} if document is None else {"body": content(document, key)}
            found[key] = altered(answers()[key], **{**body, **parts})
    return found


def shown(probe: str = "item", document: Mapping[str, Any] | None = None, **parts: Any) -> Exchange:
    """Return the invoice as the answer to ``probe``, changed as by ``changed``."""
    (answer,) = changed("item", document=document, probe=probe, **parts).values()
    return answer


def coded(headers: Mapping[str, str | None] = CODED, **parts: Any) -> dict[str, Exchange]:
    """Return the answers to GET and HEAD of a server that compresses the invoice; ``parts`` are of that to GET."""
    answered = changed("item_in_gzip", headers=headers, **parts)
    length = answered["item_in_gzip"].fields.get("Content-Length")
    return answered | changed("item_head_in_gzip", headers={**headers, "Content-Length": length})


def everywhere(document: Mapping[str, Any]) -> dict[str, Exchange]:
    """Return every view of the invoice with its document changed, as far as it shows what ``document`` changes."""
    found = changed(*VIEWS, document=document)
    for name in SPARSE_VIEWS:
        shown = attributes(content(probe=name)["data"]["attributes"])
        found |= changed(name, document={pointer: value for pointer, value in document.items() if pointer in shown})
    return found


def altered(
    given: Exchange,
    *,
    status: int | None = None,
    headers: Mapping[str, str | Sequence[str] | None] | None = None,
    asked: Mapping[str, str | Sequence[str] | None] | None = None,
    body: Any = None,
    **parts: Any,
) -> Exchange:
    """Return ``given`` as a correct server would answer it with another ``status``, but for the other parts.

    ``headers`` maps field names to their new value, None to remove one, and ``asked`` those of the request. ``body`` is
    a JSON document, text or bytes; Content-Length follows it unless ``headers`` say otherwise. ``parts`` are fields of
    the answer or of the exchange.
    """
    answer = given.answer
    assert answer is not None
    if status is not None and status != answer.status:
        answer = _answer_with(status, given)
    if body is not None:
        answer = _measured(replace(answer, body=encoded(body)))
    own = {name: parts.pop(name) for name in list(parts) if hasattr(answer, name)}
    fields = Fields(merged(answer.fields.pairs, tuple((headers or {}).items())))
    request = replace(given.request, headers=merged(given.request.headers, tuple((asked or {}).items())))
    return replace(given, request=request, answer=replace(answer, fields=fields, **own), **parts)


@cache
def _examples() -> Mapping[tuple[str | None, int], Exchange]:
    """Return an answer with each status, of all and by URL."""
    found: dict[tuple[str | None, int], Exchange] = {}
    for each in (answers()["item"], *answers().values()):
        for url in (each.request.url, None) if each.request.method != "HEAD" else ():
            found.setdefault((url, each.status), each)
    return found


def _answer_with(status: int, given: Exchange) -> Answer:
    """Return how the correct server answers elsewhere with ``status``, or would if it had a reason to."""
    served = status < 300
    usual = given if served and given.succeeded else answers()["item" if served else "unknown_item"]
    alike = _examples().get((given.request.url, status)) or _examples().get((None, status))
    answer, error = (alike or usual).answer, refusal(status).answer
    assert answer is not None
    assert error is not None
    if status >= 400 or not alike:
        answer = replace(answer, status=status, reason=error.reason, body=answer.body if served else error.body)
    lines = (("X-Request-Id", given.fields.lines("X-Request-Id")),)
    answer = _measured(replace(answer, fields=Fields(merged(answer.fields.pairs, lines))))
    return replace(answer, body=b"", wire_length=0) if given.request.method == "HEAD" else answer


def _measured(answer: Answer) -> Answer:
    """Return the answer with the length of its content."""
    length = len(answer.body)
    lines = (("Content-Length", str(length)),) if "Content-Length" in answer.fields else ()
    return replace(answer, fields=Fields(merged(answer.fields.pairs, lines)), wire_length=length)
