"""What a cause is called, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.judge.cause_keys import Key, facts_of
from conformance.judge.facts import Facts
from conformance.model.outcome import Judgement
from conformance.model.requirements import registry
from conformance.model.waivers import without_count
from conformance.observe.wire_error import TOO_SLOW
from conformance.syntax.wording import counted

# How a headline begins that is the sentence of a requirement, and what one says that leaves open what is wrong.
DOES_NOT_HOLD, NOT_AS_REQUIRED = "this does not hold: ", "not as required"
_MOST_CHARACTERS = 150
_DEEP = 2
# By the first part of a key; the numbers are those of its parts.
_TEMPLATES = {
    "error": "{1}, an error of the server",
    "method": "{1} is refused with {2}",
    "absent": "{1} is answered {2}",
    "ignored": "{1} is ignored",
    "returned": "{1} does not decide which fields are shown",
}


def headline(key: Key, group: Sequence[Judgement]) -> str:
    """Return what is wrong in plain words."""
    first = group[0]
    facts = facts_of(first)
    match key:
        case ("silence", *_):
            slow = all(without_count(each.observed) == TOO_SLOW for each in group)
            return f"{TOO_SLOW if slow else 'no answer'}{_on(group, 'request')}"
        case ("error" | "method" | "absent" | "ignored" | "returned", *_):
            return f"{_TEMPLATES[str(key[0])].format(*key)}{_on(group, 'request')}"
        case ("exposed", ""):
            return f"tokens that must be refused are accepted{_on(group, 'token')}"
        case ("status" | "accepted" | "exposed" | "refused" | "answered", *_) if facts:
            return _misplaced(key, group, facts)
        case ("field" | "member", str(part), missing, *_) if missing or not _is_section(part):
            return f"{part} is {'missing' if missing else NOT_AS_REQUIRED}{_in(group)}"
        case _:
            return _shortened(f"{DOES_NOT_HOLD}{registry()[first.requirement].statement}")


def _misplaced(key: Key, group: Sequence[Judgement], facts: Facts) -> str:
    # Some checks demand the answer that another request gets, whatever that is.
    wanted = " or ".join(facts.wanted) or "the usual answer"
    if facts.wanted == ("4xx",):
        head = f"{facts.status} where a refusal belongs"
    else:
        head = f"{facts.status} where {wanted} belongs"
    if _kinds(group) < 2 or key[0] == "exposed":
        return _shortened(f"{head}: {facts.why or registry()[group[0].requirement].statement}")
    return f"{head}{_on(group, _noun(key, group))}"


def _noun(key: Key, group: Sequence[Judgement]) -> str:
    subject = str(key[-1])
    if key[0] in {"accepted", "refused", "answered"} and subject not in registry():
        return f"bad {subject}" if key[0] == "accepted" and subject != "unknown parameter" else subject
    queries = all(facts.parameters for each in group if (facts := facts_of(each)))
    return "bad query" if queries and key[0] == "status" else "request"


def _kinds(group: Sequence[Judgement]) -> int:
    return len({facts.asks for each in group if (facts := facts_of(each))})


def _on(group: Sequence[Judgement], noun: str) -> str:
    """Return the words for on how many kinds of request it shows; nothing for one kind."""
    number = max(_kinds(group), *(_count(each) for each in group))
    return f", on {number} kinds of {noun}" if number > 1 else ""


def _in(group: Sequence[Judgement]) -> str:
    known = [facts for each in group if (facts := facts_of(each)) and facts.count == 1]
    methods = {facts.method for facts in known} if len(known) == len(group) else set()
    to_method = f" to {methods.pop()}" if len(methods) == 1 and "GET" not in methods else ""
    return f", in {counted(sum(map(_count, group)), 'answer')}{to_method}"


def _is_section(part: str) -> bool:
    """Return whether a pointer names a whole section of a document, which can be wrong in many ways."""
    return part.startswith("/") and part.count("/") < _DEEP


def _count(finding: Judgement) -> int:
    facts = facts_of(finding)
    return facts.count if facts else int(finding.evidence.get("count", 1))


def _shortened(text: str) -> str:
    words = text.removesuffix(".")
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS].rpartition(' ')[0].rstrip(',;:')} …"
