"""Other spellings of a path: redirected, read as the same, or refused by what stands in front."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.reference.faults.where import UUID
from conformance.reference.message import Answer
from conformance.reference.serialise import PREFIX
from conformance.reference.variants import variant
from conformance.reference.variants.tools import PAGE, plain_letters

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request

REDIRECTS = "RFC 9110, section 15.4"
EQUIVALENT = "RFC 3986, section 6.2"
# What stands behind a redirect of the collection.
OF_THE_COLLECTION = frozenset(
    {
        *("elements", "filters", "invoices", "page-end", "page-links", "page-size", "pages", "sort", "total"),
        *("spelling-slash", "spelling-slashes"),
    }
)
_IDS = re.compile(UUID)


def _redirect(status: int, location: str) -> Answer:
    return Answer(status, [("Location", location), ("Cache-Control", "no-store")])


def _redirected(
    canonical: Callable[[str], str], status: int = 308, origin: Callable[[Request], str] = lambda _: ""
) -> Callable[[Api], None]:
    """Send GET and HEAD of another spelling to the canonical one."""

    def install(api: Api) -> None:
        def redirect(request: Request) -> Answer | None:
            path = canonical(request.path)
            if path == request.path or request.method not in {"GET", "HEAD"}:
                return None
            return _redirect(status, origin(request) + path + (f"?{request.query}" if request.query else ""))

        api.on_request(redirect)

    return install


def _served(canonical: Callable[[str], str]) -> Callable[[Api], None]:
    """Serve another spelling like the canonical one."""

    def install(api: Api) -> None:
        api.replace("route", lambda original, path: original(canonical(path)))

    return install


def _small_id(path: str) -> str:
    return _IDS.sub(lambda found: found[0].lower(), path)


def _without_slash(path: str) -> str:
    return path.rstrip("/")


def _single_slashes(path: str) -> str:
    return re.sub("//+", "/", path)


def _without_suffix(path: str) -> str:
    return re.sub(rf"({UUID})\.json$", r"\1", path)


def _without_parameters(path: str) -> str:
    return re.sub(";[^/]*", "", path)


def _dashed(path: str) -> str:
    parts = "".join(f"([0-9A-Fa-f]{{{length}}})" for length in (8, 4, 4, 4, 12))
    return re.sub(rf"/{parts}(?=/|$)", r"/\1-\2-\3-\4-\5", path)


def _without_dots(path: str) -> str:
    done: list[str] = []
    for segment in path.split("/"):
        plain = re.sub("%2[Ee]", ".", segment)
        if plain == "..":
            del done[-1:]
        elif plain != ".":
            done.append(segment)
    return "/".join(done)


def _other_name(request: Request) -> str:
    return f"{request.scheme}://localhost:{request.host.rpartition(':')[2]}"


# Name, install, clause, sentence.
_SPELLINGS: tuple[tuple[str, Callable[[Api], None], str, str], ...] = (
    (
        "ids-in-capitals-redirected",
        _redirected(_small_id),
        REDIRECTS,
        "An id in upper case is redirected to the one in lower case.",
    ),
    (
        "ids-in-capitals-answered-elsewhere",
        _redirected(_small_id, 303),
        REDIRECTS,
        "An id in upper case is answered with 303, which names the one in lower case.",
    ),
    ("slash-at-the-end-redirected", _redirected(_without_slash, 301), REDIRECTS, "A slash at the end is redirected."),
    ("slashes-doubled-redirected", _redirected(_single_slashes, 301), REDIRECTS, "Doubled slashes are redirected."),
    (
        "encoded-letters-redirected",
        _redirected(plain_letters),
        REDIRECTS,
        "Percent-encoded letters are redirected to the letters.",
    ),
    (
        "other-spellings-redirected-to-the-canonical-host",
        _redirected(_without_slash, 301, _other_name),
        REDIRECTS,
        "Another spelling is redirected to the canonical one, on the host that has the canonical name.",
    ),
    ("slash-at-the-end-served", _served(_without_slash), EQUIVALENT, "A slash at the end makes no difference."),
    ("slashes-doubled-served", _served(_single_slashes), EQUIVALENT, "Doubled slashes count as one."),
    ("suffix-json-served", _served(_without_suffix), EQUIVALENT, "The suffix .json makes no difference."),
    (
        "path-parameters-disregarded",
        _served(_without_parameters),
        "RFC 3986, section 3.3",
        "Parameters of a path segment, as some containers know them, are disregarded.",
    ),
    ("dot-segments-removed", _served(_without_dots), "RFC 3986, section 5.2.4", "Dot segments are removed first."),
    (
        "ids-without-hyphens-served",
        _served(_dashed),
        "RFC 9562, section 4",
        "An id without its hyphens names the same invoice, as some databases read it.",
    ),
)
# The spelling is the first word of a name, but for these, which have that of others.
_KINDS = {"other": "slash", "dot": "path"}
for _name, _install, _clause, _sentence in _SPELLINGS:
    _kind = _name.partition("-")[0]
    variant(_name, clause=_clause, touches={f"spelling-{_KINDS.get(_kind, _kind)}"}, sentence=_sentence)(_install)


@variant("ids-in-capitals-unknown", clause="RFC 3986, section 6.2.2.1", touches={"spelling-ids"})
def capitals_unknown(api: Api) -> None:
    """An id in upper case names nothing."""
    api.replace("route", lambda original, path: original(path) if _small_id(path) == path else None)


@variant(
    "links-made-from-the-path",
    clause="RFC 3986, section 6.1",
    touches={"spelling-slash", "spelling-slashes", "resource-links"},
)
def links_from_the_path(api: Api) -> None:
    """Other spellings of a path are served, and the links in the document begin as the request was spelt."""
    _served(lambda path: _without_slash(_single_slashes(path)))(api)

    def links(original: Callable[..., Document], request: Request, *rest: Any) -> Document:
        made = original(request, *rest)
        beginning = request.path.rpartition("/invoices/")[0]
        return {name: link.replace(PREFIX, beginning or PREFIX, 1) for name, link in made.items()}

    def resource_links(original: Callable[..., Document], request: Request, *rest: Any) -> Document:
        made = links(original, request, *rest)
        slash = "/" if request.path.endswith("/") else ""
        return {name: link + slash for name, link in made.items()}

    api.replace("relationship_links", links)
    api.replace("resource_links", resource_links)


@variant("collection-redirected", clause="RFC 9110, section 15.4.9", touches=OF_THE_COLLECTION)
def collection_redirected(api: Api) -> None:
    """The collection is redirected to the same path with a slash at its end, with its query, before anything else."""
    collection = f"{PREFIX}/invoices"

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        if request.path == collection and request.method in {"GET", "HEAD"}:
            return _redirect(308, f"{collection}/" + (f"?{request.query}" if request.query else ""))
        if request.path == f"{collection}/":
            request = dataclasses.replace(request, path=collection)
        return original(request)

    api.replace("answer", answer)


_ATTACK = re.compile(r"['\"<>{}`\\\x00]|/[%*]|\.\./|--|\bUNION\b|\bSELECT\b", re.IGNORECASE)


def _firewall(status: int) -> Callable[[Api], None]:
    def refuse(request: Request) -> Answer | None:
        target = unquote(unquote(f"{request.path}?{request.query}", "latin-1"), "latin-1")
        return Answer(status, [("Content-Type", "text/html")], PAGE) if _ATTACK.search(target) else None

    return lambda api: api.on_request(refuse)


for _name, _status, _clause, _sentence in (
    (
        "firewall",
        403,
        "RFC 9110, section 15.5.4",
        "What looks like an attack in the path or the query is refused with 403 and a page, before all else.",
    ),
    (
        "firewall-that-hides",
        404,
        "RFC 9110, section 15.5.5",
        "What looks like an attack gets 404 and a page: that it is refused is not to be known.",
    ),
):
    variant(_name, clause=_clause, touches={"firewall"}, sentence=_sentence)(_firewall(_status))
