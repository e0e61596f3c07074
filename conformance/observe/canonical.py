"""The canonical form of a collection, or of what is below it, to which a server may redirect with 307 or 308."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from conformance.model.exchange import Exchange, Request
from conformance.syntax.urls import is_absolute, origin

_REDIRECTS = (307, 308)


def canonical_request(exchange: Exchange, collections: Collection[str]) -> Request | None:
    """Return the request for the canonical form of a resource to which an answer redirects; None for all others.

    Only a slash at the end of the path may differ from the request: for one of the URLs ``collections`` there or not,
    below it added. The token goes to no other origin (RFC 9110, sections 15.4.8 and 15.4.9).
    """
    request = exchange.request
    if exchange.answer is None or exchange.status not in _REDIRECTS or request.method not in {"GET", "HEAD"}:
        return None
    try:
        url = urljoin(request.url, exchange.fields.get("Location") or "")
        asked, canonical = urlsplit(request.url), urlsplit(url)
        same = is_absolute(url) and origin(url) == origin(request.url) and canonical.query == asked.query
    except ValueError:
        return None
    tops = {urlsplit(each).path for each in collections}
    paths = {asked.path, canonical.path}
    named = len(paths) > 1 and len({path.rstrip("/") for path in paths}) == 1 and asked.path.rstrip("/") in tops
    above = any(asked.path.startswith(f"{top}/") and asked.path != f"{top}/" for top in tops)
    below = above and canonical.path == f"{asked.path}/"
    return replace(request, url=url) if same and (named or below) and not request.raw else None
