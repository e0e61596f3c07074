"""The clauses that faults break: sections of standards, and what the documentation shows; rare ones are in place."""

from __future__ import annotations


def rfc(number: int, section: str) -> str:
    """Return a section of an RFC."""
    return f"RFC {number}, section {section}"


def json_api(anchor: str) -> str:
    """Return what an anchor of the JSON:API specification leads to."""
    return f"JSON:API 1.1, {anchor}"


API_ACCOUNTS = "Documented API, accounts"
API_COLLECTION = "Documented API, collection"
API_CONTENT_TYPE = "Documented API, content type"
API_ERRORS = "Documented API, errors"
API_FILTERS = "Documented API, filters"
API_LINKS = "Documented behaviour, links"
API_LOGIN = "Documented API, cookie login"
API_READ_ONLY = "Documented API, read-only"
API_VISIBILITY = "Documented API, visibility"
ATTRIBUTE_NAMES = "Names of the attributes"
EXAMPLE_BODY = "Documented example, response body"
EXAMPLE_FIELDS = "Documented example, response headers"
OPENAPI_FORMS = "Documented contract, OpenAPI responses"
OPENAPI_RESPONSES = "OpenAPI document, responses"

CORS = "Fetch standard, CORS protocol"
OWASP_OBJECTS = "OWASP API1:2023"
OWASP_EXISTENCE = "OWASP API1:2023, CWE-204"
OWASP_AUTHENTICATION = "OWASP API2:2023"
OWASP_PROPERTIES = "OWASP API3:2023"
OWASP_RESOURCES = "OWASP API4:2023"
OWASP_CONFIGURATION = "OWASP API8:2023"
OWASP_REST = "OWASP REST Security"
OWASP_SESSIONS = "OWASP Session Management"

COMPOUND = json_api("document-compound-documents")
CUSTOM_PARAMETERS = json_api("query-parameters-custom")
ERROR_OBJECTS = json_api("error-objects")
FETCHING = json_api("fetching-resources")
FIELDSETS = json_api("fetching-sparse-fieldsets")
FILTERING = json_api("fetching-filtering")
FOUND = json_api("fetching-resources-responses-200")
IDENTIFICATION = json_api("document-resource-object-identification")
INCLUDES = json_api("fetching-includes")
LINK = json_api("document-links-link")
LINK_OBJECT = json_api("document-links-link-object")
LINKAGE = json_api("document-resource-object-linkage")
MEDIA_TYPES = json_api("content-negotiation-all")
NEGOTIATION = json_api("content-negotiation-servers")
NOT_FOUND = json_api("fetching-resources-responses-404")
PAGINATION = json_api("fetching-pagination")
PARAMETER_FAMILIES = json_api("query-parameters-families")
RELATIONSHIPS = json_api("fetching-relationships")
RESOURCE_LINKS = json_api("document-resource-object-links")
SORTING = json_api("fetching-sorting")
TOP_LEVEL = json_api("document-top-level")

# RFC 9110, HTTP.
FIELD_ORDER = rfc(9110, "5.3")
FIELD_VALUES = rfc(9110, "5.5")
CODINGS = rfc(9110, "8.4")
LENGTH = rfc(9110, "8.6")
VALIDATORS = rfc(9110, "8.8.1")
ENTITY_TAG = rfc(9110, "8.8.3")
TAG_COMPARISON = rfc(9110, "8.8.3.2")
METHODS = rfc(9110, "9.1")
GET = rfc(9110, "9.3.1")
HEAD = rfc(9110, "9.3.2")
CREDENTIALS = rfc(9110, "11.4")
ACCEPT = rfc(9110, "12.5.1")
VARY = rfc(9110, "12.5.5")
NONE_MATCH = rfc(9110, "13.1.2")
MODIFIED_SINCE = rfc(9110, "13.1.3")
PRECEDENCE = rfc(9110, "13.2.1")
NOT_MODIFIED = rfc(9110, "15.4.5")
CLIENT_ERRORS = rfc(9110, "15.5")
UNAUTHORISED = rfc(9110, "15.5.2")
SERVER_ERRORS = rfc(9110, "15.6")
FAILURES = "RFC 9110, sections 15.5 and 15.6"
# RFC 9111, caching.
AUTHORISED_CACHING = rfc(9111, "3.5")
PRIVATE = rfc(9111, "5.2.2.7")
# RFC 7515, 7519 and 8725, tokens.
SIGNATURE = rfc(7515, "5.2")
AUDIENCES = rfc(7519, "4.1.3")
EXPIRY = rfc(7519, "4.1.4")
KEY_HINTS = rfc(8725, "3.10")
SUBJECTS = rfc(8725, "3.8")
# RFC 8259 and 7493, JSON; RFC 3339, dates; RFC 9562, UUIDs.
JSON_GRAMMAR = rfc(8259, "2")
UNIQUE_NAMES = rfc(7493, "2.3")
DATE_FORM = rfc(3339, "5.6")
DATE_LIMITS = rfc(3339, "5.7")
UUID_FORM = rfc(9562, "4")
