"""The checks of the suite, and the cases that they make for a target: what a runner has to judge."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from typing import TYPE_CHECKING

from conformance.judge.api import claimed
from conformance.model.requirements import registry
from conformance.plan import probes
from conformance.plan.parameters import Argument, for_each_invoice, is_exchange_argument, record_wide
from conformance.plan.probe import Family

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.plan.steps import Step

# A name, since the checks stand above this layer.
_CHECKS = "conformance.checks"
_PREFIX = "test_"
# Parameters of a check that do not stand for exchanges.
VALUES = frozenset({"invoice_id", "link_origin", "max_latency", "signing_key_bits", "token_facts"})


@dataclass(frozen=True)
class Check:
    """A function that judges exchanges, the requirement that it claims, and the names of its parameters.

    It can do without the ``optional`` ones, which are annotated so: they are None where the target does not have them.
    """

    requirement: str
    function: Callable[..., None]
    parameters: tuple[str, ...]
    optional: frozenset[str] = frozenset()

    @classmethod
    def of(cls, function: Callable[..., None]) -> Check | None:
        """Return ``function`` as a check; None when it claims no requirement."""
        requirement = claimed(function)
        if not requirement:
            return None
        parameters = inspect.signature(function).parameters
        optional = (name for name, each in parameters.items() if str(each.annotation).endswith("| None"))
        return cls(requirement, function, tuple(parameters), frozenset(optional))

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__

    @property
    def module(self) -> str:
        """The name of the module, without its packages."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def exchange_parameters(self) -> tuple[str, ...]:
        """The parameters that stand for exchanges."""
        return tuple(name for name in self.parameters if is_exchange_argument(name))

    @property
    def is_record_wide(self) -> bool:
        """Whether it judges the whole record, and so comes after everything else."""
        return record_wide(self.parameters)

    def applies(self, capabilities: Iterable[str]) -> bool:
        """Return whether a target with ``capabilities`` has all that the requirement needs."""
        requirement = registry().get(self.requirement)
        return requirement is None or set(requirement.needs) <= set(capabilities)


@dataclass(frozen=True)
class Case:
    """One call of a check: its exchange arguments, and the invoice that it is about when it is called for each."""

    check: Check
    arguments: Mapping[str, Argument] = field(hash=False)
    invoice_id: str | None

    @property
    def variants(self) -> str:
        """What distinguishes the cases of a check; empty when there is one."""
        parts = [argument.variant for argument in self.arguments.values() if argument.variant]
        return "-".join([*parts, *([self.invoice_id] if self.invoice_id is not None else [])])

    @property
    def name(self) -> str:
        """The name of the function, with the variants."""
        return f"{self.check.name}[{self.variants}]" if self.variants else self.check.name

    @property
    def id(self) -> str:
        """The node id that pytest gives the case when it is run in a checkout."""
        return f"{self.check.function.__module__.replace('.', '/')}.py::{self.name}"

    def steps(self, target: Target) -> list[Step]:
        """Return the steps whose exchanges the case judges."""
        return [step for each in self.arguments.values() for step in each.steps(target, self.invoice_id)]

    @cached_property
    def needs(self) -> frozenset[str]:
        """The capabilities that the requirement or a request needs."""
        requirement = registry().get(self.check.requirement)
        of_requests = (self.arguments[name].needs for name in self.arguments.keys() - self.check.optional)
        return frozenset(requirement.needs if requirement else ()).union(*of_requests)

    def missing(self, target: Target) -> list[str]:
        """Return what the case needs and ``target`` lacks, sorted."""
        return sorted(self.needs - target.capabilities)


@cache
def checks() -> tuple[Check, ...]:
    """Return every check of the suite, by module and in the order of definition."""
    package = importlib.import_module(_CHECKS)
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith(_PREFIX))
    modules = (importlib.import_module(f"{_CHECKS}.{name}") for name in names)
    found = (Check.of(each) for module in modules for name, each in vars(module).items() if name.startswith(_PREFIX))
    return tuple(check for check in found if check is not None)


@cache
def check_named(name: str) -> Check:
    """Return the check whose function has this name. Raises LookupError when there is none."""
    for check in checks():
        if check.name == name:
            return check
    raise LookupError(f"no check is named {name}")


def cases_of(check: Check, target: Target) -> Iterator[Case]:
    """Yield the cases of one check: one for each variant of a family, and for each known invoice where it is judged so.

    A check that does not apply to ``target`` is one case, and so are all variants of it that do not.

    Raises LookupError for a parameter that stands for nothing.
    """
    names = check.exchange_parameters
    for name in check.parameters:
        if name not in names and name not in VALUES:
            raise LookupError(f"{check.name}: no probe is named {name}")
    if not check.applies(target.capabilities):
        yield Case(check, {}, None)
        return
    ids: Iterable[str | None] = target.invoice_ids if for_each_invoice(names) else (None,)
    is_complete = True
    for arguments in product(*(_variants(name) for name in names)):
        for invoice_id in ids:
            case = Case(check, {each.name: each for each in arguments}, invoice_id)
            applies = not case.missing(target)
            if applies or is_complete:
                yield case
            is_complete = is_complete and applies


def _variants(name: str) -> list[Argument]:
    entry = probes.declared().get(name)
    return [Argument(name, variant) for variant in (entry.variants if isinstance(entry, Family) else (None,))]


def cases(target: Target, among: Iterable[Check] | None = None) -> list[Case]:
    """Return all cases of the checks ``among`` the given ones, by default of all; what judges the record comes last."""
    found = [case for check in (checks() if among is None else among) for case in cases_of(check, target)]
    return sorted(found, key=lambda case: case.check.is_record_wide)


def needed(target: Target, among: Iterable[Case]) -> list[Step]:
    """Return the steps that the applicable cases ``among`` the given ones judge, each once."""
    applicable = (case for case in among if not case.missing(target))
    asked = dict.fromkeys((each, case.invoice_id) for case in applicable for each in case.arguments.values())
    return list(dict.fromkeys(step for each, invoice_id in asked for step in each.steps(target, invoice_id)))
