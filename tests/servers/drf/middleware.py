"""The one documented header field that Django has no middleware for."""

# mypy: disable-error-code="import-untyped,misc"

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Name every answer with a fresh X-Request-Id."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["X-Request-Id"] = str(uuid.uuid4())
        return response

    return middleware
