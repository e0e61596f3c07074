"""One run of the checks: the target, what is sent to it, and what was judged. No pytest hooks here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance import smoke
from conformance.exchange import Exchange, NotObserved
from conformance.observer import Observer
from conformance.plan import Step
from conformance.requirements import registry
from conformance.settings import SettingError, Settings
from conformance.target import Target, build
from conformance.verdict import ExitCode, Judgement, Verdict, decide

if TYPE_CHECKING:
    from conformance.reference.server import ReferenceServer

# Stands for the embedded server in a plan: nothing is started, nothing is sent.
PLANNED_EMBEDDED_URL = "http://embedded.invalid"

# The first invoices of the embedded server differ in all that matters to the checks.
_EMBEDDED_INVOICES = 6


@dataclass(frozen=True, slots=True)
class Abort:
    """Why a run ends before it judges anything."""

    code: ExitCode
    message: str


class Run:
    """The state of one run; created when the first conformance check is collected."""

    def __init__(self, base_url: str | None, settings: Settings, *, dry: bool) -> None:
        """``base_url`` None stands for the embedded server; ``dry`` runs send nothing.

        Raises SettingError for an unusable base URL.
        """
        self.settings = settings
        self.dry = dry
        self.abort: Abort | None = None
        self.judgements: list[Judgement] = []
        self.seconds = 0.0
        # What each item of the generated part sent: counts and seconds.
        self.generated: list[dict[str, Any]] = []
        self._server: ReferenceServer | None = None
        self._observer: Observer | None = None
        self.embedded = not base_url
        self.target = build(base_url, settings) if base_url else self._embedded_target(PLANNED_EMBEDDED_URL)
        if base_url and not self.target.invoice_ids:
            self._discover()

    def _embedded_target(self, base_url: str, told: dict[str, Any] | None = None) -> Target:
        from conformance.reference import data
        from conformance.reference.auth import Authentication
        from conformance.reference.serialise import PREFIX

        known = {
            "invoice_id": data.INVOICE_IDS[:_EMBEDDED_INVOICES],
            "other_invoice_id": [data.OTHER_INVOICE_ID],
            "hidden_invoice_id": data.HIDDEN_INVOICE_IDS,
            "other_auth_token": "planned",
            "auth_token": "planned",
            "signing_key": "planned",
            "capabilities": ["collection", "contested", "cookie"],
        }
        own = Settings({**self.settings.values, "api-prefix": PREFIX, "session-cookie": Authentication.cookie_name})
        return build(base_url, own, {**known, **(told or {})})

    def _discover(self) -> None:
        if self.dry:
            self.target = self.target.with_invoices(("INVOICE_ID",))
            return
        try:
            self.target = self.target.with_invoices(smoke.discover(self.target))
        except smoke.Unusable as reason:
            self.abort = Abort(reason.code, str(reason))
            self.target = self.target.with_invoices(("INVOICE_ID",))

    def start(self) -> None:
        """Start the embedded server, if it is the target, and send the smoke request; sets ``abort``."""
        if self.abort:
            return
        if self.embedded:
            from conformance.reference.server import ReferenceServer

            self._server = ReferenceServer()
            self._server.start()
            told = self._server
            self.target = self._embedded_target(
                told.base_url,
                {
                    "auth_token": told.token,
                    "other_auth_token": told.other_token,
                    "signing_key": told.signing_key,
                },
            )
        try:
            self._observer = Observer(self.target)
            self._lead_with(smoke.check(self._observer))
        except smoke.Unusable as reason:
            self.abort = Abort(reason.code, str(reason))
        except SettingError as reason:
            self.abort = Abort(ExitCode.USAGE, str(reason))

    def _lead_with(self, invoice_id: str) -> None:
        """Let the checks that need one invoice have one that the target knows."""
        others = tuple(each for each in self.target.invoice_ids if each != invoice_id)
        self.target = self.observer.target = self.target.with_invoices((invoice_id, *others))

    @property
    def observer(self) -> Observer:
        """The observer. Raises RuntimeError before ``start``."""
        if self._observer is None:
            raise RuntimeError("the run has not been started")
        return self._observer

    def observe(self, steps: Iterable[Step]) -> None:
        """Send all ``steps``; see Observer.observe."""
        self.observer.observe(steps)

    def exchanges(self, steps: Sequence[Step], *, need_all: bool) -> tuple[Exchange, ...]:
        """Return the exchanges of ``steps``.

        Raises NotObserved when there is none, or, with ``need_all``, when one is missing.
        """
        found = []
        reason = "the target does not have what this request needs"
        for step in steps:
            try:
                found.append(self.observer.obtain(step))
            except NotObserved as error:
                reason = str(error)
                if need_all:
                    raise
        if not found:
            raise NotObserved(reason)
        return tuple(found)

    def received(self, wanted: Callable[[Exchange], bool]) -> tuple[Exchange, ...]:
        """Return what was received and is ``wanted``, in plan order; from the base URL only."""
        scheme = f"{self.target.origin.scheme}://"
        received = (exchange for exchange in self.observer.exchanges() if exchange.request.url.startswith(scheme))
        return tuple(exchange for exchange in received if wanted(exchange))

    def verdict(self) -> Verdict:
        """Return the verdict over what has been judged so far."""
        return decide(self.judgements, registry(), strict=self.settings["strict"])

    def stop(self) -> None:
        """Close all connections and stop the embedded server."""
        if self._observer is not None:
            self._observer.close()
        if self._server is not None:
            self._server.stop()
            self._server = None
