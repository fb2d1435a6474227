"""A report from its texts and tables: what stands on its page, and in its files."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.export.documents.report_document import (
    ReportDocument,
    ReportFigure,
    ReportSection,
    ReportTable,
)
from gateway.export.notes import Receipt
from gateway.export.papers import papers
from gateway.hub.model import Report
from gateway.hub.reports.chosen_tables import ChosenTable, ChosenTables
from gateway.hub.reports.templates import TEMPLATES, SectionPlan, Slot, slots
from gateway.picturing import NothingToDrawError, Picture, Words, draw, fitting, with_bounds
from gateway.picturing.choosing import RATE_MAP
from gateway.picturing.labels import Labels
from gateway.picturing.overview.country_panels import country_panels
from gateway.picturing.overview.yearly_figures import YEAR
from gateway.picturing.reporting.changed_numbers import changed, marked
from gateway.picturing.reporting.with_numbers import has_numbers, with_numbers
from gateway.picturing.reporting.without_members import without_members
from gateway.picturing.reporting.year_parts import of_year, over_years
from gateway.picturing.turning import arrangement, turned
from gateway.question import COUNTRY
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.reporting.about_numbers import member_lines, methods, receipts
from gateway.web.analyst.reporting.leaving_out import LeftOut, left_out, names, sentences
from gateway.web.shared.languages import moment, tag
from gateway.wire.release import Release

MOST_ROWS = 80
"""Rows of one table. A longer table is named with its receipt, and not printed."""


@dataclass(frozen=True)
class Surroundings:
    """What a report is composed with: the region's name, its log, the members of today, and the moment."""

    dictionary: Dictionary
    region: str
    log: str
    enrolled: Collection[str]
    now: datetime
    public: bool


@dataclass
class _Parts:
    """What a section shows so far."""

    tables: list[ReportTable] = field(default_factory=list)
    figures: list[ReportFigure] = field(default_factory=list)
    says: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Shown:
    """A chosen table with what of its release may be shown, and of the one that it is compared with."""

    found: ChosenTable
    release: Release
    former: Release | None


@dataclass
class _Composer:
    """Numbers tables and pictures in reading order, and gathers what the end of the report says."""

    report: Report
    chosen: ChosenTables
    around: Surroundings
    words: Words
    tables: int = 0
    figures: int = 0
    left: dict[LeftOut, set[str]] = field(default_factory=dict)
    used: dict[tuple[str, int], tuple[ChosenTable, Release, list[int]]] = field(default_factory=dict)

    def section(self, plan: SectionPlan, number: int, its_slots: Collection[Slot]) -> ReportSection:
        """A section with its text, and with the tables of its slots that the report has."""
        parts = _Parts()
        for slot in its_slots:
            if slot in self.chosen.now:
                self._put(plan, slot, parts)
        kept = self.report.texts.get(plan.name)
        paragraphs = () if kept is None else tuple(p.strip() for p in kept.text.split("\n\n") if p.strip())
        return ReportSection(
            plan.name,
            number,
            analyst_wording.say(plan.heading),
            paragraphs,
            tuple(parts.tables),
            tuple(parts.figures),
            tuple(dict.fromkeys(parts.says)),
        )

    def _put(self, plan: SectionPlan, slot: Slot, parts: _Parts) -> None:
        """Put the year's table and its picture into a section, then those over the years."""
        found, d, year = self.chosen.now[slot], self.around.dictionary, self.report.year
        caption = Labels(d, self.words).caption(found.kept.release)
        whole = self._allowed(found)
        if whole is None:
            parts.says.append(str(_("“%(table)s” is left out: no numbers of it remain.", table=caption)))
            return
        shown = _Shown(found, whole, self._former(slot))
        part = of_year(whole, d, year)
        if part is None or not has_numbers(part):
            parts.says.append(
                str(_("“%(table)s” has no numbers of %(year)s.", table=caption, year=str(year)))
            )
        elif self._table(shown, part, shown.former and of_year(shown.former, d, year), parts):
            self._picture(shown, part, parts)
        years = over_years(whole, d, year) if plan.over_years else None
        if years is not None and has_numbers(years):
            self._table(shown, years, shown.former and over_years(shown.former, d, year), parts)
            self._panels(shown, years, parts)

    def _table(self, shown: _Shown, part: Release, former: Release | None, parts: _Parts) -> bool:
        """Whether the table is short enough for a report; then it has its number."""
        d, found = self.around.dictionary, shown.found
        part, without = with_numbers(part)
        made = turned(part, d, self.words, arrangement(part, d))
        if len(made.rows) > MOST_ROWS:
            text = _(
                "“%(table)s” has %(n)d rows, too many for a report. It stands on the analyst's desk under "
                "%(question)s, release %(release)d.",
                table=made.caption,
                n=len(made.rows),
                question=found.asked.id,
                release=found.kept.release.number,
            )
            parts.says.append(str(text))
            return False
        if former is not None and self.report.compared_with is not None:
            since = moment(self.report.compared_with)
            meaning = _("Another number than in the tables of %(time)s", time=since)
            made = marked(made, changed(former, part), str(meaning))
        self.tables += 1
        self.used.setdefault(found.name, (found, shown.release, []))[2].append(self.tables)
        parts.tables.append(
            ReportTable(
                self.tables,
                made.caption,
                str(_("Without numbers: %(members)s.", members=names(d, without))) if without else "",
                made,
                self._source(shown),
                found.asked.id,
                found.kept.release.number,
            )
        )
        return True

    def _picture(self, shown: _Shown, part: Release, parts: _Parts) -> None:
        d = self.around.dictionary
        part, _without = with_numbers(part)
        kind = next((kind for kind in fitting(part, d) if kind != RATE_MAP), None)
        if kind is None:
            return
        with suppress(NothingToDrawError):
            self._figure(shown, draw(kind, part, d, self.words, twice=True), parts)

    def _panels(self, shown: _Shown, years: Release, parts: _Parts) -> None:
        """Each country over the years."""
        d = self.around.dictionary
        levels = {axis.level: axis.codes for axis in years.axes}
        if not {YEAR, COUNTRY} <= set(levels):
            return
        members = [one.member for one in years.coverage if one.answered]
        since = min((code for code in levels[YEAR] if code.isdigit()), default="")
        with suppress(NothingToDrawError):
            drawn = country_panels(with_bounds(years, d), d, self.words, members, since)
            self._figure(shown, drawn, parts)

    def _figure(self, shown: _Shown, drawn: Picture, parts: _Parts) -> None:
        self.figures += 1
        parts.figures.append(
            ReportFigure(
                self.figures,
                drawn.title,
                drawn.svg,
                drawn.description,
                self._source(shown),
                drawn.narrow,
            )
        )

    def _source(self, shown: _Shown) -> tuple[str, ...]:
        """Where the numbers come from, and their receipt. The terms of each member stand at the end."""
        found = shown.found
        receipt = Receipt(self.around.log, found.asked.asked_index, found.kept.index)
        lines = papers(shown.release, self.around.dictionary, self.words, receipt)
        return lines if len(lines) < 2 else (lines[0], lines[-1])

    def _allowed(self, found: ChosenTable) -> Release | None:
        """The release without the numbers that may not be here."""
        release, around = found.kept.release, self.around
        reasons = left_out(release, around.enrolled, around.now, public=around.public)
        for member, reason in reasons.items():
            self.left.setdefault(reason, set()).add(member)
        return without_members(release, around.dictionary, frozenset(reasons))

    def _former(self, slot: Slot) -> Release | None:
        """The former table without the members that the present one lacks, so that only numbers differ."""
        if slot not in self.chosen.before:
            return None
        former, now = self.chosen.before[slot].kept.release, self.chosen.now[slot].kept.release
        around = self.around
        gone = {
            member
            for release in (former, now)
            for member in left_out(release, around.enrolled, around.now, public=around.public)
        }
        return without_members(former, around.dictionary, gone)


@dataclass(frozen=True)
class Composed:
    """The document, and the releases whose numbers are in it."""

    document: ReportDocument
    releases: tuple[Release, ...]


def compose(report: Report, chosen: ChosenTables, around: Surroundings) -> Composed:
    """The whole report. Numbers that may not be in it are left out, with a sentence that says so."""
    template = TEMPLATES[report.template]
    composer = _Composer(report, chosen, around, analyst_wording.words())
    by_section: dict[str, list[Slot]] = {}
    for slot in slots(around.dictionary, template):
        by_section.setdefault(slot.section, []).append(slot)
    sections = tuple(
        composer.section(plan, number, by_section.get(plan.name, ()))
        for number, plan in enumerate(template.sections, 1)
    )
    used = list(composer.used.values())
    document = ReportDocument(
        title=analyst_wording.say(template.title) % {"year": report.year},
        region=around.region,
        kind=analyst_wording.say(template.label),
        status=status_of(report, public=around.public),
        public=around.public,
        as_of=moment(min(report.as_of, around.now)),
        language=tag(),
        left_out=sentences(around.dictionary, composer.left),
        sections=sections,
        members=member_lines(used, around.dictionary, composer.words),
        methods=methods([release for _, release, _ in used], around.dictionary, composer.words),
        receipts=receipts(used),
        log=around.log,
        checking=checking(around.log),
    )
    return Composed(document, tuple(found.kept.release for found, _, _ in used))


def status_of(report: Report, *, public: bool) -> str:
    """For whom the report is: for everybody, or for the organisation that was given the numbers."""
    if public:
        return str(_("public version"))
    return str(_("for %(organisation)s only", organisation=report.organisation))


def checking(log: str) -> str:
    """How anybody checks a number of the report."""
    return str(
        _(
            "Each table is a released table, or a part of one. Its question and its release stand in the log "
            "%(log)s under the entries named, cosigned by witnesses. The analyst's desk offers a file with "
            "the proof beside each table: “python -m audit open” opens it, and shows the numbers that the "
            "log commits to.",
            log=log,
        )
    )


__all__ = ["Composed", "Surroundings", "compose"]
