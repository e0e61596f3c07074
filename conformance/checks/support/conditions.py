"""What a filter asks for, and whether an invoice fulfils it by the values that it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from conformance.model import contract
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading import collection_pages
from conformance.syntax.scalars import Instant, instant, plain_decimal

_FILTER = re.compile(r"filter\[(?P<name>\w+?)_(?P<operator>not_eq|not_in|eq|in|gteq|lteq|gt|lt|start|cont|end)\]")
# In seconds: a filter may know digits of a time that are not shown, or read fewer.
_TOLERANCE = 1

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gteq": lambda value, border: value >= border,
    "lteq": lambda value, border: value <= border,
    "gt": lambda value, border: value > border,
    "lt": lambda value, border: value < border,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda text, part: text == part,
    "start": str.startswith,
    "cont": lambda text, part: part in text,
    "end": str.endswith,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a request: attribute or ``account-id``, operator, and the operand as written."""

    name: str
    operator: str
    operand: str

    def __str__(self) -> str:
        """Name the filter as the request does."""
        return f"{self.name.replace('-', '_')}_{self.operator}={self.operand}"

    def holds(self, element: collection_pages.Object) -> bool | None:
        """Return whether ``element`` fulfils the condition; None where servers may differ.

        They may differ in whether null is unlike a value and like no text, in the case of letters, and in digits
        that are not shown.
        Raises NotObserved for a value that cannot be read.
        """
        negated = self.operator.startswith("not_")
        value = (
            collection_pages.account_id(element)
            if self.name == "account-id"
            else collection_pages.value(element, self.name)
        )
        if value is None:
            return None if negated or not self.operand.strip(" ,") else False
        operator = self.operator.removeprefix("not_")
        if operator == "in":
            found = [self._compare(value, "eq", operand) for operand in self.operand.split(",")]
            outcome = True if True in found else None if None in found else False
        else:
            outcome = self._compare(value, operator, self.operand)
        return outcome if outcome is None or not negated else not outcome

    def _compare(self, value: collection_pages.Value, operator: str, text: str) -> bool | None:
        if isinstance(value, str):
            if _TEXT[operator](value, text):
                return True
            return None if _TEXT[operator](value.casefold().strip(), text.casefold().strip()) else False
        operand = self._operand(text)
        if isinstance(value, Instant) and isinstance(operand, Instant):
            apart = value.seconds - operand.seconds + (value.fraction - operand.fraction)
            return None if abs(apart) < _TOLERANCE else _ORDER[operator](value, operand)
        return value == operand if operator == "eq" else _ORDER[operator](value, operand)

    def _operand(self, text: str) -> collection_pages.Value:
        if self.name == "has-pdf":
            return text == "true"
        if self.name in {*contract.dates(), *contract.call_times()}:
            return instant(text)
        return plain_decimal(text) if self.name in contract.amounts() else Decimal(text)


def conditions(page: Exchange) -> list[Condition]:
    """Return the filters of a request. Raises NotObserved when it has none."""
    found = []
    for name, operand in collection_pages.parameters(page.request.url):
        if parts := _FILTER.fullmatch(name):
            found.append(Condition(parts["name"].replace("_", "-"), parts["operator"], operand))
    if not found:
        raise NotObserved(f"{page.described} asks for no filter")
    return found


def outcome(asked: list[Condition], element: collection_pages.Object) -> bool | None:
    """Return whether ``element`` fulfils all conditions; None where servers may differ."""
    found = [condition.holds(element) for condition in asked]
    return False if False in found else None if None in found else True
