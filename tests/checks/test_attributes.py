"""One broken attribute is found by the requirement that owns it, and by no other one of the areas about invoices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conformance.checks import test_attributes
from conformance.judge.suite import Check
from conformance.model.exchange import Exchange
from tests.support.changes import attributes, changed, content, everywhere
from tests.support.correct import NOW, SECOND, SECOND_ID, answers
from tests.support.exchanges import INVOICE_ID, PREFIX, REMOVED, exchange
from tests.support.judged import INVOICES, judged, outcome

CALL_TIME = "terminated-first-call-at"

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("SEM-004", {"reference": 23}, "number"),
    ("SEM-005", {"end-date": None}, "null"),
    ("SEM-005", {"end-date": "2024-11-14 00:00:00 UTC"}, "another form"),
    ("SEM-005", {"start-date": "2024-11-07"}, "day only"),
    ("SEM-005", {"start-date": 1730937600}, "seconds"),
    ("SEM-006", {"end-date": "2024-02-30T00:00:00.000Z"}, "February 30"),
    ("SEM-006", {"originated-last-call-at": "2024-11-13T24:00:00.000Z"}, "hour 24"),
    ("SEM-006", {"originated-last-call-at": "2024-11-13T11:59:60.000Z"}, "second 60 at noon"),
    ("SEM-006", {"originated-last-call-at": "2024-11-13T11:59:00.000+24:00"}, "offset of a day"),
    ("SEM-007", {CALL_TIME: ""}, "empty"),
    ("SEM-007", {CALL_TIME: 0}, "epoch"),
    ("SEM-007", {"originated-first-call-at": "07.11.2024"}, "local form"),
    ("SEM-008", {"has-pdf": None}, "null"),
    ("SEM-008", {"has-pdf": "false"}, "string"),
    ("SEM-008", {"has-pdf": 0}, "number"),
    ("SEM-009", {"amount-spent": 1234567.99}, "number"),
    ("SEM-009", {"services-amount-spent": None}, "null"),
    ("SEM-009", {"services-amount-spent": "0,1"}, "comma"),
    ("SEM-009", {"services-amount-spent": " 0.1"}, "blank"),
    ("SEM-009", {"services-amount-spent": "0.1\n"}, "line feed"),
    ("SEM-009", {"services-amount-spent": "NaN"}, "NaN"),
    ("SEM-009", {"services-amount-spent": ".1"}, "no digit before the point"),
    ("SEM-009", {"services-amount-spent": "+0.1"}, "plus sign"),
    ("SEM-009", {"services-amount-spent": "\u0660.\u0661"}, "other digits"),
    ("SEM-010", {"services-amount-spent": "1E-1"}, "exponent"),
    ("SEM-010", {"services-amount-spent": "0.1e0"}, "lower-case exponent"),
    ("SEM-011", {"terminated-amount-spent": "-0.0"}, "minus zero"),
    ("SEM-013", {"terminated-calls-count": -1}, "negative count"),
    ("SEM-013", {"originated-billing-duration": -1}, "negative duration"),
    ("SEM-015", {"end-date": "2024-11-14T01:00:00.000+01:00"}, "offset"),
    ("SEM-015", {"end-date": "2024-11-14T00:00:00Z"}, "no fraction"),
    ("SEM-015", {"originated-last-call-at": "2024-11-13t23:59:59.999z"}, "lower case"),
    ("SEM-015", {"originated-last-call-at": "2024-11-13T23:59:59.999000Z"}, "microseconds"),
    ("SEM-016", {"terminated-amount-spent": "0"}, "no fraction"),
    ("SEM-016", {"services-amount-spent": "00.1"}, "leading zero"),
    ("JSON-006", {"originated-calls-duration": 700.0}, "fraction"),
    ("JSON-006", {"originated-calls-duration": "700"}, "string"),
    ("JSON-006", {"originated-calls-duration": None}, "null"),
    ("JSON-006", {"originated-calls-duration": True}, "boolean"),
    ("ITEM-022", {"terminated-last-call-at": REMOVED}, "dropped because it is null"),
    ("ITEM-022", {"services-amount-spent": REMOVED}, "dropped"),
    ("ITEM-023", {"amount-earned": "0.0"}, "further attribute"),
    ("ITEM-012", {"account": 1}, "named like a relationship"),
    ("ITEM-012", {"id": "1"}, "named id"),
    ("ITEM-013", {"account-id": 42}, "foreign key"),
    ("ITEM-013", {"accountId": 42}, "foreign key in camel case"),
    ("ITEM-013", {"contractor_uuid": "x"}, "foreign key of what is not a relationship"),
    ("ITEM-013", {"customer-id": 42}, "foreign key of the customer"),
    ("ITEM-009", {"amount.earned": "0.0"}, "point in a name"),
    ("ITEM-009", {"_amount": "0.0"}, "underscore first"),
    ("ITEM-010", {"größe": "0.0"}, "name that is not ASCII"),
]


def with_id(identifier: str) -> Exchange:
    return exchange("item", body=content({"/data/id": identifier}), path=f"{PREFIX}/invoices/{identifier}")


# These have a check of what else shows an account, for servers without the related one.
IN_PLACE_OF_RELATED = {"RELD-002", "RELD-003", "RELD-009"}


def test_a_correct_server_satisfies_every_check() -> None:
    outcomes = {(each.requirement, each.name): judged(each.function, answers()) for each in INVOICES.checks}
    unseen = {name for (name, _), result in outcomes.items() if result == "not observed"}
    assert set(outcomes.values()) == {"passed", "not observed"}
    # Judged on other data: no self link of the document, no jsonapi member, no link object, services, no direction
    # without success.
    assert unseen == {"ITEM-019", "ITEM-020", "ITEM-031", "ITEM-034", "INV-008", "INV-011", *IN_PLACE_OF_RELATED}


@pytest.mark.parametrize(("owner", "changes"), [pytest.param(*case[:2], id=f"{case[0]}-{case[2]}") for case in FAULTS])
def test_a_broken_attribute_is_found_by_its_owner_alone(owner: str, changes: dict[str, Any]) -> None:
    assert INVOICES.violated(everywhere(attributes(changes))) == {owner}


@pytest.mark.parametrize(("owner", "changes"), [pytest.param(*case[:2], id=f"{case[0]}-{case[2]}") for case in FAULTS])
def test_a_broken_attribute_is_found_with_include_only(owner: str, changes: dict[str, Any]) -> None:
    # An amount of the same value has other decimals than without include.
    found = INVOICES.violated(changed("item_with_account", document=attributes(changes)))
    assert found - {"ITEM-030", "SEM-017"} == {owner}


@pytest.mark.parametrize(("owner", "changes"), [pytest.param(*case[:2], id=f"{case[0]}-{case[2]}") for case in FAULTS])
def test_a_broken_attribute_is_found_without_include_only(owner: str, changes: dict[str, Any]) -> None:
    assert owner in INVOICES.violated(changed("item", document=attributes(changes)))


@pytest.mark.parametrize(
    ("total", "calls", "services", "wanted"),
    [
        ("-1.5", "1.0", "-2.5", set()),
        ("0.5", "3.0", "-2.5", set()),
        *(("-1.5", "1.0", services, {"SEM-011"}) for services in ("0.0", "0.5", "2.5")),
        ("-3.5", "-1.0", "-2.5", {"SEM-011"}),
        ("1.0", "1.0", "-0.0", {"SEM-011"}),
    ],
)
def test_services_may_be_credited(total: str, calls: str, services: str, wanted: set[str]) -> None:
    amounts = {"amount-spent": total, "originated-amount-spent": calls, "services-amount-spent": services}
    (answer,) = changed("item", document=attributes(amounts)).values()
    check = next(each for each in INVOICES.checks if each.requirement == "SEM-011")
    result = judged(check.function, {"item": answer, "item_with_account": answer})
    assert result == ("violated" if wanted else "passed")


@pytest.mark.parametrize(
    ("owner", "identifier"),
    [
        ("SEM-001", "abb41d30a26e11efbe6d0242ac120003"),
        ("SEM-001", "{abb41d30-a26e-11ef-be6d-0242ac120003}"),
        ("SEM-001", "23"),
        ("SEM-002", "abb41d30-a26e-01ef-be6d-0242ac120003"),
        ("SEM-002", "abb41d30-a26e-11ef-7e6d-0242ac120003"),
        ("SEM-014", "ABB41D30-A26E-11EF-BE6D-0242AC120003"),
    ],
)
def test_the_form_of_the_id_is_judged(owner: str, identifier: str) -> None:
    given = {"item": with_id(identifier)}
    found = {each.requirement for each in INVOICES.checks if judged(each.function, given) == "violated"}
    assert {name for name in found if name.startswith("SEM")} == {owner}


def test_ids_of_one_node_are_found() -> None:
    other = with_id("bbb41d30-a26e-11ef-be6d-0242ac120003")
    assert INVOICES.violated({f"{SECOND}item": other}) == {"SEM-003"}


def test_an_amount_that_is_rounded_elsewhere_is_found() -> None:
    changes = attributes({"amount-spent": "1234567.990123"})
    assert INVOICES.violated(changed("item_with_account", document=changes)) == {"SEM-012", "INV-001"}


def test_an_amount_that_is_rounded_in_the_collection_is_found() -> None:
    element = content(attributes({"amount-spent": "1234567.99"}))["data"]
    answer = exchange("collection", body={"data": [element]}, path=f"{PREFIX}/invoices")
    assert INVOICES.violated({"collection": answer}) == {"SEM-012"}
    transformed = exchange("collection", 203, body={"data": [element]}, path=f"{PREFIX}/invoices")
    assert INVOICES.violated({"collection": transformed}) == set()


def test_amounts_of_another_invoice_than_the_requested_one_are_not_compared() -> None:
    body = content({"/data/id": SECOND_ID, **attributes({"amount-spent": "0.0"})})
    for path, expected in ((f"{PREFIX}/invoices/{SECOND_ID}", True), (f"{PREFIX}/invoices/{INVOICE_ID}", False)):
        given = {f"{SECOND}item": with_id(SECOND_ID), "item_again": exchange("item_again", body=body, path=path)}
        assert ("SEM-012" in INVOICES.violated(given)) is expected


def shown(second: int, amount: str, probe: str = "item", number: int = 0) -> Exchange:
    """Return an answer that shows an amount, ``second`` after the start."""
    started = NOW + timedelta(seconds=second)
    changes = changed(probe, document=attributes({"amount-spent": amount}), started=started, round=number)
    return changes[probe]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([shown(0, "1.5"), shown(1, "2.5", "item_with_account")], "violated"),
        ([shown(0, "1.5"), shown(1, "2.5", "item_with_account"), shown(2, "1.5", number=3)], "violated"),
        ([shown(0, "1.5"), shown(1, "2.5", "item_with_account"), shown(2, "2.5", number=3)], "passed"),
        (
            [
                shown(0, "1.5"),
                shown(1, "2.5", "item_with_account"),
                shown(2, "1.5", "item_with_account", number=3),
                shown(3, "1.5", number=3),
            ],
            "passed",
        ),
        ([shown(0, "1.5"), shown(1, "1.50", "item_with_account"), shown(2, "2.5", number=3)], "passed"),
        ([shown(1, "1.5"), shown(0, "2.5", "item_with_account"), shown(2, "1.5", number=3)], "passed"),
        ([shown(0, "1.5"), shown(1, "1.5", "item_with_account"), shown(2, "1.5", number=3)], "passed"),
    ],
    ids=["once", "between", "changed", "unsteady", "written-otherwise", "before", "same"],
)
def test_an_amount_that_changes_is_not_a_finding(answers: list[Exchange], expected: str) -> None:
    check = test_attributes.test_amounts_are_the_same_in_every_answer
    assert outcome(check, every_success=tuple(answers)) == expected


@pytest.mark.parametrize("check", INVOICES.checks, ids=lambda check: check.name)
def test_a_check_finds_nothing_where_nothing_was_answered(check: Check) -> None:
    assert judged(check.function, {"item": exchange("item", None)}) == "not observed"


def test_an_id_that_is_not_a_uuid_hides_no_others() -> None:
    first, second = (f"abb41d3{number}-a26e-11ef-be6d-0242ac120003" for number in range(2))
    known = [exchange(body=content({"/data/id": each}), path=f"{PREFIX}/invoices/{each}") for each in (first, second)]
    word = exchange(body=content({"/data/id": "word"}), path=f"{PREFIX}/invoices/word")
    check = test_attributes.test_ids_do_not_share_a_node
    assert outcome(check, every_item=(word, *known)) == "violated"
    assert outcome(check, every_item=(word, known[0])) == "not observed"


@pytest.mark.parametrize("name", ["end-date", "originated-last-call-at"])
def test_the_same_time_in_another_spelling_is_the_same_value(name: str) -> None:
    check = test_attributes.test_an_invoice_with_its_account_shows_the_same_values
    for hour, expected in (("01", "passed"), ("02", "violated")):
        seen = changed("item_with_account", document=attributes({name: f"2024-11-14T{hour}:00:00.000+01:00"}))
        alone = changed("item", document=attributes({name: "2024-11-14T00:00:00.000Z"}))
        assert outcome(check, **alone, **seen) == expected
