"""The checks of other spellings of URLs: data that get out are found, refusals and pages without data are not."""

from __future__ import annotations

from conformance.checks import test_spellings
from tests.support.changes import content, shown
from tests.support.exchanges import refusal
from tests.support.judged import outcome


def test_data_without_a_token_are_found() -> None:
    check = test_spellings.test_no_spelling_shows_an_invoice_without_a_token
    opened = shown("respelled_without_token")
    assert outcome(check, respelled_without_token=opened) == "violated"
    assert outcome(check, respelled_without_token=shown(body=content(probe="relationship"))) == "violated"
    assert outcome(check, respelled_without_token=opened, item_without_token=shown()) == "not observed"
    assert outcome(check, respelled_without_token=opened, item=refusal(404)) == "not observed"


def test_what_shows_no_data_is_not_found() -> None:
    check = test_spellings.test_no_spelling_shows_an_invoice_without_a_token
    page = shown(headers={"Content-Type": "text/html"}, body="<title>Log in</title>")
    for answer in (*map(refusal, (301, 308, 400, 401, 403, 404)), page, shown(body={"data": []})):
        assert outcome(check, respelled_without_token=answer) == "passed"
