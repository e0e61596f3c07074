"""Faults by which an interface that is read-only writes all the same."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import EXPENDABLE_INVOICE_ID
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_READ_ONLY, SERVER_ERRORS
from conformance.reference.faults.effects import crashes
from conformance.reference.faults.needs import EXPENDABLE
from conformance.reference.faults.seams import effect
from conformance.reference.faults.where import Where
from conformance.reference.message import Answer
from conformance.reference.negotiation import MEDIA_TYPE
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Request
    from conformance.reference.model import Invoice

fault = Area(__name__, API_READ_ONLY, needs=EXPENDABLE, stateful=True)
_ITEM = f"{PREFIX}/invoices/{EXPENDABLE_INVOICE_ID}"


def _is(method: str, path: str = _ITEM) -> Where:
    return Where(lambda request: request.method == method and request.path == path)


@effect
def _answers(api: Api, where: Where, status: int) -> None:
    """Answer a write as if something had been written."""
    fields = [] if status == 204 else [("Content-Type", MEDIA_TYPE)]
    body = b"" if status == 204 else b'{"meta":{}}'
    api.on_request(lambda request: Answer(status, [*fields], body) if where(request) else None)


@effect
def _writes(api: Api, where: Where, *, status: int = 0, lost: bool = False) -> None:
    """Obey a write, and answer it with ``status``, by default with the usual refusal."""
    written = set[str]()

    def note(request: Request) -> None:
        if where(request):
            written.add(request.method)

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        found = original(request, number)
        if not written or number != EXPENDABLE_INVOICE_ID:
            return found
        if lost:
            raise api.not_found()
        return dataclasses.replace(found, reference="conformance")

    api.on_request(note)
    api.replace(Api.find_invoice, find)
    if status:
        _answers(where, status)(api)


fault("write-by-patch", {"HTTP-030", "HTTP-031"})("PATCH changes an invoice.", _writes(_is("PATCH"), status=200))
fault("write-by-put", {"HTTP-030", "HTTP-031"})("PUT replaces an invoice.", _writes(_is("PUT"), status=204))
fault("write-by-post", {"HTTP-030", "HTTP-031"})("POST changes an invoice.", _writes(_is("POST"), status=200))
fault("write-by-delete", {"HTTP-030", "HTTP-031"})(
    "DELETE removes an invoice.", _writes(_is("DELETE"), status=204, lost=True)
)
fault("write-to-relationship-accepted", {"HTTP-030"})(
    "PATCH on the relationship of an invoice is accepted.",
    _answers(_is("PATCH", f"{_ITEM}/relationships/account"), 204),
)
fault("write-accepted-and-forgotten", {"HTTP-030"})(
    "PATCH of an invoice is accepted, and nothing comes of it.", _answers(_is("PATCH"), 202)
)
fault("write-refused-too-late", {"HTTP-031"})(
    "PATCH of an invoice is refused when it has been obeyed.", _writes(_is("PATCH"))
)
fault("delete-refused-too-late", {"HTTP-031"})(
    "DELETE of an invoice is refused when it has been obeyed.", _writes(_is("DELETE"), lost=True)
)
fault("write-of-a-document-crash", {"ERR-011"}, SERVER_ERRORS, stateful=False)(
    "A valid document in a PATCH of an invoice is answered with 500.", crashes(_is("PATCH"))
)
