"""The application: the documented paths and header fields."""

# mypy: disable-error-code="import-untyped"

import uuid

from flask import Flask, Response, g, request
from flask_rest_jsonapi_next import Api
from werkzeug.wrappers import Response as AnyResponse

from tests.servers.flask_rest.models import session
from tests.servers.flask_rest.resources import AccountDetail, AccountList, InvoiceAccount, InvoiceDetail, InvoiceList
from tests.servers.launch import PREFIX


def add_documented_fields(response: Response) -> AnyResponse:
    """Add the documented header fields and answer conditional requests."""
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.vary.add("Accept")
    response.cache_control.max_age = 0
    response.cache_control.private = True
    response.cache_control.must_revalidate = True
    if response.status_code != 200:
        return response
    response.add_etag(weak=True)
    return response.make_conditional(request)


def create_app() -> Flask:
    """Build the application."""
    app = Flask(__name__)
    app.config.update(PAGE_SIZE=50, MAX_PAGE_SIZE=1000, ALLOW_DISABLE_PAGINATION=False)

    @app.before_request
    def name_request() -> None:
        g.request_id = str(uuid.uuid4())

    app.after_request(add_documented_fields)

    @app.teardown_appcontext
    def close_session(error: BaseException | None) -> None:  # noqa: ARG001
        session.remove()

    api = Api(app)
    api.route(InvoiceList, "invoice_list", f"{PREFIX}/invoices")
    api.route(InvoiceDetail, "invoice_detail", f"{PREFIX}/invoices/<id>")
    api.route(InvoiceAccount, "invoice_account", f"{PREFIX}/invoices/<id>/relationships/account")
    api.route(AccountList, "account_list", f"{PREFIX}/accounts")
    api.route(AccountDetail, "account_detail", f"{PREFIX}/accounts/<id>")
    app.add_url_rule(f"{PREFIX}/invoices/<invoice_id>/account", view_func=AccountDetail.as_view("account_of_invoice"))
    return app
