"""Amounts of money as written in sources, read to hundredths of a US dollar."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

from gateway.sources.model.dates import UnreadableError
from gateway.sources.model.findings import Problem

MOST_CENTS = 100_000_000
"""A million dollars: no service to one person costs more."""

_CURRENCY = re.compile(r"^(?:usd|us\$|\$)\s*|\s*(?:usd|us\$|\$)$")
_GROUPED = r"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]{{1,12}}"


@dataclass(frozen=True)
class AmountReader:
    """`decimal`: the decimal sign, a point or a comma; the opposite sign may separate thousands.

    `unit`: how much of the source's currency makes a US dollar, "" for dollars.
    """

    decimal: str
    unit: str

    @cached_property
    def _form(self) -> re.Pattern[str]:
        group = "[ '.]" if self.decimal == "," else "[ ',]"
        whole = _GROUPED.format(group=group)
        return re.compile(
            rf"(?P<sign>-?)(?P<whole>{whole})(?:{re.escape(self.decimal)}(?P<rest>[0-9]{{1,6}}))?"
        )

    def read(self, word: str) -> str:
        """Cents as a whole number, in digits; `word` is plain (see words.py). Raises UnreadableError."""
        match = self._form.fullmatch(_CURRENCY.sub("", word) if not self.unit else word)
        if not match:
            raise UnreadableError(Problem.AMOUNT_FORM)
        whole = re.sub("[^0-9]", "", match["whole"])
        dollars = Decimal(f"{match['sign']}{whole}.{match['rest'] or 0}") / Decimal(self.unit or 1)
        cents = int((dollars * 100).to_integral_value(ROUND_HALF_EVEN))
        if not 0 <= cents <= MOST_CENTS or dollars < 0:
            raise UnreadableError(Problem.AMOUNT_RANGE)
        return str(cents)
