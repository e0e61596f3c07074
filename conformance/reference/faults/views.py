"""Faults that one representation shows and the invoice by itself does not: lists, inclusion, fields, HEAD, 304."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_collection,
    is_item,
    is_related,
    is_relationship,
    set_field,
)
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request

    When = Callable[[Request], bool]

COLLECTION = {"collection"}
NOT_MODIFIED = "RFC 9110, section 15.4.5"
LENGTH = "RFC 9110, section 8.6"
HEAD = "RFC 9110, section 9.3.2"
TAGS = "Documented API, entity tags"
LIST = "Documented API, collection"
_ANOTHER = 'W/"d41d8cd98f00b204e9800998ecf8427e"'


def _includes(request: Request) -> bool:
    return "include=account" in request.query


def _has_fields(request: Request) -> bool:
    return is_item(request) and "fields" in request.query


def _with_account(request: Request) -> bool:
    return is_item(request) and _includes(request)


def _is_account(request: Request) -> bool:
    return request.path.startswith(f"{PREFIX}/accounts/")


def _head_of(when: When) -> When:
    return lambda request: request.method == "HEAD" and when(request)


def _on(api: Api, when: When, status: int, name: str, value: str | None) -> None:
    """Give a field another value in the answers of one status to some requests."""
    set_field(api, name, value, lambda request, answer: answer.status == status and when(request))


def _in_documents(api: Api, when: When, change: Callable[[Document], None]) -> None:
    def hook(request: Request, document: Document) -> None:
        if "data" in document and when(request):
            change(document)

    api.on_document(hook)


def _balance(document: Document) -> None:
    for account in document.get("included", [document["data"]]):
        if "balance" in account.get("attributes", {}):
            account["attributes"]["balance"] = "0.0"


@fault("view-304-of-relationship-uncached", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def relationship_uncached(api: Api) -> None:
    """The 304 of the relationship has no Cache-Control."""
    _on(api, is_relationship, 304, "Cache-Control", None)


@fault("view-304-of-collection-without-vary", caught_by={"COND-007"}, clause=NOT_MODIFIED, needs=COLLECTION)
def collection_without_vary(api: Api) -> None:
    """The 304 of the collection has no Vary."""
    _on(api, is_collection, 304, "Vary", None)


@fault("view-304-of-fields-without-tag", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def fields_without_tag(api: Api) -> None:
    """The 304 of an invoice with sparse fieldsets has no ETag."""
    _on(api, _has_fields, 304, "ETag", None)


@fault("view-304-of-inclusion-long-lived", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def inclusion_long_lived(api: Api) -> None:
    """The 304 of an invoice with its account lets it be used for a minute."""
    _on(api, _with_account, 304, "Cache-Control", "private, max-age=60")


@fault("view-304-of-head-empty-length", caught_by={"COND-017"}, clause=LENGTH)
def head_empty_length(api: Api) -> None:
    """A 304 to HEAD has Content-Length: 0."""
    _on(api, _head_of(is_item), 304, "Content-Length", "0")


@fault("view-304-of-account-empty-length", caught_by={"COND-017"}, clause=LENGTH)
def account_empty_length(api: Api) -> None:
    """The 304 of the related account has Content-Length: 0."""
    _on(api, is_related, 304, "Content-Length", "0")


@fault("view-304-of-relationship-empty-length", caught_by={"COND-017"}, clause=LENGTH)
def relationship_empty_length(api: Api) -> None:
    """The 304 of the relationship has Content-Length: 0."""
    _on(api, is_relationship, 304, "Content-Length", "0")


@fault("view-304-of-inclusion-empty-length", caught_by={"COND-017"}, clause=LENGTH)
def inclusion_empty_length(api: Api) -> None:
    """The 304 of an invoice with its account has Content-Length: 0."""
    _on(api, _with_account, 304, "Content-Length", "0")


@fault("view-304-of-collection-empty-length", caught_by={"COND-017"}, clause=LENGTH, needs=COLLECTION)
def collection_empty_length(api: Api) -> None:
    """The 304 of the collection has Content-Length: 0."""
    _on(api, is_collection, 304, "Content-Length", "0")


@fault("view-head-of-account-without-type", caught_by={"HTTP-006"}, clause=HEAD)
def account_without_type(api: Api) -> None:
    """HEAD of the related account has no Content-Type."""
    _on(api, _head_of(is_related), 200, "Content-Type", None)


@fault("view-head-of-relationship-public", caught_by={"HTTP-006"}, clause=HEAD)
def relationship_public(api: Api) -> None:
    """HEAD of the relationship has another Cache-Control than GET."""
    _on(api, _head_of(is_relationship), 200, "Cache-Control", "public")


@fault("view-head-of-collection-without-vary", caught_by={"HTTP-006"}, clause=HEAD, needs=COLLECTION)
def head_of_collection_without_vary(api: Api) -> None:
    """HEAD of the collection has no Vary."""
    _on(api, _head_of(is_collection), 200, "Vary", None)


@fault("view-head-of-account-other-tag", caught_by={"ETAG-007"}, clause=HEAD)
def account_other_tag(api: Api) -> None:
    """HEAD of the related account has the entity tag of no content."""
    _on(api, _head_of(is_related), 200, "ETag", _ANOTHER)


@fault("view-head-of-relationship-without-tag", caught_by={"ETAG-007"}, clause=HEAD)
def relationship_without_tag(api: Api) -> None:
    """HEAD of the relationship has no entity tag."""
    _on(api, _head_of(is_relationship), 200, "ETag", None)


@fault("view-head-of-collection-other-tag", caught_by={"ETAG-007"}, clause=HEAD, needs=COLLECTION)
def collection_other_tag(api: Api) -> None:
    """HEAD of the collection has the entity tag of no content."""
    _on(api, _head_of(is_collection), 200, "ETag", _ANOTHER)


def _no_length(api: Api, when: When) -> None:
    """Say of HEAD that there is no content, by a server that counts what it sends."""

    def count(request: Request, answer: Answer) -> None:
        if request.method == "HEAD" and answer.status == 200 and when(request):
            answer.body = b""

    api.on_answer(count)


@fault("view-head-of-account-empty-length", caught_by={"HTTP-018"}, clause=LENGTH)
def head_of_account_empty_length(api: Api) -> None:
    """HEAD of the related account has Content-Length: 0."""
    _no_length(api, is_related)


@fault("view-head-of-relationship-empty-length", caught_by={"HTTP-018"}, clause=LENGTH)
def head_of_relationship_empty_length(api: Api) -> None:
    """HEAD of the relationship has Content-Length: 0."""
    _no_length(api, is_relationship)


@fault("view-head-of-collection-empty-length", caught_by={"HTTP-018"}, clause=LENGTH, needs=COLLECTION)
def head_of_collection_empty_length(api: Api) -> None:
    """HEAD of the collection has Content-Length: 0."""
    _no_length(api, is_collection)


@fault("view-with-account-strong-tag", caught_by={"ETAG-003"}, clause="Documented example, response headers")
def strong_tag_with_account(api: Api) -> None:
    """The entity tag of an invoice with its account is strong."""

    def strengthen(request: Request, answer: Answer) -> None:
        if _with_account(request) and (tag := answer.get("ETag")):
            answer.set("ETag", tag.removeprefix("W/"))

    api.on_answer(strengthen)


@fault("view-account-by-itself-without-vary", caught_by={"CACHE-006"}, clause="RFC 9110, section 12.5.5")
def account_without_vary(api: Api) -> None:
    """The account by itself has no Vary."""
    _on(api, _is_account, 200, "Vary", None)


@fault("view-origin-replaces-accept-in-vary", caught_by={"CACHE-005"}, clause="RFC 9110, section 12.5.5")
def origin_replaces_accept(api: Api) -> None:
    """What looks at Origin sets Vary instead of adding to it."""
    set_field(api, "Vary", "Origin", lambda request, _: bool(request.lines("origin")))


@fault("view-runtime-with-comma-on-errors", caught_by={"HDR-009"}, clause="Documented example, response headers")
def runtime_with_comma(api: Api) -> None:
    """X-Runtime of errors has the decimal separator of another language."""
    set_field(api, "X-Runtime", "0,009005", lambda _, answer: answer.status >= 400)


@fault("view-fields-leave-null-out", caught_by={"FLDS-001"}, clause="JSON:API 1.1, fetching-sparse-fieldsets")
def fields_leave_null_out(api: Api) -> None:
    """With sparse fieldsets what is null is left out, though it was asked for."""

    def change(document: Document) -> None:
        attributes = document["data"].get("attributes", {})
        for name in [name for name, value in attributes.items() if value is None]:
            del attributes[name]

    _in_documents(api, _has_fields, change)


@fault("view-fields-lose-dates", caught_by={"ITEM-030"}, clause="Documented API, sparse fieldsets")
def fields_lose_dates(api: Api) -> None:
    """With sparse fieldsets the end of the period is its start."""

    def change(document: Document) -> None:
        attributes = document["data"].get("attributes", {})
        if "end-date" in attributes:
            attributes["end-date"] = "2024-11-07T09:56:08.253Z"

    _in_documents(api, _has_fields, change)


@fault("view-fields-change-self-link", caught_by={"ITEM-018"}, clause="Documented example, response body")
def fields_change_self_link(api: Api) -> None:
    """With sparse fieldsets the self link of an invoice is that of the collection."""

    def change(document: Document) -> None:
        link = document["data"]["links"]["self"]
        document["data"]["links"]["self"] = link.rpartition("/")[0]

    _in_documents(api, _has_fields, change)


@fault(
    "view-elements-of-singular-type",
    caught_by={"ITEM-007"},
    clause="Documented example, response body",
    needs=COLLECTION,
)
def elements_of_singular_type(api: Api) -> None:
    """The type of the invoices of the collection is invoice."""

    def change(document: Document) -> None:
        for element in document["data"]:
            element["type"] = "invoice"

    _in_documents(api, is_collection, change)


@fault("view-elements-with-internal-attribute", caught_by={"ITEM-023"}, clause="OWASP API3:2023", needs=COLLECTION)
def elements_with_internal_attribute(api: Api) -> None:
    """The invoices of the collection show the profit."""

    def change(request: Request, document: Document) -> None:
        if "data" in document and is_collection(request) and "fields" not in request.query:
            for element in document["data"]:
                element["attributes"]["profit"] = "1.0"

    api.on_document(change)


@fault(
    "view-accounts-of-collection-with-internal-attribute",
    caught_by={"RELD-006"},
    clause="OWASP API3:2023",
    needs=COLLECTION,
)
def accounts_with_internal_attribute(api: Api) -> None:
    """The accounts that are included with the collection show the number of their contractor."""

    def change(request: Request, document: Document) -> None:
        if is_collection(request) and "fields" not in request.query:
            for account in document.get("included", []):
                account["attributes"]["contractor"] = 7

    api.on_document(change)


def _no_pdf(document: Document) -> None:
    for element in document["data"]:
        if "has-pdf" in element.get("attributes", {}):
            element["attributes"]["has-pdf"] = False


@fault("view-elements-with-account-differ", caught_by={"COLL-003"}, clause=LIST, needs=COLLECTION)
def elements_with_account_differ(api: Api) -> None:
    """With accounts included, the invoices of the collection have no PDF."""
    _in_documents(api, lambda request: is_collection(request) and _includes(request), _no_pdf)


@fault("view-elements-of-later-pages-differ", caught_by={"COLL-003"}, clause=LIST, needs=COLLECTION)
def elements_of_later_pages_differ(api: Api) -> None:
    """From the second page on, invoices have no PDF."""
    later = re.compile(r"page(?:\[|%5B)number(?:\]|%5D)=[2-9]")
    _in_documents(api, lambda request: is_collection(request) and bool(later.search(request.query)), _no_pdf)


@fault("view-filtered-elements-differ", caught_by={"COLL-003"}, clause=LIST, needs=COLLECTION)
def filtered_elements_differ(api: Api) -> None:
    """Filtered invoices have no duration of terminated calls."""

    def change(document: Document) -> None:
        for element in document["data"]:
            if "terminated-calls-duration" in element.get("attributes", {}):
                element["attributes"]["terminated-calls-duration"] = 0

    _in_documents(api, lambda request: is_collection(request) and "filter" in request.query, change)


@fault(
    "view-account-of-collection-differs",
    caught_by={"INCL-005"},
    clause="JSON:API 1.1, document-compound-documents",
    needs=COLLECTION,
)
def account_of_collection_differs(api: Api) -> None:
    """An account that is included with the collection has no balance."""
    _in_documents(
        api,
        lambda request: is_collection(request) and _includes(request),
        _balance,
    )


@fault(
    "view-account-of-relationship-differs", caught_by={"INCL-005"}, clause="JSON:API 1.1, document-compound-documents"
)
def account_of_relationship_differs(api: Api) -> None:
    """The account that is included with the relationship has no balance."""
    _in_documents(api, is_relationship, _balance)


@fault("view-document-link-of-account-loses-fields", caught_by={"ITEM-019"}, clause="JSON:API 1.1, document-top-level")
def document_link_loses_fields(api: Api) -> None:
    """The top-level self link of the related account leaves out the sparse fieldsets of the request."""

    def link(request: Request, document: Document) -> None:
        if "data" in document and is_related(request):
            document["links"] = {"self": f"{request.base}{request.path}"}

    api.on_document(link)


@fault("view-account-by-itself-differs", caught_by={"RELD-003"}, clause="JSON:API 1.1, document-resource-object-links")
def account_by_itself_differs(api: Api) -> None:
    """The account by itself has another balance than as the account of the invoice."""
    _in_documents(api, _is_account, _balance)
