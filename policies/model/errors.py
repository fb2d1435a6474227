"""Faults of a policy document: one error that carries every fault."""

from dataclasses import dataclass

LONGEST_QUOTE = 40
"""A message quotes at most this many characters of the document."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a document: its place, the problem, and the nearest valid word if there is one.

    `line` and `column` count from 1, as editors do. `key` is the path to the place, such as `share[2].for`,
    and empty for the document as a whole.
    """

    line: int
    column: int
    key: str
    problem: str
    suggestion: str | None = None

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}"
        if self.key:
            where += f", {self.key}"
        hint = f"; did you mean {quoted(self.suggestion)}?" if self.suggestion else ""
        return f"{where}: {self.problem}{hint}"


class PolicyError(Exception):
    """A policy that cannot be used. `faults` holds all faults, in the order of the document.

    Policies hold words of the office, never data about people, so a message may quote the document.
    """

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        self.message = message
        self.faults = faults
        super().__init__("\n".join([message, *(f"  {fault}" for fault in faults)]))


def quoted(text: str) -> str:
    """Quote a piece of a document in a message: short, on one line, without control characters."""
    shown = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "?" for c in shown) + "'"
