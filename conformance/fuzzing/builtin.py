"""The built-in checks of schemathesis, one by one: which requirement each stands for, or why it is not used."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import JsonSchemaError

# The requirement behind each check that is used.
USED: Mapping[str, str] = MappingProxyType({"response_schema_conformance": "GEN-001"})

# Why the others are not.
UNUSED: Mapping[str, str] = MappingProxyType(
    {
        "not_a_server_error": "ERR-011 judges it, and excuses 503 and 504, which show nothing about the request",
        "status_code_conformance": "a gateway may refuse with any 4xx; GEN-002, ITEM-024 and ITEM-025 say what counts",
        "content_type_conformance": "it passes over parameters; NEGO-001 and NEGO-002 judge the exact media type",
        "response_headers_conformance": (
            "it looks at the first of several lines and does not say which field is wrong; ETAG-002, CACHE-002, "
            "CACHE-005, HDR-003, HDR-007 and HTTP-001 judge the same fields"
        ),
        "negative_data_rejection": (
            "it exempts fields and include, which matter here, and a router may answer 404 before anything else; "
            "INCL-004, FLDS-004, QRY-001 and ITEM-025 judge refusals"
        ),
        "positive_data_acceptance": (
            "a server may refuse an order, a filter or a page size that the document allows; GEN-002 judges the rest"
        ),
        "missing_required_header": "the document demands no request header but the credentials, which AUTH-001 judges",
        "unsupported_method": (
            "it sends writes to real URLs, and an unrouted method may be answered 404; HTTP-007 to HTTP-009 judge it"
        ),
        "allow_header_conformance": "it needs those writes; HTTP-008 judges Allow",
        "ignored_auth": "it sends each request three times; AUTH-001 is judged on a few requests of each operation",
        "use_after_free": "nothing can be deleted here",
        "ensure_resource_availability": "nothing can be created here",
        "object_level_authorization": "SEC-001 to SEC-005 judge isolation, with the ids that a second customer gives",
    }
)


def schema_violations(operation: Any, response: Any) -> list[str]:
    """Return where and how an answer to an operation contradicts the schema of the document for its status.

    It is all that the check does. Content that is not JSON, and a wrong media type, are left to the requirements on
    those.
    """
    try:
        operation.validate_response(response)
    except FailureGroup as group:
        failures = list(group.exceptions)
    except Failure as failure:
        failures = [failure]
    else:
        return []
    return [
        f"/{'/'.join(map(str, failure.instance_path))}: {failure.validation_message}"
        for failure in failures
        if isinstance(failure, JsonSchemaError)
    ]
