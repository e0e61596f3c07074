"""What an item of the generated part gives the reports: one judgement per requirement that holds, one per finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.fuzzing.findings import Finding
from conformance.judge import evidence
from conformance.judge.facts import facts
from conformance.model.outcome import Judgement, Outcome, outcome_of_violation
from conformance.model.requirements import registry
from conformance.syntax.wording import printable

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.fuzzing.session import Outcome as ItemOutcome


def judgements(found: ItemOutcome, nodeid: str, repeat: str, target: Target) -> list[Judgement]:
    """Return the judgements of one item; ``repeat`` are the pytest arguments that generate the same again."""
    redactor = target.redactor
    subject = nodeid.rpartition("[")[2].rstrip("]") if "[" in nodeid else nodeid.rpartition("::")[2]

    def judgement_of(finding: Finding) -> Judgement:
        violation, requirement = finding.violation, registry()[finding.rule.requirement]
        exchange = violation.exchange or finding.exchange
        rendered = evidence.render(exchange, tuple(finding.others), target, violation.part)
        about = facts(violation, exchange, redactor, finding.count)
        part = redactor.text(printable(evidence.cut(violation.part))) if violation.part else None
        return Judgement(
            requirement.id,
            outcome_of_violation(requirement.level),
            nodeid,
            expected=redactor.text(printable(evidence.cut(violation.expected or requirement.statement))),
            observed=redactor.text(printable(evidence.cut(finding.observed))),
            subject=subject,
            evidence={**rendered, "part": part, "facts": about, "repeat": repeat},
        )

    made = [judgement_of(finding) for finding in found.findings]
    made += [
        Judgement(requirement, Outcome.NOT_OFFERED, nodeid, reason=reason, subject=subject)
        for requirement, reason in found.unseen.items()
    ]
    made += [Judgement(name, Outcome.PASSED, nodeid, subject=subject) for name in sorted(found.holding)]
    return made
