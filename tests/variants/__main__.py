"""Judges variants one by one and prints what is found of each: ``python -m tests.variants [NAME ...]``."""

from __future__ import annotations

import sys

from conformance.model.outcome import JUDGED
from conformance.model.requirements import registry
from conformance.reference.variants import all_variants
from tests.variants import packing

if __name__ == "__main__":
    for name, variant in all_variants().items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        judgements = packing.judge([variant])
        judged = {each.requirement for each in judgements if each.outcome in JUDGED}
        print(f"{name}: {len(judged)} requirements judged", flush=True)  # noqa: T201 - a command
        for found in packing.findings(judgements).values():
            level = registry()[found.requirement].level
            own = " (departs)" if found.requirement in variant.departs else ""
            print(f"    {found.requirement} {level}{own}: {found.summary} [{found.nodeid}]", flush=True)  # noqa: T201
