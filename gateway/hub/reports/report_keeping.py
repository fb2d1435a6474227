"""Reports: made for a year, written section by section, shared, brought up to date, and continued next year.

A report holds no number. Its tables are the owner's own, and whoever reads it needs the right to them: the
same organisation, and the report's purpose.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.errors import SafelaneError
from gateway.hub.context import Hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import Principal, Report, ReportText
from gateway.hub.ports import Reports, ReportsView
from gateway.hub.reports.templates import TEMPLATES

FIRST_YEAR, LAST_YEAR = 1960, 2200
LONGEST_TEXT = 20_000
"""Characters of one section: eight printed pages."""
MOST = 100
"""Reports of one person."""


class ReportError(SafelaneError):
    """A report that cannot be made or written as it was asked to be; nothing was changed."""


class TextChangedError(SafelaneError):
    """A section was changed since its form was made. `now` is what it says now."""

    def __init__(self, now: ReportText | None) -> None:
        super().__init__(
            "This text was changed since you opened the page.",
            remedy="Compare what is there now with what you typed, then decide.",
        )
        self.now = now


def start(hub: Hub, who: Principal, template: str, year: int, purpose: str) -> Report:
    """Make a report from a template for a year.

    Raises ReportError where there is one already, or where there are too many.
    """
    if template not in TEMPLATES:
        raise ReportError("There is no such kind of report.", remedy="Choose one of the list.")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ReportError("This is no year of a report.", remedy="Type a year with four digits.")
    if purpose not in who.purposes:
        raise ReportError("You do not hold this purpose.", remedy="Choose one of your purposes.")
    now = hub.clock.now()
    made = Report(_new_id(), who.user, who.organisation, template, year, purpose, {}, now, now, None, False)
    with hub.store.notes() as notes:
        _add(notes.reports, made)
    return made


def keep_text(hub: Hub, who: Principal, report_id: str, section: str, text: str, *, made_for: int) -> Report:
    """Keep the text of a section. `made_for`: the version of the text from which it was written, 0 for none.

    A text that says the same is kept as one that was looked at. Raises TextChangedError where the section has
    another version, ReportError for a text that is too long, UnknownQuestionError where there is no such
    report or section among one's own.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise ReportError(
            "The text of a section has at most 20,000 characters.", remedy="Shorten it, or use two sections."
        )
    with hub.store.notes() as notes:
        before = own(notes.reports, who, report_id)
        if TEMPLATES[before.template].section(section) is None:
            raise _unknown()
        kept = before.texts.get(section)
        if (0 if kept is None else kept.version) != made_for:
            raise TextChangedError(kept)
        new = ReportText(text, made_for + 1, looked_at=True, saved_at=hub.clock.now())
        return _replaced(notes.reports, before, replace(before, texts={**before.texts, section: new}))


def bring_up_to_date(hub: Hub, who: Principal, report_id: str) -> Report:
    """Take the newest tables; numbers that differ from those before are marked."""
    with hub.store.notes() as notes:
        before = own(notes.reports, who, report_id)
        now = hub.clock.now()
        newer = replace(before, as_of=now, compared_with=min(before.as_of, now))
        return _replaced(notes.reports, before, newer)


def wait_for_tables(
    hub: Hub, who: Principal, report_id: str, until: datetime, *, compare: bool = False
) -> Report:
    """Take tables that are released until a moment to come: their questions have just been asked.

    With `compare` numbers that differ from the tables of now are marked.
    """
    with hub.store.notes() as notes:
        before = own(notes.reports, who, report_id)
        since = before.compared_with
        if compare and since is None:
            since = min(before.as_of, hub.clock.now())
        newer = replace(before, as_of=max(until, before.as_of), compared_with=since)
        return _replaced(notes.reports, before, newer)


def next_year(hub: Hub, who: Principal, report_id: str) -> tuple[Report, bool]:
    """The same report for the next year, and whether it is new: its texts are taken over as not looked at.

    Where there is one already, that report is returned as it is.
    """
    now = hub.clock.now()
    with hub.store.notes() as notes:
        before = own(notes.reports, who, report_id)
        made = replace(
            before,
            id=_new_id(),
            year=before.year + 1,
            texts=_taken_over(before.texts),
            made_at=now,
            as_of=now,
            compared_with=min(before.as_of, now),
            shared=False,
        )
        there = _same(notes.reports, made)
        if there is None:
            _add(notes.reports, made)
    return there or made, there is None


def share(hub: Hub, who: Principal, report_id: str, *, shared: bool) -> None:
    """Let colleagues with the same purpose read a report, or no longer."""
    with hub.store.notes() as notes:
        before = own(notes.reports, who, report_id)
        _replaced(notes.reports, before, replace(before, shared=shared))


def delete(hub: Hub, who: Principal, report_id: str) -> None:
    """Delete a report and its texts; the tables stay."""
    with hub.store.notes() as notes:
        notes.reports.delete(own(notes.reports, who, report_id).id)


def own(view: ReportsView, who: Principal, report_id: str) -> Report:
    """One's own report. Raises UnknownQuestionError for somebody else's too: the two look alike."""
    found = view.find(report_id)
    if found is None or found.owner != who.user or found.template not in TEMPLATES:
        raise _unknown()
    return found


def readable(view: ReportsView, who: Principal, report_id: str) -> Report:
    """One's own report, or one that a colleague shares. Raises UnknownQuestionError otherwise."""
    found = view.find(report_id)
    if found is None or found.template not in TEMPLATES or not _may_read(found, who):
        raise _unknown()
    return found


def colleagues(view: ReportsView, who: Principal) -> Sequence[Report]:
    """What others of one's organisation share for a purpose that one holds, the newest year first."""
    shared = view.shared_in(who.organisation)
    return [one for one in shared if one.owner != who.user and _may_read(one, who)]


def _may_read(report: Report, who: Principal) -> bool:
    if report.owner == who.user:
        return True
    return report.shared and report.organisation == who.organisation and report.purpose in who.purposes


def _taken_over(texts: Mapping[str, ReportText]) -> dict[str, ReportText]:
    return {section: replace(one, version=1, looked_at=False) for section, one in texts.items() if one.text}


def _add(reports: Reports, made: Report) -> None:
    if _same(reports, made) is not None:
        raise ReportError(
            "You have a report of this kind, year and purpose.", remedy="Open it, or delete it first."
        )
    if len(reports.of(made.owner)) >= MOST:
        raise ReportError(
            "You have as many reports as one person can have.", remedy="Delete those that you no longer need."
        )
    reports.add(made)


def _same(reports: Reports, made: Report) -> Report | None:
    alike = (made.template, made.year, made.purpose)
    found = (one for one in reports.of(made.owner) if (one.template, one.year, one.purpose) == alike)
    return next(found, None)


def _replaced(reports: Reports, before: Report, report: Report) -> Report:
    if not reports.replace(before, report):
        raise TextChangedError(None)
    return report


def _new_id() -> str:
    return "y-" + secrets.token_hex(8)


def _unknown() -> UnknownQuestionError:
    return UnknownQuestionError(
        "There is no such report among yours.",
        remedy="Did somebody send you this address? Ask the sender to share the report with your "
        "organisation. It may also be deleted.",
    )
