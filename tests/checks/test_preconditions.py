"""An answer that others are compared with may be broken itself: nothing is then blamed on the others, nor praised."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.judge.api import Violation
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.parameters import RECORD_WIDE
from tests.support import areas, customer_answers, http_answers, policy_answers
from tests.support.correct import answers as answers_about_invoices
from tests.support.correct import everywhere
from tests.support.exchanges import refusal

Given = Mapping[str, Exchange]
Check = Callable[..., None]


def _about_invoices(name: str, given: Given) -> Any:
    every = tuple(given.values())
    if name in RECORD_WIDE:
        return tuple(each for each in every if name != "every_success" or each.succeeded)
    if name.startswith("every_"):
        return tuple(each for key, each in given.items() if key == name.removeprefix("every_"))
    return given.get(name) or replace(given["item"], probe=name, answer=None)


# For each group of areas: its checks, the answers of a correct server, and what an argument stands for.
GROUPS: dict[str, tuple[list[Check], Given, Callable[[str, Given], Any]]] = {
    "http": (
        [check for _, check in http_answers.checks()],
        http_answers.answers(),
        lambda name, given: http_answers.every(name, given) if name.startswith("every_") else given[name],
    ),
    "policy": (
        [check for _, check in policy_answers.checks()],
        policy_answers.answers(),
        lambda name, given: next(policy_answers._value(name, given, policy_answers.FACTS)),
    ),
    "customer": (
        [check for _, check in customer_answers.checks()],
        customer_answers.answers(),
        lambda name, given: customer_answers._values(name, given, customer_answers.BITS)[0],
    ),
    "invoice": (list(areas.CHECKS), answers_about_invoices(), _about_invoices),
}
# The views of an invoice that a check may judge in place of the plain one.
VIEWS = (*everywhere({}), "fields_of_attributes")
# Checks that judge what is left when one of several answers is broken.
SEVERAL = {
    "test_a_refusal_is_not_reused_for_others",
    "test_an_altered_token_opens_no_view_of_an_invoice",
    "test_all_name_the_same_account",
    "test_an_undefined_parameter_is_refused",
    "test_a_view_of_an_invoice_has_an_entity_tag",
    "test_data_of_a_customer_is_for_private_caches",
    "test_documents_have_the_json_api_media_type",
    "test_errors_have_explaining_content",
    "test_every_resource_and_method_needs_credentials",
    "test_the_account_shows_no_further_attributes",
    "test_the_account_by_itself_varies_by_accept",
    "test_the_account_varies_by_accept",
    "test_the_collection_varies_by_accept",
    "test_the_documented_refusals_are_error_documents",
    "test_the_documented_refusals_have_the_documented_members",
    "test_the_refusal_of_a_token_is_an_error_document_on_every_resource",
    "test_the_related_link_has_the_documented_path",
    "test_vary_does_not_depend_on_accept",
}
# Checks that hold for every refusal, whatever its status, or for what the broken answer only helps to interpret.
ANY_REFUSAL = {
    "test_a_304_to_head_repeats_what_caches_need",
    "test_a_bad_query_tells_nothing_of_an_invoice_of_another_customer",
    "test_a_request_id_of_the_client_is_cleaned",
    "test_a_token_in_the_url_does_not_authenticate",
    "test_an_empty_fieldset_has_no_fields",
    "test_an_invoice_of_another_customer_is_not_served",
    "test_an_odd_id_names_nothing",
    "test_listings_do_not_show_hidden_invoices",
    "test_listings_show_nothing_of_another_customer",
    "test_no_stored_account_for_another_customer",
    "test_no_stored_copy_for_another_customer",
    "test_no_stored_copy_without_a_token",
    "test_no_view_of_an_invoice_of_another_customer_is_served",
    "test_no_view_tells_that_it_exists",
    "test_no_write_succeeds",
    "test_plain_http_leads_to_https_or_nowhere",
    "test_the_account_of_another_customer_is_not_served_by_itself",
    "test_the_included_account_of_another_customer_is_not_served",
    "test_the_plain_http_address_promises_nothing",
    "test_the_self_link_of_the_account_leads_to_it",
    "test_trace_does_not_return_credentials",
}
# What a correct server does not do, or not here: redirects, codings, dates, limits, https, errors with a source...
UNSEEN = {
    "test_a_limit_says_when_to_try_again",
    "test_a_redirect_leads_to_the_same_place",
    "test_a_strong_entity_tag_stands_for_one_sequence_of_bytes",
    "test_an_answer_with_a_negotiated_coding_varies_by_it",
    "test_an_invoice_that_was_not_modified_since_is_not_sent",
    "test_accounts_of_the_collection_show_no_further_attributes",
    "test_answers_over_https_ask_for_https",
    "test_coded_content_is_the_same_invoice",
    "test_content_is_in_the_coding_that_it_names",
    "test_content_length_of_a_304_is_that_of_the_200",
    "test_content_length_of_a_304_of_a_view_is_that_of_the_200",
    "test_content_length_of_a_304_of_the_account_is_that_of_the_200",
    "test_content_length_of_a_304_of_the_collection_is_that_of_the_200",
    "test_content_length_of_a_304_of_the_relationship_is_that_of_the_200",
    "test_content_length_of_a_304_to_head_is_that_of_the_200",
    "test_ids_do_not_share_a_node",
    "test_last_modified_is_not_in_the_future",
    "test_links_use_https",
    "test_sparse_fields_of_every_kind_show_the_same_values",
    "test_sparse_fields_show_the_same_values",
    "test_no_duration_without_successful_calls",
    "test_no_shared_cache_is_told_to_keep_data_of_a_customer",
    "test_no_view_of_an_account_of_another_customer_is_served",
    "test_nothing_is_spent_without_services",
    "test_pointers_are_json_pointers",
    "test_the_current_tag_of_coded_content_is_not_modified",
    "test_the_document_link_can_be_fetched",
    "test_the_document_link_keeps_the_query",
    "test_the_document_link_leads_to_the_same_data",
    "test_the_document_link_of_a_view_can_be_fetched",
    "test_the_jsonapi_member_describes_the_implementation",
    "test_the_link_of_no_document_leads_to_another_view",
    "test_the_links_between_pages_have_the_requested_origin",
    "test_the_links_beside_sparse_fields_have_the_documented_paths",
    "test_the_source_of_a_query_error_names_the_parameter",
    "test_vary_does_not_depend_on_a_suffix",
}
# Without a token any refusal will do as the twin of a bad token.
REFUSAL = "item_without_token"


def broken(usual: Exchange, status: int = 500) -> Exchange:
    """Return a server error in the place of ``usual``."""
    error = refusal(status, usual.probe, headers={"ETag": None, "Cache-Control": "no-store"}).answer
    assert error is not None
    return replace(usual, answer=replace(error, body=b"" if usual.request.method == "HEAD" else error.body))


def said(check: Check, given: Given, value: Callable[[str, Given], Any]) -> str:
    """Return what a check says, and of which probe when it finds something."""
    try:
        check(**{name: value(name, given) for name in inspect.signature(check).parameters})
    except NotObserved:
        return "not observed"
    except Violation as violation:
        return f"violated by {violation.exchange and violation.exchange.probe}"
    return "passed"


def cases() -> Iterator[tuple[str, Check, str]]:
    """Yield group, check and probe for each answer that a check names."""
    for group, (checks, usual, _) in GROUPS.items():
        for check in checks:
            for name in inspect.signature(check).parameters:
                if name in usual:
                    yield group, check, name


CASES = list(cases())


def test_a_server_error_is_blamed_on_no_other_answer() -> None:
    found = []
    for group, check, probe in CASES:
        _, usual, value = GROUPS[group]
        result = said(check, {**usual, probe: broken(usual[probe])}, value)
        if result not in {"passed", "not observed", f"violated by {usual[probe].probe}"}:
            found.append((check.__name__, probe, result))
    assert found == []


def test_what_is_not_answered_proves_nothing() -> None:
    passed = set()
    for group, check, probe in CASES:
        _, usual, value = GROUPS[group]
        if probe != REFUSAL:
            names = VIEWS if probe in VIEWS else (probe,)
            given = {**usual, **{name: broken(usual[name]) for name in names if name in usual}}
            passed |= {check.__name__} if said(check, given, value) == "passed" else set()
    assert passed == SEVERAL | ANY_REFUSAL


def test_a_correct_server_passes_what_it_shows() -> None:
    results = {
        check.__name__: said(check, usual, value) for checks, usual, value in GROUPS.values() for check in checks
    }
    assert {name for name, result in results.items() if result == "not observed"} == UNSEEN
    assert set(results.values()) == {"passed", "not observed"}
