"""What a controller says of one load: how many rows must count, and whether it adds to or replaces."""

from dataclasses import dataclass

from audit.reading.messages import message
from gateway.member.register.missing_cases import LoadedAs
from gateway.sources.model.errors import SourceError
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.quality.load import Load
from gateway.sources.rows.row_accounts import TableAccount

MOST_REPORTED = 5


@dataclass(frozen=True)
class LoadChoices:
    """`least_counted`: percent of the rows of every table that must count; None for the mapping's.

    `by_engine`: whether the engine reads the first table where it can; None where that pays.
    """

    least_counted: int | None = None
    loaded_as: LoadedAs = LoadedAs.UNSAID
    by_engine: bool | None = None

    def least(self, rules: SourceMapping) -> int:
        """The percent that this load has to reach."""
        return rules.least_counted if self.least_counted is None else self.least_counted


NOTHING_SAID = LoadChoices()


def too_few(loaded: Load, least: int) -> tuple[TableAccount, ...]:
    """The tables of which fewer rows count than `least` percent."""
    return tuple(account for account in loaded.accounts if 100 * account.counted < least * account.asked)


def refuse_too_few(loaded: Load, least: int) -> None:
    """Raise SourceError, with each table and its reasons, where too few rows of a table count."""
    tables = too_few(loaded, least)
    if not tables:
        return
    raise SourceError(
        message(
            "Fewer rows count than the %(least)s %% that this node demands; nothing was loaded.%(tables)s",
            least=least,
            tables="".join(f"\n  {line}" for account in tables for line in _lines(account)),
        ),
        remedy=message(
            "Correct the mapping or the register. Rows that rightly belong to no casualty: 'unclaimed: "
            "allowed' in the table's mapping. To load it all the same, demand less of this load "
            "(--least-counted)."
        ),
    )


def _lines(account: TableAccount) -> list[str]:
    first = f"{account.table}: {account.counted} of {account.asked} rows count"
    return [first, *(f"  {n}: {problem}" for problem, n in list(account.reasons.items())[:MOST_REPORTED])]
