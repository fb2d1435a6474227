"""A privacy budget for the life of a data set: charged before an answer is drawn, never refunded.

Answers are kept: a repeated question gets the same answer and spends nothing. An answer charged and then lost
stays charged.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from anonymisers.errors import BudgetError
from anonymisers.tables.strict_json import parse_json

Answers = dict[str, tuple[int, ...]]
FORMAT = "safelane budget 1"


@dataclass(frozen=True)
class Budget:
    """`total` and the `spent` charges by question, all epsilon; `answers` by question."""

    total: Fraction
    spent: MappingProxyType[str, Fraction] = field(default_factory=lambda: MappingProxyType({}))
    answers: MappingProxyType[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.total <= 0 or any(e <= 0 for e in self.spent.values()) or self.left < 0:
            raise BudgetError("this is no privacy budget", remedy="Epsilon is a decimal number above 0.")

    @property
    def left(self) -> Fraction:
        """The epsilon left to spend."""
        return self.total - sum(self.spent.values(), Fraction(0))

    def charged(self, question: str, epsilon: Fraction) -> "Budget":
        """The budget after a charge. Raises BudgetError where too little is left or the answer was lost."""
        if question in self.spent:
            message = "this question was charged, but its answer was not kept"
            raise BudgetError(message, remedy="Ask another one: a second answer would cost a second time.")
        if epsilon <= 0:
            raise BudgetError("a question must cost something", remedy="Name an epsilon above 0.")
        if epsilon > self.left:
            message = "the privacy budget of this data set does not allow this question"
            raise BudgetError(message, remedy=f"At most epsilon {float(self.left):g} is left, for ever.")
        return replace(self, spent=MappingProxyType({**self.spent, question: epsilon}))

    def answered(self, question: str, values: tuple[int, ...]) -> "Budget":
        """Return the budget with the answer to a charged question. Raises BudgetError where nothing was
        charged."""
        if question not in self.spent or question in self.answers:
            raise BudgetError("an answer was drawn that was not charged, or was drawn twice")
        return replace(self, answers=MappingProxyType({**self.answers, question: values}))

    def to_json(self) -> str:
        """The written form."""
        body = {
            "format": FORMAT,
            "total": str(self.total),
            "spent": {q: str(e) for q, e in self.spent.items()},
            "answers": {q: list(v) for q, v in self.answers.items()},
        }
        return json.dumps(body, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Budget":
        """Read the written form. Raises BudgetError for anything else: a damaged budget answers nothing."""
        body: Any = parse_json(text)
        try:
            budget = cls(
                Fraction(body["total"]),
                MappingProxyType({q: Fraction(e) for q, e in body["spent"].items()}),
                MappingProxyType({q: tuple(map(int, v)) for q, v in body["answers"].items()}),
            )
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            raise BudgetError(f"this is not a {FORMAT!r}") from None
        if budget.to_json() != text:
            raise BudgetError("the budget is not in its written form", remedy="Restore it from a backup.")
        return budget


def ask(
    budget: Budget,
    question: str,
    epsilon: Fraction,
    draw: Callable[[], tuple[int, ...]],
    keep: Callable[[Budget], None],
) -> tuple[Budget, tuple[int, ...]]:
    """Return the kept answer, or a new answer: charge, keep the charge, draw, keep the answer.

    `keep` must store a budget durably before returning; an error of `keep` ends the question before the draw.
    Raises BudgetError.
    """
    if question in budget.answers:
        return budget, budget.answers[question]
    charged = budget.charged(question, epsilon)
    keep(charged)
    values = draw()
    answered = charged.answered(question, values)
    keep(answered)
    return answered, values
