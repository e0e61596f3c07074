"""Faults by which the guard of a resource reads a URL otherwise than the router behind it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from conformance.reference.app import Api
from conformance.reference.data import DOCUMENTED, INVOICES
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import NOT_FOUND, OWASP_AUTHENTICATION, OWASP_OBJECTS
from conformance.reference.faults.effects import open_to_all
from conformance.reference.faults.needs import COLLECTION, CONTESTED, HIDDEN, SECOND
from conformance.reference.faults.seams import both, effect, instead_of
from conformance.reference.faults.where import UUID
from conformance.reference.serialise import PREFIX

if TYPE_CHECKING:
    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Request
    from conformance.reference.model import Invoice

fault = Area(__name__, OWASP_AUTHENTICATION)
_GUARDED = re.compile(rf"{PREFIX}/(invoices|accounts)(/{UUID}(/relationships/account|/account)?)?")
_INVOICES = {invoice.id: invoice for invoice in INVOICES}
Reader = Callable[[str], str]


def _routed(read: Reader) -> Install:
    """Let the router read a path as ``read`` says."""
    return instead_of(Api.route)(lambda original, path: original(path) or original(read(path)))


def _unguarded(read: Reader) -> Install:
    """Let what asks for a token know the usual spelling alone, while the router reads paths by ``read``."""
    return both(_routed(read), open_to_all(lambda request: not _GUARDED.fullmatch(request.path)))


def _lower(path: str) -> str:
    return re.sub(UUID, lambda found: found[0].lower(), path.lower())


def _dots_removed(path: str) -> str:
    done: list[str] = []
    for segment in path.split("/"):
        plain = segment.partition(";")[0]
        if plain == "..":
            del done[-1:]
        elif plain != ".":
            done.append(segment)
    return "/".join(done)


@effect
def _unscoped(api: Api, where: Callable[[Request], bool], *, hidden: bool = False) -> None:
    """Find invoices, whoever may see them, where the path is spelled in some way."""

    def find(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
        asked = _INVOICES.get(number)
        return asked if asked and where(request) and asked.visible != hidden else original(request, number)

    api.replace(Api.find_invoice, find)


fault("spelling-capitals-unguarded", {"SEC-025"})(
    "The router disregards case, and what asks for a token does not know paths in capitals.", _unguarded(_lower)
)
fault("spelling-capital-of-type-unguarded", {"SEC-025"})(
    "Names of resources are found in any case, and what asks for a token looks for them in lower case.",
    _unguarded(lambda path: path.replace("/Invoices", "/invoices")),
)
fault("spelling-slash-behind-unguarded", {"SEC-025"})(
    "A slash at the end leads past what asks for a token.", _unguarded(lambda path: path.rstrip("/"))
)
fault("spelling-slash-before-unguarded", {"SEC-025"})(
    "A second slash at the beginning leads past what asks for a token.",
    _unguarded(lambda path: f"/{path.lstrip('/')}"),
)
fault("spelling-slashes-within-unguarded", {"SEC-025"})(
    "Doubled slashes are merged behind what asks for a token.", _unguarded(lambda path: re.sub("//+", "/", path))
)
fault("spelling-dot-segment-unguarded", {"SEC-025"})(
    "Dot segments are removed behind what asks for a token.", _unguarded(_dots_removed)
)
fault("spelling-parameter-of-segment-unguarded", {"SEC-025"})(
    "Parameters of any path segment are dropped behind what asks for a token.",
    _unguarded(lambda path: re.sub(";[^/]*", "", path)),
)
fault("spelling-dots-with-parameter-unguarded", {"SEC-025"})(
    "Two dots with a semicolon are a parent segment to the router and a name to what asks for a token.",
    _unguarded(lambda path: _dots_removed(path) if "..;" in path else path),
)
fault("spelling-encoded-slash-unguarded", {"SEC-025"})(
    "The router decodes the path before it splits it.", _unguarded(lambda path: path.replace("%2F", "/"))
)
fault("spelling-encoded-type-unguarded", {"SEC-025"})(
    "The router decodes letters that what asks for a token compares as they are.",
    _unguarded(lambda path: unquote(path) if "/%69" in path else path),
)
fault("spelling-backslash-unguarded", {"SEC-025"})(
    "A backslash is a slash to the router alone.", _unguarded(lambda path: path.replace("\\", "/"))
)
fault("spelling-suffix-unguarded", {"SEC-025"})(
    "The suffix of a format leads past what asks for a token.", _unguarded(lambda path: re.sub(r"\.json$", "", path))
)
fault("spelling-asset-unguarded", {"SEC-025"})(
    "Paths that look like files of a site need no token, and the router drops what follows a resource.",
    _unguarded(lambda path: re.sub(r"/[a-z]+\.(css|js|png)$", "", path)),
)
fault("spelling-blank-behind-unguarded", {"SEC-025"})(
    "The router trims what it has decoded.", _unguarded(lambda path: re.sub("(%20)+$", "", path))
)
fault("spelling-dot-behind-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "The router drops dots at the end, as a file system does.", _unguarded(lambda path: path.rstrip("."))
)
fault("spelling-encoded-backslash-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "An encoded backslash is a slash to the router alone.", _unguarded(lambda path: path.replace("%5C", "/"))
)
fault("spelling-capitals-of-version-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "The version is found in capitals, and what asks for a token looks for it in lower case.",
    _unguarded(lambda path: path.replace("/V1/", "/v1/")),
)
fault("spelling-version-padded-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "The version is read as a number is, and what asks for a token compares texts.",
    _unguarded(lambda path: path.replace("/v01/", "/v1/")),
)
fault("spelling-version-unknown-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "A version that there is not is the latest one, for which nothing asks for a token.",
    _unguarded(lambda path: re.sub(r"/(v[02-9]|latest)/invoices", "/v1/invoices", path)),
)
fault("spelling-word-in-parameter-unguarded", {"SEC-025"})(
    "Parameters of a path are dropped behind what asks for a token, and with a public word there it asks for none.",
    both(
        _routed(lambda path: path.partition(";")[0]),
        open_to_all(lambda request: "public" in request.path.partition(";")[2]),
    ),
)
fault("spelling-parent-of-public-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "What begins with the name of a public folder needs no token, and parent segments are removed behind that.",
    _unguarded(lambda path: _dots_removed(unquote(path)) if path.startswith("/public/") else path),
)
fault("spelling-full-width-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "The router brings letters of full width into their usual form.",
    _unguarded(lambda path: path.replace("%EF%BD%89", "i")),
)
fault("spelling-encoded-twice-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "The router decodes once more what was decoded already.",
    _unguarded(lambda path: unquote(path) if "%25" in path else path),
)
fault("spelling-tab-behind-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "A tab at the end is trimmed behind what asks for a token.", _unguarded(lambda path: path.removesuffix("%09"))
)
fault("spelling-without-prefix-unguarded", {"SEC-025"}, needs=CONTESTED)(
    "The application is mounted a second time, without its prefix, where nothing asks for a token.",
    _unguarded(lambda path: f"{PREFIX}{path}" if path.startswith("/invoices/") else path),
)
fault(
    "spelling-collection-of-everything-unguarded",
    {"SEC-025"},
    also={"ITEM-025": "an asterisk is not an id"},
    needs=COLLECTION | CONTESTED,
)(
    "An asterisk in the place of the id is the whole collection, and needs no token.",
    _unguarded(lambda path: path.removesuffix("/*")),
)
fault("spelling-fragment-unguarded", {"SEC-025"})(
    "The router cuts a path at an encoded number sign.", _unguarded(lambda path: path.partition("%23")[0])
)
fault("spelling-related-unguarded", {"SEC-025"})(
    "A slash behind the account of an invoice leads past what asks for a token.",
    _unguarded(lambda path: path.removesuffix("/") if path.endswith("/account/") else path),
)
fault("spelling-account-unguarded", {"SEC-025"})(
    "A slash behind an account by itself leads past what asks for a token.",
    _unguarded(lambda path: path.removesuffix("/") if "/accounts/" in path else path),
)
fault("spelling-collection-unguarded", {"SEC-025"}, needs=COLLECTION)(
    "A slash behind the collection leads past what asks for a token.",
    _unguarded(lambda path: path.removesuffix("/") if path == f"{PREFIX}/invoices/" else path),
)
fault("spelling-collection-suffix-unguarded", {"SEC-025"}, needs=COLLECTION)(
    "The collection with the suffix of a format needs no token.",
    _unguarded(lambda path: path.replace("/invoices.json", "/invoices")),
)
fault("spelling-capital-id-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "The owner of an invoice is looked up by the id as it was sent, which one in capitals has not.",
    _unscoped(lambda request: bool(re.search("/invoices/[0-9A-F-]*[A-F]", request.path))),
)
fault("spelling-capital-id-unscoped-in-account", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "Whose account it is, is looked up by the id of the invoice as it was sent.",
    _unscoped(lambda request: bool(re.search("/invoices/[0-9A-F-]*[A-F][0-9A-F-]*/account", request.path))),
)
fault("spelling-encoded-id-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "The owner of an invoice is not looked up when the id has an escape.",
    _unscoped(lambda request: "%" in request.path),
)
fault("spelling-slash-behind-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "A slash at the end leads to a route that does not look at the owner.",
    both(_routed(lambda path: path.rstrip("/")), _unscoped(lambda request: request.path.endswith("/"))),
)
fault("spelling-suffix-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "The suffix of a format leads to a route that does not look at the owner.",
    both(_routed(lambda path: path.removesuffix(".json")), _unscoped(lambda request: ".json" in request.path)),
)
fault("spelling-parameter-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "A parameter of the path leads past the look at the owner.",
    both(_routed(lambda path: path.partition(";")[0]), _unscoped(lambda request: ";" in request.path)),
)
fault("spelling-blank-behind-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "An id with a blank behind it is found in the database, and compared with those of the customer as it is.",
    both(_routed(lambda path: path.removesuffix("%20")), _unscoped(lambda request: request.path.endswith("%20"))),
)
fault("spelling-behind-own-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND)(
    "Of two ids the first one is looked at, and the second one is shown.",
    both(
        _routed(lambda path: re.sub(f"{UUID},({UUID})$", r"\1", path)), _unscoped(lambda request: "," in request.path)
    ),
)
fault("spelling-braces-unscoped", {"SEC-026"}, OWASP_OBJECTS, needs=SECOND | CONTESTED)(
    "An id in braces is found in the database, and compared with those of the customer as it is.",
    both(
        _routed(lambda path: re.sub(f"%7B({UUID})%7D", r"\1", path)), _unscoped(lambda request: "%7B" in request.path)
    ),
)
fault("spelling-suffix-of-document-shows-hidden", {"SEC-027"}, OWASP_OBJECTS, needs=HIDDEN | CONTESTED)(
    "The suffix of its printed form leads to an invoice, approved or not.",
    both(
        _routed(lambda path: path.removesuffix(".pdf")),
        _unscoped(lambda request: request.path.endswith(".pdf"), hidden=True),
    ),
)
fault("spelling-capital-id-shows-hidden", {"SEC-027"}, OWASP_OBJECTS, needs=HIDDEN)(
    "What is not approved is looked up by the id as it was sent.",
    _unscoped(lambda request: bool(re.search("/invoices/[0-9A-F-]*[A-F]", request.path)), hidden=True),
)
fault("spelling-slash-behind-shows-hidden", {"SEC-027"}, OWASP_OBJECTS, needs=HIDDEN)(
    "A slash at the end leads to a route that does not look at the approval.",
    both(_routed(lambda path: path.rstrip("/")), _unscoped(lambda request: request.path.endswith("/"), hidden=True)),
)
fault("spelling-encoded-id-shows-hidden", {"SEC-027"}, OWASP_OBJECTS, needs=HIDDEN)(
    "The approval of an invoice is not looked up when the id has an escape.",
    _unscoped(lambda request: "%" in request.path, hidden=True),
)


def _alias(pattern: str) -> Install:
    documented = ("item", DOCUMENTED.id)
    return instead_of(Api.route)(
        lambda original, path: original(path) or (documented if re.fullmatch(pattern, path) else None)
    )


fault("id-first-part-is-enough", {"ITEM-025"}, NOT_FOUND)(
    "The first part of an id is enough, as where short ids are shown.", _alias(f"{PREFIX}/invoices/[0-9a-f]{{8}}")
)
fault("id-with-placeholder", {"ITEM-025"}, NOT_FOUND)(
    "An underscore in the id stands for any character, as in a LIKE of the database.",
    _alias(f"{PREFIX}/invoices/[0-9a-f-]+_"),
)
fault("id-of-no-value", {"ITEM-025"}, NOT_FOUND, needs=CONTESTED)(
    "What programs write for no value counts as no id, and without one an invoice is found.",
    _alias(f"{PREFIX}/invoices/(null|undefined)"),
)
fault("id-with-parent-segment", {"ITEM-025"}, NOT_FOUND)(
    "Of an id with encoded slashes the last part counts, as of a path of a file.",
    _alias(rf"{PREFIX}/invoices/\.\.%2f{UUID}"),
)


@fault("id-nil-is-first-invoice", {"ITEM-008", "ITEM-025"}, NOT_FOUND)
@instead_of(Api.find_invoice)
def nil_is_none(original: Callable[..., Invoice], request: Request, number: str) -> Invoice:
    """The nil UUID is taken for no id at all, and without one the first invoice is found."""
    return original(request, DOCUMENTED.id if not number.replace("-", "").strip("0") else number)
