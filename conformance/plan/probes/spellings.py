"""Other spellings of the URLs of resources, which a router may read more leniently than the guard before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import Family, PathFunction, Probe, family, get
from conformance.plan.spellings import ALL, USUAL, Path, Spelling, capital_id, mixed_id

_ANONYMOUS = {"Authorization": None}
_OF_FOREIGN = (
    *("capitals", "slash-behind", "slashes-within", "encoded-dots", "parameter", "encoded-letter"),
    *("encoded-slash", "suffix", "blank-behind"),
)
_OF_HIDDEN = ("slash-behind", "encoded-letter", "parameter", "suffix")
_OF_HIDDEN_RARELY = (
    *("encoded-hyphen", "undashed", "braces", "letter-behind", "dot-behind", "nul-behind"),
    *("suffix-xml", "suffix-pdf", "edit", "capitals-of-version", "version-with-zero", "parent-segment"),
)
# Of other resources than the invoice.
_ELSEWHERE = ("suffix", "blank-behind", "parameter", "dot-behind", "slashes-behind", "slash-encoded-behind")
_OF_LISTING: Mapping[str, str] = {
    "slash-behind": "/invoices/",
    "suffix": "/invoices.json",
    "capital-letter": "/Invoices",
    "parameter": "/invoices;x=1",
}
_OF_LISTING_RARELY: Mapping[str, str] = {
    "capitals": "/INVOICES",
    "blank-behind": "/invoices%20",
    "dot-behind": "/invoices.",
    "slashes-behind": "/invoices//",
    "slash-encoded-behind": "/invoices%2F",
    "dot-segment": "/./invoices",
    "encoded-letter": "/%69nvoices",
    "nul-behind": "/invoices%00",
    "suffix-csv": "/invoices.csv",
    "asset": "/invoices/conformance.css",
    "all": "/invoices/*",
}


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


def _rarely(probe: Probe) -> Probe:
    return probe.but(needs=(*probe.needs, "contested"))


def _each(names: Iterable[str], respelled: Callable[[Spelling], Probe], usual: Collection[str]) -> dict[str, Probe]:
    """Return the probe of each spelling; all but the usual ones need a run that may cost more."""
    probes = {name: respelled(ALL[name]) for name in names}
    return {name: probe if name in usual else _rarely(probe) for name, probe in probes.items()}


_RELATIONSHIP, _RELATED = "/relationships/account", "/account"
_PARTS = {"relationship": _RELATIONSHIP, "related": _RELATED}
# What may follow an invoice, in spellings of its own.
_PARTS_RESPELLED = {
    "relationship-capitals": "/Relationships/account",
    "related-capitals": "/Account",
    "related-slashes-within": "//account",
    "related-plural": "/accounts",
    "relationships": "/relationships",
}


def _elsewhere(respelled: Callable[[Spelling, str], Probe]) -> dict[str, Probe]:
    """Return the probes of what follows an invoice, none of which a run by default sends."""
    spelled = {f"{part}-{name}": (ALL[name], rest) for part, rest in _PARTS.items() for name in _ELSEWHERE}
    others: dict[str, tuple[Spelling, str]] = {name: (str, rest) for name, rest in _PARTS_RESPELLED.items()}
    return {name: _rarely(respelled(*each)) for name, each in {**spelled, **others}.items()}


respelled_without_token: Family = family(
    {
        **_each(ALL, lambda spelling: _anonymous(_own(spelling)), usual=USUAL),
        **{f"{part}-slash-behind": _anonymous(_own(USUAL["slash-behind"], rest)) for part, rest in _PARTS.items()},
        **_elsewhere(lambda spelling, rest: _anonymous(_own(spelling, rest))),
    }
)


def _account(behind: str) -> Probe:
    return _anonymous(lambda account_from_self_link: f"{account_from_self_link.request.url}{behind}")


respelled_account_without_token = family(
    {
        "slash-behind": _account("/"),
        **{
            name: _rarely(_account(behind))
            for name, behind in {"suffix": ".json", "parameter": ";x=1", "blank-behind": "%20", "dot": "."}.items()
        },
    }
)
respelled_listing_without_token = family(
    {
        **{name: _anonymous(path, "collection") for name, path in _OF_LISTING.items()},
        **{name: _rarely(_anonymous(path, "collection")) for name, path in _OF_LISTING_RARELY.items()},
    }
)


def _of_other(path: PathFunction) -> Probe:
    return get(path, needs=("second-customer",))


def _behind_own(between: str) -> Probe:
    """Name the other customer's invoice behind an own one, which is looked at alone."""
    return _of_other(lambda item, other_invoice_id: f"{item.request.url}{between}{other_invoice_id}")


respelled_foreign = family(
    {
        "capital-id": _of_other(_foreign(capital_id)),
        "mixed-id": _rarely(_of_other(_foreign(mixed_id))),
        **_each(ALL, lambda spelling: _of_other(_foreign(spelling)), usual=_OF_FOREIGN),
        **{f"{part}-capital-id": _of_other(_foreign(capital_id, rest)) for part, rest in _PARTS.items()},
        "related-slash-behind": _of_other(_foreign(USUAL["slash-behind"], _RELATED)),
        "relationship-slash-behind": _rarely(_of_other(_foreign(USUAL["slash-behind"], _RELATIONSHIP))),
        **_elsewhere(lambda spelling, rest: _of_other(_foreign(spelling, rest))),
        "behind-own": _behind_own("/../"),
        "behind-own-encoded": _behind_own("%2F..%2F"),
        "behind-own-in-list": _behind_own(","),
        "behind-own-as-parameter": _rarely(_behind_own(";id=")),
    }
)
respelled_hidden = family(
    {
        "capital-id": get(_hidden(capital_id), needs=("hidden-invoice",)),
        **_each(
            (*_OF_HIDDEN, *_OF_HIDDEN_RARELY),
            lambda spelling: get(_hidden(spelling), needs=("hidden-invoice",)),
            usual=_OF_HIDDEN,
        ),
        "related-capital-id": get(_hidden(capital_id, _RELATED), needs=("hidden-invoice",)),
    }
)

# Parts of an id, and what stands for several or for none: readers of databases and of shells take some of them.
part_of_id = family(
    {
        # What programs write for no value, and what databases count and compare with.
        **{
            name: get(f"/invoices/{number}", needs=("contested",))
            for name, number in {
                "null": "null",
                "undefined": "undefined",
                "zero": "0",
                "negative": "-1",
                "any": "%25",
                "asterisk": "*",
            }.items()
        },
        "cut": get(lambda invoice_id: f"/invoices/{invoice_id.partition('-')[0]}"),
        "pattern": get(lambda invoice_id: f"/invoices/{invoice_id[:-1]}_"),
        "above": get("/invoices/..%2f{invoice_id}"),
        # A refusal in a coding is what it says, too.
        "nil": get("/invoices/00000000-0000-0000-0000-000000000000").but(headers={"Accept-Encoding": "gzip"}),
    }
)
