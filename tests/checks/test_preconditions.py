"""An answer that others are compared with may be broken itself: nothing is then blamed on the others, nor praised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.judge.endings import NotJudged, Violation, end_of
from conformance.judge.suite import Check, checks
from tests.support.changes import SPARSE_VIEWS, VIEWS, altered
from tests.support.correct import answers, secure_answers
from tests.support.judged import Given, Group, arguments

# Checks that judge what is left when one of several answers is broken.
SEVERAL = {
    "test_a_range_selects_by_the_shown_values",
    "test_a_refusal_is_not_reused_for_others",
    "test_a_runtime_is_a_number_on_every_answer",
    "test_a_token_for_another_audience_is_refused",
    "test_a_value_of_the_wrong_type_selects_nothing",
    "test_a_value_selects_by_the_shown_values",
    "test_a_filter_by_account_selects_the_invoices_of_the_accounts",
    "test_a_refused_minted_token_has_the_documented_status",
    "test_a_refused_token_has_the_documented_status_at_every_view",
    "test_a_view_of_an_invoice_has_an_entity_tag",
    "test_accounts_show_no_internal_attributes",
    "test_all_name_the_same_account",
    "test_filters_show_nothing_of_another_customer",
    "test_a_filter_holds_beside_other_parameters",
    "test_primary_data_is_linkage",
    "test_the_accounts_of_another_customer_are_not_listed",
    "test_the_account_included_with_the_relationship_is_the_related_one",
    "test_the_included_account_has_the_known_attributes",
    "test_the_resource_behind_the_self_link_is_an_account",
    "test_the_self_link_of_the_included_account_leads_to_it",
    "test_an_account_links_to_itself",
    "test_an_account_links_to_itself_where_its_link_leads",
    "test_an_altered_token_opens_no_view_of_an_invoice",
    "test_an_expired_token_is_refused",
    "test_an_undefined_parameter_is_refused",
    "test_different_bodies_have_different_entity_tags",
    "test_documents_have_the_json_api_media_type",
    "test_a_content_type_with_parameters_is_refused_elsewhere",
    "test_a_range_of_another_view_is_ignored_or_sent",
    "test_an_element_names_the_account_of_its_invoice",
    "test_elements_of_every_page_equal_the_invoices",
    "test_elements_of_every_page_have_all_documented_attributes",
    "test_elements_show_no_further_attributes",
    "test_elements_show_no_internal_attributes",
    "test_errors_have_explaining_content",
    "test_every_resource_and_method_needs_credentials",
    "test_inclusion_and_sorting_select_nothing",
    "test_links_keep_include_and_fields",
    "test_links_page_by_the_page_parameters",
    "test_the_current_tag_is_not_modified_for_head_elsewhere",
    "test_the_last_link_leads_to_where_the_pages_end",
    "test_the_linkage_of_an_element_is_one_identifier_or_null",
    "test_the_links_of_the_only_page_lead_to_it",
    "test_the_listing_of_the_other_customer_shows_nothing_of_the_first",
    "test_next_leads_through_all_pages",
    "test_no_other_precondition_hides_a_refusal",
    "test_next_leads_through_all_pages_of_tied_invoices",
    "test_no_plain_request_is_answered_with_a_part_of_the_attributes",
    "test_no_resource_occurs_twice",
    "test_no_text_stands_for_a_missing_value",
    "test_pagination_links_have_their_names",
    "test_pagination_links_stand_in_links",
    "test_selected_elements_equal_the_invoices",
    "test_the_account_by_itself_varies_by_accept",
    "test_the_account_shows_no_further_attributes",
    "test_the_account_varies_by_accept",
    "test_the_collection_varies_by_accept",
    "test_the_documented_refusals_are_error_documents",
    "test_the_documented_refusals_have_the_documented_members",
    "test_the_first_page_has_no_page_before",
    "test_the_included_account_has_the_link_of_the_account_to_which_it_leads",
    "test_the_links_beside_sparse_fields_have_the_documented_paths",
    "test_the_links_between_pages_have_the_requested_origin",
    "test_the_refusal_of_a_token_is_an_error_document_on_every_resource",
    "test_the_related_link_has_the_documented_path",
    "test_the_source_of_a_query_error_names_the_parameter",
    "test_the_type_of_an_element_is_invoices",
    "test_vary_does_not_depend_on_accept",
    "test_what_matches_nothing_gives_nothing",
}
# Checks that hold for every refusal, whatever its status, or for what the broken answer only helps to interpret.
ANY_REFUSAL = {
    "test_no_spelling_shows_an_account_without_a_token",
    "test_no_spelling_shows_an_invoice_of_another_customer",
    "test_no_spelling_shows_the_collection_without_a_token",
    "test_a_304_to_head_repeats_what_caches_need",
    "test_a_bad_query_reveals_nothing_of_an_invoice_of_another_customer",
    "test_a_preflight_promises_no_credentials",
    "test_a_request_id_of_the_client_is_cleaned",
    "test_an_altered_token_does_not_open_the_collection",
    "test_an_announced_close_is_obeyed",
    "test_an_empty_fieldset_has_no_fields",
    "test_an_id_with_a_line_end_names_nothing",
    "test_an_invoice_of_another_customer_is_not_served",
    "test_existence_is_not_revealed_by_the_account",
    "test_http_1_0_gets_no_transfer_coding",
    "test_listings_do_not_show_hidden_invoices",
    "test_listings_show_nothing_of_another_customer",
    "test_no_stored_account_for_another_customer",
    "test_no_stored_copy_for_another_customer",
    "test_no_stored_copy_without_a_token",
    "test_no_view_of_an_invoice_of_another_customer_is_served",
    "test_no_view_reveals_that_it_exists",
    "test_no_write_succeeds",
    "test_plain_http_leads_to_https_or_nowhere",
    "test_the_account_of_another_customer_is_not_served_by_itself",
    "test_the_functions_of_administrators_are_closed",
    "test_the_included_account_of_another_customer_is_not_served",
    "test_the_plain_http_address_promises_nothing",
    "test_the_self_link_of_the_account_leads_to_it",
    "test_trace_does_not_return_credentials",
}
# What a correct server does not do, or not here: redirects, codings, dates, limits, other origins, further links...
UNSEEN = {
    "test_link_objects_have_the_members_of_link_objects",
    "test_what_is_in_a_coding_has_one",
    "test_no_coding_is_used_that_is_not_acceptable",
    "test_an_account_links_to_itself_where_its_link_leads",
    "test_the_included_account_has_the_link_of_the_account_to_which_it_leads",
    "test_the_included_account_has_the_known_attributes",
    "test_the_resource_behind_the_self_link_is_an_account",
    "test_the_self_link_of_the_included_account_leads_to_it",
    "test_content_length_of_head_is_that_of_get_in_a_coding",
    "test_head_names_the_coding_of_get",
    "test_requests_are_answered_when_they_are_sent_first",
    "test_a_foreign_host_does_not_steer_the_links",
    "test_a_limit_says_when_to_try_again",
    "test_a_redirect_has_a_location",
    "test_a_redirect_leads_to_the_same_place",
    "test_a_strong_entity_tag_stands_for_one_sequence_of_bytes",
    "test_amounts_and_times_are_ordered_by_their_values",
    "test_an_answer_with_a_negotiated_coding_varies_by_it",
    "test_an_injected_condition_matches_nothing",
    "test_an_invoice_that_was_not_modified_since_is_not_sent",
    "test_coded_content_is_the_same_invoice",
    "test_content_is_in_the_coding_that_it_names",
    "test_content_length_of_a_304_for_any_tag_is_that_of_the_200",
    "test_content_length_of_a_304_is_that_of_the_200",
    "test_content_length_of_a_304_of_a_view_is_that_of_the_200",
    "test_content_length_of_a_304_of_the_account_is_that_of_the_200",
    "test_content_length_of_a_304_of_the_collection_is_that_of_the_200",
    "test_content_length_of_a_304_of_the_relationship_is_that_of_the_200",
    "test_content_length_of_a_304_to_head_is_that_of_the_200",
    "test_last_modified_is_not_in_the_future",
    "test_markup_that_comes_back_is_inert",
    "test_next_leads_through_all_pages_of_the_default_size",
    "test_next_leads_through_all_pages_with_a_limit",
    "test_no_duration_without_successful_calls",
    "test_no_shared_cache_is_asked_to_keep_data_of_a_customer",
    "test_no_view_of_an_account_of_another_customer_is_served",
    "test_no_writing_is_offered_to_other_sites",
    "test_nothing_is_spent_without_services",
    "test_of_a_repeated_claim_the_last_counts_or_none",
    "test_origin_and_credentials_are_consistent",
    "test_pointers_are_json_pointers",
    "test_that_nothing_exists_is_not_a_state_that_a_client_can_have",
    "test_the_current_tag_of_coded_content_is_not_modified",
    "test_the_document_link_can_be_fetched",
    "test_the_document_link_keeps_the_query",
    "test_the_document_link_leads_to_the_same_data",
    "test_the_document_link_of_a_page_can_be_fetched",
    "test_the_document_link_of_a_page_leads_to_that_page",
    "test_the_document_link_of_a_view_can_be_fetched",
    "test_the_host_of_the_target_counts",
    "test_the_jsonapi_member_describes_the_implementation",
    "test_the_link_of_no_document_leads_to_another_view",
    "test_the_same_request_gets_the_same_answer",
    "test_vary_does_not_depend_on_a_suffix",
    "test_what_depends_on_the_origin_says_so",
}
# An error of one answer is a difference between them.
COMPARED = {"test_answers_on_one_connection_stay_in_step"}
# Without a token any refusal will do as the counterpart of a bad token.
REFUSAL = "item_without_token"


def groups() -> tuple[tuple[Given, Iterable[Check]], ...]:
    """Return the answers of a correct server, and the checks that have something to judge in them."""
    return ((answers(), checks()), (secure_answers(), Group(("transport",)).checks))


def result_of(check: Check, given: Given) -> str:
    """Return what a check says, and of which probe when it finds something."""
    found = end_of(check.function, **{name: values[0] for name, values in arguments(check.function, given).items()})
    if isinstance(found, Violation):
        return f"violated by {found.exchange and found.exchange.probe}"
    return "not observed" if isinstance(found, NotJudged) else "passed"


def broken(given: Given, *names: str) -> Given:
    """Return the answers with a server error in the place of some."""
    return {**given, **{name: altered(given[name], status=500) for name in names}}


def cases() -> Iterator[tuple[Given, Check, str]]:
    """Yield answers, check and probe for each answer that a check names."""
    for usual, judging in groups():
        for check in judging:
            yield from ((usual, check, name) for name in check.parameters if name in usual)


def test_a_server_error_is_blamed_on_no_other_answer() -> None:
    found = []
    for usual, check, probe in cases():
        result = result_of(check, broken(usual, probe))
        if result not in {"passed", "not observed", f"violated by {probe}"}:
            found.append((check.name, probe, result))
    assert {name for name, _, _ in found} == COMPARED, found


def test_what_is_not_answered_proves_nothing() -> None:
    views, passed = {*VIEWS, *SPARSE_VIEWS}, set()
    for usual, check, probe in cases():
        if probe != REFUSAL and result_of(check, broken(usual, *(views if probe in views else {probe}))) == "passed":
            passed.add(check.name)
    assert passed == SEVERAL | ANY_REFUSAL


def test_a_correct_server_passes_what_it_shows() -> None:
    results = [(check.name, result_of(check, usual)) for usual, judging in groups() for check in judging]
    assert {result for _, result in results} == {"passed", "not observed"}
    assert {name for name, _ in results} - {name for name, result in results if result == "passed"} == UNSEEN
