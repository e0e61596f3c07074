"""Judging a recorded run: exchanges come from its file, and no request is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from conformance.config import target
from conformance.config.settings import FAIL_ON, SETTINGS, SettingError, Settings
from conformance.config.target import Target
from conformance.config.way import FILES_OF_THE_WAY
from conformance.model.described import described
from conformance.model.exchange import Doubt, Exchange, NotObserved, Request
from conformance.model.outcome import ExitCode, Judgement
from conformance.observe.observer import Observer
from conformance.observe.progress import Progress
from conformance.observe.record import har, kinds
from conformance.observe.record.recorder import FORMAT
from conformance.plan.requests import build_request
from conformance.plan.steps import Step, closure, in_words, probe_of
from conformance.syntax import redaction, small_files
from conformance.tokens.inspected import TokenFacts

# Stands where the target had a secret; too short to be redacted, and never sent.
_STAND_IN = "recorded"
# Bytes of a record; a run that keeps as much as it may has half of it.
_LARGEST = 512 * 1024 * 1024


class Record:
    """What a file of ``--record`` holds."""

    def __init__(self, path: str) -> None:
        """Read the file. Raises SettingError when it is not a record that this version can read."""
        try:
            text = small_files.read_text(path, _LARGEST)
            self.entries, self.facts = har.read(text)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"--replay: cannot read {path}: {error}") from None
        except har.FormatError as error:
            raise SettingError(f"--replay: {path} is not a record of this suite: {error}") from None
        if self.facts.get("format") != FORMAT:
            raise SettingError(f"--replay: {path} has a format that this version does not know")
        try:
            self._read_facts()
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SettingError(f"--replay: {path} is damaged: {type(error).__name__}: {error}") from None

    def _read_facts(self) -> None:
        facts = self.facts
        kinds.expect_usual(facts)
        self.suite = str(facts["suite"])
        self.started = str(facts["started"])
        self.seconds = float(facts["seconds"])
        self.sent = int(facts["sent"])
        self.abort: tuple[ExitCode, str] | None = None
        if facts["abort"]:
            code, message = facts["abort"]
            self.abort = ExitCode(code), str(message)
        self.token_facts = TokenFacts(**facts["token_facts"])
        self.settings: Mapping[str, Any] = facts["settings"]
        self.embedded = bool(facts["target"]["embedded"])
        # What the generated part found; its requests are not kept.
        self.generated: Mapping[str, Any] = facts["generated"]
        for item in self.generated.values():
            kinds.expect_usual_item(item)
            for judgement in item["judgements"]:
                Judgement.from_dict(judgement)
        self.observations: dict[Step, dict[int, Exchange | NotObserved]] = {}
        self.superseded: dict[tuple[Step, int], list[tuple[int, Exchange]]] = {}
        for number, entry in enumerate(self.entries):
            step = Step(entry.exchange.probe, entry.exchange.invoice_id or "", entry.exchange.round)
            if entry.superseded:
                self.superseded.setdefault((step, entry.observation), []).append((number, entry.exchange))
            else:
                self.observations.setdefault(step, {})[entry.observation] = entry.exchange
        for each in facts["unbuilt"]:
            step = Step(str(each["probe"]), str(each["invoice_id"]), int(each.get("turn", 0)))
            self.observations.setdefault(step, {})[int(each["observation"])] = NotObserved(
                str(each["reason"]),
                owner=each.get("owner"),
                doubt=Doubt(each["doubt"]) if each.get("doubt") else None,
                lawful=bool(each.get("lawful")),
            )

    def with_recorded(self, given: Settings) -> Settings:
        """Return the settings of the recorded run; what only concerns this one comes from ``given``."""
        values = dict(given.values)
        for setting in SETTINGS:
            if setting.secret or setting.name in FILES_OF_THE_WAY:
                values[setting.name] = setting.default
            elif setting.name in self.settings:
                value = self.settings[setting.name]
                values[setting.name] = tuple(value) if isinstance(value, list) else value
        values["request-header"] = tuple((str(name), str(value)) for name, value in values["request-header"])
        values["fail-on"] = max(values["fail-on"], given["fail-on"], key=FAIL_ON.index)
        return Settings(values)

    def target(self, settings: Settings) -> Target:
        """Return the recorded target. It knows no secret: the record has none."""
        facts = self.facts["target"]
        known: dict[str, object] = {
            name.replace("-", "_"): _STAND_IN for name in ("auth-token", "other-auth-token") if name in facts["secrets"]
        }
        known["signing_key"] = "k" * (int(facts["signing_key_bits"]) // 8)
        known.update({name: list(facts[name]) for name in ("invoice_id", "other_invoice_id", "hidden_invoice_id")})
        known["expendable_invoice_id"] = facts.get("expendable_invoice_id", "")
        made = target.build(str(facts["base_url"]), settings, known)
        return replace(
            made,
            capabilities=frozenset(map(str, facts["capabilities"])),
            embedded=self.embedded,
            way=replace(made.way, files=tuple(map(str, facts.get("files", ())))),
            redactor=redaction.Redactor(),
        )


def facts_of(made: Target) -> dict[str, Any]:
    """Return what a record keeps of a target; the counterpart of ``Record.target``."""
    given = {"auth-token": made.auth_token, "other-auth-token": made.other_auth_token, "signing-key": made.signing_key}
    return {
        "base_url": made.base_url,
        "embedded": made.embedded,
        "secrets": [name for name, value in given.items() if value],
        "signing_key_bits": made.signing_key_bits,
        "invoice_id": list(made.invoice_ids),
        "other_invoice_id": list(made.other_invoice_ids),
        "hidden_invoice_id": list(made.hidden_invoice_ids),
        "expendable_invoice_id": made.expendable_invoice_id,
        "capabilities": sorted(made.capabilities),
        "files": list(made.way.files),
    }


def _is_same(step: Step, asked: Request, recorded: Request) -> bool:
    """Return whether ``recorded`` is the request of ``step``, or carries some of the odd values packed into it."""
    if probe_of(step).packed is None:
        return asked == recorded
    return (asked.method, asked.url.partition("?")[0]) == (recorded.method, recorded.url.partition("?")[0])


class ReplayObserver(Observer):
    """An observer that finds its exchanges in a record, in the order in which they were judged."""

    def __init__(self, made: Target, record: Record) -> None:
        """``made`` is the target of the record."""
        super().__init__(made)
        self.kept = record
        self._next: dict[Step, int] = {}
        self._found: list[tuple[int, Exchange]] = []

    @property
    def sent(self) -> int:
        """How many requests were sent when the record was made."""
        return self.kept.sent

    def observe(self, steps: Iterable[Step], progress: Progress | None = None, name: str = "sending") -> None:
        """Take what is not yet judged from the record."""
        super().observe(steps, progress, name)
        # In the order in which they came, whichever thread found them.
        self.superseded += [exchange for _, exchange in sorted(self._found, key=lambda each: each[0])]
        self._found.clear()

    def forget(self, steps: Iterable[Step]) -> None:
        """Let the next recorded observation of ``steps`` be judged; what was observed once stays as it is."""
        self.version += 1
        for step in closure(steps):
            if self._next.get(step, 0) in self.kept.observations.get(step, {}):
                if step in self.record:
                    self.superseded.append(self.record.pop(step))
                self.unbuilt.pop(step, None)

    def _send(self, step: Step, request: Request, *, past_gateways: bool = True) -> Exchange:  # noqa: ARG002
        raise NotObserved(
            f"{request.method} {request.target}: nothing is sent when a record is judged", doubt=Doubt.RECORD
        )

    def _step(self, step: Step, earlier: Mapping[Step, Exchange]) -> Exchange | NotObserved:
        number = self._next.get(step, 0)
        outcome = self.kept.observations.get(step, {}).get(number)
        self._next[step] = number + 1
        if outcome is None:
            return NotObserved(f"the record has no answer to {in_words(step)}", doubt=Doubt.RECORD)
        if isinstance(outcome, NotObserved):
            return outcome
        known = {before.probe: earlier[before] for before in step.dependencies() if before in earlier}
        try:
            asked = build_request(step, self.target, known)
        except (NotObserved, KeyError) as reason:
            return NotObserved(f"{in_words(step)} cannot be made from the record: {reason}", doubt=Doubt.RECORD)
        if not _is_same(step, asked, outcome.request):
            # Another version of the suite may mean something else by this name.
            made = f"the record has another request than {described(asked)}; it was made by version {self.kept.suite}"
            return NotObserved(made, doubt=Doubt.RECORD)
        self._found += self.kept.superseded.get((step, number), ())
        return outcome
