"""The checks of other spellings of URLs: data that get out are found, refusals and pages without data are not."""

from __future__ import annotations

import pytest

from conformance.checks import test_spellings
from tests.support.changes import changed, content, shown
from tests.support.exchanges import lost, refusal
from tests.support.judged import outcome


def test_data_without_a_token_are_found() -> None:
    check = test_spellings.test_no_spelling_shows_an_invoice_without_a_token
    opened = shown("respelled_without_token")
    assert outcome(check, respelled_without_token=opened) == "violated"
    assert outcome(check, respelled_without_token=shown(body=content(probe="relationship"))) == "violated"
    assert outcome(check, respelled_without_token=opened, item_without_token=shown()) == "not observed"
    assert outcome(check, respelled_without_token=opened, item=refusal(404)) == "not observed"
    assert outcome(check, respelled_without_token=refusal(500)) == "not observed"


def test_what_shows_no_data_is_not_found() -> None:
    check = test_spellings.test_no_spelling_shows_an_invoice_without_a_token
    page = shown(headers={"Content-Type": "text/html"}, body="<title>Log in</title>")
    for answer in (*map(refusal, (301, 308, 400, 401, 403, 404)), page, shown(body={"data": []})):
        assert outcome(check, respelled_without_token=answer) == "passed"


def test_the_account_and_the_collection_are_judged_unless_everybody_may_see_them() -> None:
    account = test_spellings.test_no_spelling_shows_an_account_without_a_token
    opened = shown("respelled_account_without_token")
    assert outcome(account, respelled_account_without_token=opened) == "violated"
    everybody = {"account_from_self_link_without_token": shown("related")}
    assert outcome(account, respelled_account_without_token=opened, **everybody) == "not observed"
    collection = test_spellings.test_no_spelling_shows_the_collection_without_a_token
    listed = shown("respelled_listing_without_token")
    assert outcome(collection, respelled_listing_without_token=listed) == "violated"
    everybody = {"listing_without_token": shown("listing")}
    assert outcome(collection, respelled_listing_without_token=listed, **everybody) == "not observed"


def test_data_of_another_customer_are_found() -> None:
    check = test_spellings.test_no_spelling_shows_an_invoice_of_another_customer
    foreign = shown(body=content(probe="other_item_of_owner"))
    assert outcome(check, respelled_foreign=foreign) == "violated"
    assert outcome(check, respelled_foreign=shown(body=content(probe="other_account_of_owner"))) == "violated"
    for answer in (shown(), shown(status=404, body=foreign.body), shown(body={"data": [{"id": "1"}]}), refusal(400)):
        assert outcome(check, respelled_foreign=answer) == "passed"
    for answer in (refusal(500), lost("respelled_foreign")):
        assert outcome(check, respelled_foreign=answer) == "not observed"
    assert outcome(check, respelled_foreign=foreign, other_item=foreign) == "not observed"
    assert outcome(check, respelled_foreign=foreign, other_item_of_owner=refusal(401)) == "not observed"


@pytest.mark.parametrize("part", ["related", "relationship"])
def test_what_is_below_an_invoice_of_another_customer_is_found(part: str) -> None:
    check = test_spellings.test_no_spelling_shows_an_invoice_of_another_customer
    name = f"respelled_foreign[{part}-slash-behind]"
    body = content(probe="other_account_of_owner")
    (foreign,) = changed(name, status=200, body=body).values()
    assert outcome(check, respelled_foreign=foreign) == "violated"
    assert outcome(check, respelled_foreign=foreign, **{f"other_{part}": shown(body=body)}) == "not observed"
    (refused,) = changed(name, status=404).values()
    assert outcome(check, respelled_foreign=refused) == "passed"


def test_a_hidden_invoice_is_found() -> None:
    check = test_spellings.test_no_spelling_shows_a_hidden_invoice
    hidden = shown("respelled_hidden")
    assert outcome(check, respelled_hidden=hidden) == "violated"
    assert outcome(check, respelled_hidden=hidden, every_hidden_item=(refusal(404), shown())) == "not observed"
    assert outcome(check, respelled_hidden=lost("respelled_hidden")) == "not observed"


def test_a_part_of_an_id_is_found() -> None:
    check = test_spellings.test_a_part_of_an_id_names_nothing
    assert outcome(check, part_of_id=shown("part_of_id[cut]")) == "violated"
    for name, status, expected in (
        ("cut", 400, "passed"),
        ("cut", 301, "violated"),
        ("any", 403, "passed"),
        ("any", 200, "violated"),
        ("asterisk", 403, "passed"),
        ("pattern", 403, "violated"),
        ("above", 301, "passed"),
        ("above", 200, "violated"),
    ):
        (answer,) = changed(f"part_of_id[{name}]", status=status).values()
        assert outcome(check, part_of_id=answer) == expected
