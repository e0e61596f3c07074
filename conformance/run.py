"""One run of the checks: the target, what is sent to it, and what was judged. No pytest hooks here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from conformance import __version__
from conformance.config.settings import SettingError, Settings
from conformance.config.target import Target, build
from conformance.model import waivers
from conformance.model.exchange import Exchange, NotObserved
from conformance.model.outcome import ExitCode, Judgement
from conformance.model.requirements import Level, registry
from conformance.model.verdict import Verdict, decide
from conformance.observe import preflight, repeat
from conformance.observe.observer import Observer
from conformance.observe.progress import Progress, Silent
from conformance.observe.record.recorder import Recorder, now
from conformance.observe.record.replay import Record, ReplayObserver, facts_of
from conformance.plan.steps import Step, everything
from conformance.syntax import large_blocks
from conformance.tokens.inspected import TokenFacts, inspect

if TYPE_CHECKING:
    from conformance.reference.server import ReferenceServer

# Stands for the embedded server in a plan: nothing is started, nothing is sent.
PLANNED_EMBEDDED_URL = "http://embedded.invalid"


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
        if settings["record"] and settings["replay"]:
            raise SettingError("--record and --replay: a run does one of them")
        self.kept = Record(settings["replay"]) if settings["replay"] else None
        self.settings = settings = self.kept.with_recorded(settings) if self.kept else settings
        self.dry = dry
        self.abort: Abort | None = None
        self.judgements: list[Judgement] = []
        self.seconds = 0.0
        # What each item of the generated part sent: counts and seconds.
        self.generated: list[dict[str, Any]] = []
        # What each part of a sweep found, and what was judged of an item that was interrupted.
        self.swept: list[dict[str, Any]] = []
        self.judgements_before: list[Judgement] = []
        # What other processes of this run sent and received.
        self.elsewhere: list[dict[str, Any]] = []
        self.observed = False
        # Whether the documented request has been sent again after all others.
        self.looked_again = False
        self.progress: Progress = Silent()
        # The version of the record for which everything was sent, and what was collected from which version.
        self._everything = -1
        self._received: dict[str, tuple[int, tuple[Exchange, ...]]] = {}
        self._server: ReferenceServer | None = None
        self._observer: Observer | None = None
        self.started, self.began = now(), time.monotonic()
        # How the user started it, for the commands that repeat something.
        self.program = "invoices-conformance run"
        # How many of the collected checks were not selected.
        self.deselected = 0
        # Whether all checks of the suite were run to their end.
        self.complete = False
        self._recorder: Recorder | None = None
        self._token_facts: TokenFacts | None = None
        self.embedded = self.kept.embedded if self.kept else not base_url
        if self.kept:
            self._take_from(self.kept)
        elif base_url:
            self.target = build(base_url, settings)
            if not self.target.invoice_ids:
                self._discover()
        else:
            self.target = self._embedded_target(PLANNED_EMBEDDED_URL)
        self.waivers = self._waivers(settings["waivers"])

    def _waivers(self, path: str | None) -> waivers.Waivers:
        # A record is judged as on its day, so that the verdict stays the same.
        today = date.fromisoformat(self.started[:10])
        try:
            return waivers.read(path, registry(), today) if path else waivers.Waivers((), today)
        except waivers.WaiverError as error:
            raise SettingError(f"--waivers: {error}") from None

    def _take_from(self, kept: Record) -> None:
        self.target = kept.target(self.settings)
        self.started, self.seconds, self._token_facts = kept.started, kept.seconds, kept.token_facts
        if kept.abort:
            self.abort = Abort(*kept.abort)

    def _embedded_target(self, base_url: str, started: dict[str, Any] | None = None) -> Target:
        from conformance.reference import data
        from conformance.reference.auth import Authentication
        from conformance.reference.serialise import PREFIX

        known = {
            "invoice_id": data.KNOWN_INVOICE_IDS,
            "other_invoice_id": [data.OTHER_INVOICE_ID],
            "hidden_invoice_id": data.HIDDEN_INVOICE_IDS,
            "expendable_invoice_id": data.EXPENDABLE_INVOICE_ID,
            "other_auth_token": "planned",
            "auth_token": "planned",
            "signing_key": "planned",
            "capabilities": ["collection", "contested", "cookie", "wire", "load"],
        }
        own = Settings({**self.settings.values, "api-prefix": PREFIX, "session-cookie": Authentication.cookie_name})
        return build(base_url, own, {**known, **(started or {})})

    def _discover(self) -> None:
        if self.dry:
            self.target = self.target.with_invoices(("INVOICE_ID",))
            return
        try:
            self.target = self.target.with_invoices(preflight.discover(self.target))
        except preflight.Unusable as reason:
            self.abort = Abort(reason.code, str(reason))
            self.target = self.target.with_invoices(("INVOICE_ID",))

    def start(
        self, known: Mapping[Step, Exchange] | None = None, unbuilt: Mapping[Step, NotObserved] | None = None
    ) -> None:
        """Start the embedded server, if it is the target, and send the smoke request; sets ``abort``.

        What is ``known`` already, or known to be impossible, is not sent.
        """
        large_blocks.give_back()
        if self.kept:
            self._observer = ReplayObserver(self.target, self.kept)
        elif self.embedded and not self.abort:
            from conformance.reference.server import ReferenceServer

            self._server = ReferenceServer(invoices=self.settings["embedded-invoices"])
            self._server.start()
            server = self._server
            self.target = self._embedded_target(
                server.base_url,
                {
                    "auth_token": server.token,
                    "other_auth_token": server.other_token,
                    "signing_key": server.signing_key,
                },
            )
        if self.settings["record"] and not self.kept:
            self._recorder = Recorder(self.settings["record"], self.target.redactor, self._facts())
        if self.abort and not self.kept:
            return
        try:
            self._observer = self._observer or Observer(self.target, self._recorder)
            self._observer.record.update(known or {})
            self._observer.unbuilt.update(unbuilt or {})
            self._lead_with(preflight.check(self._observer))
        except preflight.Unusable as reason:
            self.abort = self.abort or Abort(reason.code, str(reason))
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

    @property
    def is_started(self) -> bool:
        """Whether there is an observer."""
        return self._observer is not None

    def observe(self, steps: Iterable[Step]) -> None:
        """Send all ``steps``, and what is stable of them as often as is wanted; see Observer.observe."""
        self.observed = True
        steps = list(steps)
        self.observer.observe(steps, self.progress)
        repeat.send(self.observer, steps, self.settings["repeat"], self.progress)

    def exchanges(self, steps: Sequence[Step], *, need_all: bool) -> tuple[Exchange, ...]:
        """Return the exchanges of ``steps``.

        Raises NotObserved when there is none, or, with ``need_all``, when one is missing.
        """
        found = []
        unmet = NotObserved("the target does not have what this request needs")
        for step in steps:
            try:
                found.append(self.observer.obtain(step))
            except NotObserved as error:
                if need_all:
                    raise
                unmet = error
        try:
            if not found:
                raise unmet
            return tuple(found)
        finally:
            # It knows this call, which would know it: the whole run would be kept until the garbage is collected.
            del unmet

    def observe_everything(self) -> None:
        """Send all that applies to the target and was not sent yet."""
        if self._everything != self.observer.version:
            self.observe(everything(self.target))
            self._everything = self.observer.version

    def received(self, name: str, wanted: Callable[[Exchange], bool]) -> tuple[Exchange, ...]:
        """Return what was received and is ``wanted``, in plan order; from the base URL only.

        It is collected once under ``name``, until something else is received. Answers to raw messages are left out:
        what refuses malformed HTTP is often only a parser.
        """
        version, found = self._received.get(name, (-1, ()))
        if version != self.observer.version:
            found = self._collected(wanted)
            self._received[name] = self.observer.version, found
        return found

    def _collected(self, wanted: Callable[[Exchange], bool]) -> tuple[Exchange, ...]:
        scheme = f"{self.target.origin.scheme}://"
        received = (exchange for exchange in self.observer.exchanges() if exchange.request.url.startswith(scheme))
        return tuple(exchange for exchange in received if not exchange.request.raw and wanted(exchange))

    @property
    def token_facts(self) -> TokenFacts:
        """What the given token shows about itself, looked at once in a run."""
        if self._token_facts is None:
            self._token_facts = inspect(self.target.auth_token)
        return self._token_facts

    def keep_generated(self, items: Mapping[str, Any]) -> None:
        """Let the record have what the items of the generated part found, by their names."""
        if self._recorder is not None:
            self._recorder.facts["generated"] = dict(items)

    def _facts(self) -> dict[str, Any]:
        return {
            "suite": __version__,
            "started": self.started,
            "seconds": self.seconds,
            "sent": 0,
            "abort": None,
            "token_facts": asdict(self.token_facts),
            "settings": self.target.public_settings(),
            "target": facts_of(self.target),
            "generated": {},
        }

    def save_record(self) -> None:
        """Write the record, if one is wanted. Raises OSError."""
        if self._recorder is None:
            return
        facts = self._recorder.facts
        facts["seconds"] = self.seconds
        facts["sent"] = self._observer.sent if self._observer else 0
        facts["abort"] = [int(self.abort.code), self.abort.message] if self.abort else None
        self._recorder.save()

    def recorded(self, item: str) -> Mapping[str, Any]:
        """Return what the record that is judged has of an item that judges many requirements."""
        kept = self.kept.generated if self.kept else {}
        found: Mapping[str, Any] = kept.get(item, {"judgements": []})
        return found

    @property
    def sent(self) -> int:
        """How many requests were sent, those of the generated part and the sweep apart."""
        own = self._observer.sent if self._observer else 0
        return own + sum(int(each["sent"]) for each in self.elsewhere)

    @property
    def fail_on(self) -> Level:
        """The lowest level that fails the run."""
        return Level(self.settings["fail-on"].upper())

    def verdict(self) -> Verdict:
        """Return the verdict over what has been judged so far."""
        return decide(
            self.judgements,
            registry(),
            fail_on=self.fail_on,
            waivers=self.waivers,
            complete=self.complete,
            capabilities=self.target.capabilities,
        )

    def stop(self) -> None:
        """Close all connections and stop the embedded server."""
        if self._observer is not None:
            self._observer.close()
        if self._server is not None:
            self._server.stop()
            self._server = None
