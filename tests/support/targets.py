"""Targets and settings for tests, without pytest's options in between."""

from __future__ import annotations

from typing import Any, Final

from conformance.config import target
from conformance.config.settings import Settings
from conformance.config.sources import Sources, read_settings
from conformance.observe.observer import Observer
from conformance.plan.steps import Step

# The signature is what must not leak; it signs nothing.
TOKEN: Final = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXN0b21lciIsImF1ZCI6WyJjdXN0b21lci12MSJdfQ"
    ".c2VjcmV0LXBsYW50ZWQtc2lnbmF0dXJlLTAxMjM0NTY"
)
INVOICE_ID: Final = "abb41d30-a26e-11ef-be6d-0242ac120003"
ITEM: Final = Step("item", INVOICE_ID)


def settings_of(**given: Any) -> Settings:
    """Return settings: ``given`` as the command line would give them, else the defaults."""
    return read_settings(Sources(given.get, lambda _: None, {}, {}))


def target_of(base_url: str = "http://api.example.org", **given: Any) -> target.Target:
    """Return a target with a token and one known invoice, unless ``given`` says otherwise."""
    defaults = {"auth_token": TOKEN, "invoice_id": [INVOICE_ID], "request_timeout": "5"}
    return target.build(base_url, settings_of(**{**defaults, **given}))


def observer_of(base_url: str, **given: Any) -> Observer:
    """Return an observer of such a target."""
    return Observer(target_of(base_url, **given))
