"""Periods asked by one click: the last five and ten years that all members cover, and all years. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gateway.question.years import OF_ASSISTANCE
from gateway.web.analyst.choices import Known
from gateway.web.analyst.draft import Draft
from gateway.wire.sharing_statement import Sharing

SPANS = (5, 10)
"""Years of the periods that end with the newest year that all members cover."""


@dataclass(frozen=True)
class Period:
    """`years`: how many, 0 for all; `first` and `last` are "" then. `address`: the draft with these years."""

    years: int
    first: str
    last: str
    address: str
    chosen: bool


def periods(known: Known, draft: Draft, page: str) -> tuple[Period, ...]:
    """The periods for a draft; none for assistance, which has years of service, or without records."""
    measure = known.dictionary.measures.get(draft.measure)
    newest = newest_year(known.stated.values())
    if newest is None or (measure is not None and measure.of in OF_ASSISTANCE):
        return ()
    spans = [(span, str(newest - span + 1), str(newest)) for span in SPANS]
    return tuple(
        Period(
            years=span,
            first=first,
            last=last,
            address=f"{page}?{replace(draft, since=first, until=last).query()}",
            chosen=(draft.since, draft.until) == (first, last),
        )
        for span, first, last in (*spans, (0, "", ""))
    )


def newest_year(stated: Iterable[Sharing | None]) -> int | None:
    """The newest year that the records of all members cover to its end, by their own words.

    Members that do not say up to when their records go do not count; None where none says so.
    """
    ends = [
        date.fromisoformat(one.snapshot_date)
        for one in stated
        if one is not None and one.snapshot_date is not None
    ]
    # The day after the last one: records up to 31 December cover the year that ends with it.
    return min((end + timedelta(days=1)).year - 1 for end in ends) if ends else None
