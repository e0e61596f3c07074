"""Other spellings of the URLs of resources, as routers read them more leniently than what guards them does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import Family, PathFunction, Probe, family, get

_ANONYMOUS = {"Authorization": None}


@dataclass(frozen=True)
class Path:
    """The path of an invoice in parts: what stands before ``/invoices``, the id, and what follows it."""

    prefix: str
    number: str
    rest: str = ""

    def __str__(self) -> str:
        """Return the usual spelling."""
        return f"{self.prefix}/invoices/{self.number}{self.rest}"

    @property
    def tail(self) -> str:
        """The id and what follows it."""
        return f"{self.number}{self.rest}"


Spelling = Callable[[Path], str]

# Whatever a reader makes of them, they name the resource or nothing.
_SPELLINGS: Mapping[str, Spelling] = {
    "capitals": lambda path: str(path).upper(),
    "capital-letter": lambda path: f"{path.prefix}/Invoices/{path.tail}",
    "slash-behind": lambda path: f"{path}/",
    "slash-before": lambda path: f"/{path}",
    "slashes-within": lambda path: f"{path.prefix}/invoices//{path.tail}",
    "dot-segment": lambda path: f"{path.prefix}/./invoices/{path.tail}",
    "encoded-dots": lambda path: f"{path.prefix}/invoices/%2e%2e/invoices/{path.tail}",
    "parameter": lambda path: f"{path};conformance=1",
    "parameter-within": lambda path: f"{path.prefix}/invoices;x=1/{path.tail}",
    "parameter-of-dots": lambda path: f"{path.prefix}/invoices/..;/invoices/{path.tail}",
    "encoded-letter": lambda path: f"{path.prefix}/invoices/%{ord(path.number[0]):02X}{path.number[1:]}{path.rest}",
    "encoded-letter-of-type": lambda path: f"{path.prefix}/%69nvoices/{path.tail}",
    "encoded-slash": lambda path: f"{path.prefix}/invoices%2F{path.tail}",
    "backslash": lambda path: f"{path.prefix}/invoices\\{path.tail}",
    "suffix": lambda path: f"{path}.json",
    "asset": lambda path: f"{path}/conformance.css",
    "blank-behind": lambda path: f"{path}%20",
    "dot-behind": lambda path: f"{path}.",
    "encoded-backslash": lambda path: f"{path.prefix}/invoices%5C{path.tail}",
    "fragment": lambda path: f"{path}%23conformance",
}
_CAPITAL_ID: Spelling = lambda path: f"{path.prefix}/invoices/{path.number.upper()}{path.rest}"  # noqa: E731
_OF_FOREIGN = (
    *("capitals", "slash-behind", "slashes-within", "encoded-dots", "parameter", "encoded-letter"),
    *("encoded-slash", "suffix", "blank-behind"),
)
# Beyond what a run by default may cost.
_RARE = ("dot-behind", "encoded-backslash")
_OF_HIDDEN = ("slash-behind", "encoded-letter", "parameter", "suffix")


def _spelled(spelling: Spelling, item: Exchange, number: str, rest: str = "") -> str:
    """Return the URL of an invoice in another spelling. Raises NotObserved when the path has another form."""
    path = item.request.target.partition("?")[0]
    prefix, separator, _ = path.rpartition("/invoices/")
    if not separator:
        raise NotObserved("the path of an invoice has another form")
    return item.request.url.removesuffix(item.request.target) + spelling(Path(prefix, number, rest))


def _own(spelling: Spelling, rest: str = "") -> PathFunction:
    return lambda item, invoice_id: _spelled(spelling, item, invoice_id, rest)


def _foreign(spelling: Spelling, rest: str = "") -> PathFunction:
    return lambda item, other_invoice_id: _spelled(spelling, item, other_invoice_id, rest)


def _hidden(spelling: Spelling, rest: str = "") -> PathFunction:
    return lambda item, hidden_invoice_id: _spelled(spelling, item, hidden_invoice_id, rest)


def _anonymous(path: str | PathFunction, *needs: str) -> Probe:
    return get(path, needs=needs).but(headers=_ANONYMOUS)


_RELATIONSHIP, _RELATED = "/relationships/account", "/account"

respelled_without_token: Family = family(
    {
        **{
            name: _anonymous(_own(spelling), *(["contested"] if name in _RARE else []))
            for name, spelling in _SPELLINGS.items()
        },
        "relationship-slash-behind": _anonymous(_own(_SPELLINGS["slash-behind"], _RELATIONSHIP)),
        "related-slash-behind": _anonymous(_own(_SPELLINGS["slash-behind"], _RELATED)),
    }
)
respelled_account_without_token = family(
    {
        "slash-behind": _anonymous(lambda account_from_self_link: f"{account_from_self_link.request.url}/"),
    }
)
respelled_listing_without_token = family(
    {
        name: _anonymous(path, "collection")
        for name, path in {
            "slash-behind": "/invoices/",
            "suffix": "/invoices.json",
            "capital-letter": "/Invoices",
            "parameter": "/invoices;x=1",
        }.items()
    }
)
respelled_foreign = family(
    {
        "capital-id": get(_foreign(_CAPITAL_ID), needs=("second-customer",)),
        **{name: get(_foreign(_SPELLINGS[name]), needs=("second-customer",)) for name in _OF_FOREIGN},
        "relationship-capital-id": get(_foreign(_CAPITAL_ID, _RELATIONSHIP), needs=("second-customer",)),
        "related-capital-id": get(_foreign(_CAPITAL_ID, _RELATED), needs=("second-customer",)),
        "related-slash-behind": get(_foreign(_SPELLINGS["slash-behind"], _RELATED), needs=("second-customer",)),
    }
)
respelled_hidden = family(
    {
        "capital-id": get(_hidden(_CAPITAL_ID), needs=("hidden-invoice",)),
        **{name: get(_hidden(_SPELLINGS[name]), needs=("hidden-invoice",)) for name in _OF_HIDDEN},
        "related-capital-id": get(_hidden(_CAPITAL_ID, _RELATED), needs=("hidden-invoice",)),
    }
)

# Parts of an id, and what stands for several or for none: readers of databases and of shells take some of them.
part_of_id = family(
    {
        "cut": get(lambda invoice_id: f"/invoices/{invoice_id.partition('-')[0]}"),
        "pattern": get(lambda invoice_id: f"/invoices/{invoice_id[:-1]}_"),
        "above": get("/invoices/..%2f{invoice_id}"),
        "nil": get("/invoices/00000000-0000-0000-0000-000000000000"),
    }
)
