"""The remainder: what of the tables that rules ask for is shown where no safe release of all was found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remainder:
    """What is left to show: tables of up to `dims` dimensions; None for all tables, 0 for the total at most.

    `zeros_withheld`: zeros may be withheld although the rules publish them.
    """

    dims: int | None = None
    zeros_withheld: bool = False
