"""Nothing is found of a correct server that answers otherwise, but what its variants rightly leave aside."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from conformance.model.blocked import settled
from conformance.model.outcome import JUDGED, Judgement, Outcome
from conformance.model.requirements import registry
from conformance.reference.server import ReferenceServer
from conformance.reference.variants import Variant, all_variants, variant
from conformance.syntax import strict_yaml
from tests.support.generating import ITEMS, answering, fresh_session
from tests.support.sweeping import swept, violations
from tests.variants import packing

VARIANTS = all_variants()
# What the checks have to judge of any of them, so that nothing passes for being passed over.
LEAST_JUDGED = 240
Found = Mapping[str, str]


@cache
def false_findings() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return the requirements that report a variant today though they should not, by finder and name of the variant."""
    found = strict_yaml.read((Path(__file__).parent / "false_findings.yaml").read_text(encoding="utf-8"))
    return {finder: {name: frozenset(ids) for name, ids in rows.items()} for finder, rows in found.items()}


def _apart() -> Mapping[str, Collection[str]]:
    names = {name for rows in false_findings().values() for name in rows}
    return {name: {each for rows in false_findings().values() for each in rows.get(name, ())} for name in names}


PACKS = packing.packs(VARIANTS.values(), _apart())
# So many of them, the fullest, meet generated requests and a sweep by default, and all with --full.
SAMPLE = 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test the packs that it judges."""
    if "pack" in metafunc.fixturenames:
        every = metafunc.config.getoption("full") or metafunc.function is test_the_checks_find_nothing
        packs = PACKS if every else PACKS[:SAMPLE]
        metafunc.parametrize("pack", packs, ids=[f"{len(pack)}-with-{pack[0].name}" for pack in packs])


def expect_nothing_of(pack: Collection[Variant], finder: str, found: Found) -> None:
    """Expect that what is ``found`` of a pack is what its variants depart from, or is known to be wrong."""
    departed = {name: level for each in pack for name, level in each.departs.items()}
    unlawful = {name for name in found if departed.get(name) != registry()[name].level}
    rows = false_findings()[finder]
    known = frozenset[str]().union(*(rows.get(each.name, frozenset()) for each in pack))
    names = ", ".join(each.name for each in pack)
    shown = "; ".join(f"{name}: {found[name]}" for name in sorted(unlawful - known))
    assert not unlawful - known, f"found of {names}: {shown}"
    assert not known - unlawful, f"not found any more: {sorted(known - unlawful)}, to be taken from false_findings.yaml"


def test_the_checks_find_nothing(pack: tuple[Variant, ...]) -> None:
    judgements = packing.judge(pack)
    found = {name: each.summary or each.reason for name, each in packing.findings(judgements).items()}
    expect_nothing_of(pack, "checks", found)
    departed = {name for each in pack for name in each.departs}
    assert not departed - found.keys(), f"rightly reported, and not found: {sorted(departed - found.keys())}"
    assert not [each.reason for each in judgements if each.outcome is Outcome.ERROR]
    assert not _left_open(judgements)
    assert len({each.requirement for each in judgements if each.outcome in JUDGED}) >= LEAST_JUDGED


def _left_open(judgements: Sequence[Judgement]) -> dict[str, str]:
    """Return the MUST that a run on this server could not judge, with no doubt about its answers, and why."""
    return {
        each.requirement: each.reason
        for each in settled(judgements)
        if each.outcome is Outcome.INCONCLUSIVE and not each.doubt and registry()[each.requirement].level == "MUST"
    }


def test_generated_requests_find_nothing(pack: tuple[Variant, ...]) -> None:
    with ReferenceServer(variants=pack) as server, answering(server.api):
        session = fresh_session(server)
        findings = [finding for item in ITEMS for finding in session.run(*item).findings]
        session.close()
    expect_nothing_of(pack, "generated", binding({each.rule.requirement: each.observed for each in findings}))


def test_a_sweep_finds_nothing(pack: tuple[Variant, ...]) -> None:
    with ReferenceServer(variants=pack) as server:
        found = violations(swept(server))
    expect_nothing_of(pack, "sweep", binding({name: each.observed for name, each in found.items()}))


def binding(found: Found) -> Found:
    """Return what is found at MUST or SHOULD."""
    return {name: observed for name, observed in found.items() if registry()[name].level in {"MUST", "SHOULD"}}


def test_a_sweep_of_many_pages_finds_that_ties_have_no_order_and_nothing_else() -> None:
    without = VARIANTS["sorting-without-tie-break"]
    with ReferenceServer(variants=[without], invoices=1200) as server:
        assert violations(swept(server, sample=5)).keys() == without.departs.keys()


def test_variants_of_a_pack_touch_nothing_in_common() -> None:
    assert sorted(each.name for pack in PACKS for each in pack) == sorted(VARIANTS)
    for pack in PACKS:
        touched = [part for each in pack for part in each.touches]
        assert len(touched) == len(set(touched)), [each.name for each in pack]


def test_every_variant_has_a_clause_and_departs_from_known_requirements() -> None:
    for each in VARIANTS.values():
        assert each.clause, each
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.name), each
        assert all(registry()[name].level == level for name, level in each.departs.items()), each
    assert len(VARIANTS) >= 200


def test_false_findings_are_of_known_variants_and_requirements() -> None:
    assert false_findings().keys() == {"checks", "generated", "sweep"}
    for rows in false_findings().values():
        assert rows.keys() <= VARIANTS.keys()
        assert {name for ids in rows.values() for name in ids} <= registry().keys()


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="'gzip' is registered already or not described"):
        variant("gzip", clause="RFC 9110, section 8.4", touches=set(), sentence="Again.")(lambda _: None)
    with pytest.raises(ValueError, match="'new' is registered already or not described"):
        variant("new", clause="RFC 9110, section 8.4", touches=set())(lambda _: None)
