"""Alerts that an auditor has explained: known by what they are about, and open again once they grow."""

from collections.abc import Iterable, Mapping

from audit.reading.alerts import Notice
from audit.reading.entry_facts import ExplainedAlert, Subject


def explanation_of(notice: Notice, explained: Mapping[Subject, ExplainedAlert]) -> ExplainedAlert | None:
    """The explanation of an alert; None for an alert that is open."""
    if not notice.numbers:
        return None
    found = explained.get((notice.kind.value, notice.about, min(notice.numbers)))
    return found if found is not None and found.last >= max(notice.numbers) else None


def with_explanations(
    notices: Iterable[Notice], explained: Mapping[Subject, ExplainedAlert]
) -> list[tuple[Notice, ExplainedAlert | None]]:
    """Each alert with its explanation: those without one first, else in the order in which they came."""
    paired = [(notice, explanation_of(notice, explained)) for notice in notices]
    return sorted(paired, key=lambda pair: pair[1] is not None)
