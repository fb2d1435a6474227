"""Reports: the list, the page of each, and the forms that make, renew, share and delete them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.errors import SafelaneError
from gateway.export.documents.installed import FORMS, MISSING, installed
from gateway.export.documents.report_document import ReportDocument
from gateway.hub.model import Report
from gateway.hub.ports import View
from gateway.hub.reports import report_keeping
from gateway.hub.reports.chosen_tables import ChosenTables, chosen_tables
from gateway.hub.reports.templates import TEMPLATES, Slot
from gateway.question import QuestionError
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.reporting.asking_tables import MissingTable, ask_tables, missing_tables
from gateway.web.analyst.reporting.composed_once import Compositions, Opened
from gateway.web.analyst.reporting.composing import Surroundings
from gateway.web.analyst.reporting.reading import note_readings
from gateway.web.analyst.requester import known
from gateway.web.analyst.typed_years import read_years
from gateway.web.shared.base import typed, web
from gateway.web.shared.desk import PAGE_ONLY, Desk, shown

PAGE = "/reports"
LIST = "analyst/reports.html"
desk = Desk("analyst-reports")
_COMPOSITIONS = Compositions()


@dataclass(frozen=True)
class ReportRow:
    """A report of the list. `by`: who wrote it."""

    id: str
    title: str
    purpose: str
    by: str
    made_at: Any
    shared: bool


@dataclass(frozen=True)
class ReportsPage:
    """The person's reports and those of colleagues; the form of a new one, as it was typed."""

    mine: tuple[ReportRow, ...]
    colleagues: tuple[ReportRow, ...]
    organisation: str
    kinds: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    kind: str
    year: str
    purpose: str
    refused: SafelaneError | None


@dataclass(frozen=True)
class ReportPage:
    """`own`: the person may change it. `newer`: how many of its tables have a newer release.

    `unread`: sections whose text was taken over and has not been looked at. `forms`: the available files;
    `lacking`: what to install where there are none.
    """

    id: str
    document: ReportDocument
    own: bool
    owner: str
    organisation: str
    purpose: str
    shared: bool
    year: int
    compared: bool
    missing: tuple[MissingTable, ...]
    members: int
    newer: int
    unread: tuple[str, ...]
    empty: tuple[str, ...]
    forms: tuple[str, ...]
    lacking: str
    paper: Markup = field(metadata=PAGE_ONLY)


@desk.page(PAGE, LIST)
def reports() -> ReportsPage:
    """The list of reports, and the form that makes one."""
    return _list()


@desk.form(PAGE)
def put() -> Any:
    """Make a report, or go to the one of this kind and year."""
    kind, year, purpose = typed("kind"), typed("year"), typed("purpose")
    try:
        made = report_keeping.start(hub(), principal(), kind, _year(year), purpose)
    except (report_keeping.ReportError, QuestionError) as error:
        return shown((_list(kind, year, purpose, error), 422), LIST)
    return _to(made)


@desk.page(f"{PAGE}/<report_id>", "analyst/report.html")
def report(report_id: str) -> ReportPage:
    """The whole report as it would be printed; with `version=public` what may be passed on."""
    public = request.args.get("version") == "public"
    found, chosen, opened = composed_report(report_id, public=public)
    composed = opened.composed
    who = principal()
    own = found.owner == who.user
    if not own:
        note_readings(composed.releases)
    knows, _ = known()
    texts = {plan.name: found.texts.get(plan.name) for plan in TEMPLATES[found.template].sections}
    headings = {section.name: section.heading for section in composed.document.sections}
    return ReportPage(
        id=found.id,
        document=composed.document,
        own=own,
        owner=found.owner,
        organisation=found.organisation,
        purpose=analyst_wording.purpose(hub().dictionary, found.purpose),
        shared=found.shared,
        year=found.year,
        compared=found.compared_with is not None,
        missing=missing_tables(knows, found, chosen) if own else (),
        members=len(knows.stated),
        newer=len(chosen.newer) if own else 0,
        unread=tuple(headings[name] for name, one in texts.items() if one and not one.looked_at),
        empty=tuple(headings[name] for name, one in texts.items() if one is None or not one.text),
        forms=FORMS if installed() else (),
        lacking="" if installed() else analyst_wording.say(MISSING),
        paper=opened.paper(addresses=own),
    )


@desk.form(f"{PAGE}/<report_id>/up-to-date")
def put_up_to_date(report_id: str) -> Any:
    """Take the newest tables."""
    return _to(report_keeping.bring_up_to_date(hub(), principal(), report_id))


@desk.form(f"{PAGE}/<report_id>/ask")
def put_asked(report_id: str) -> Any:
    """Ask the missing tables, or the one that is named, or with `anew` all tables."""
    knows, _ = known()
    with hub().store.reading() as view:
        found = report_keeping.own(view.reports, principal(), report_id)
        chosen = chosen_tables(view, hub().dictionary, found, hub().clock.now())
    if typed("anew") == "yes":
        return _to(_ask_anew(found))
    named = Slot(typed("section"), typed("question"), int(typed("number") or 0) if _digits() else 0)
    wanted = {named} if named.question else None
    until = ask_tables(knows, found, wanted, without={*chosen.now, *chosen.waiting})
    if until is not None:
        report_keeping.wait_for_tables(hub(), principal(), report_id, until)
    return _to(found)


@desk.form(f"{PAGE}/<report_id>/next")
def put_next(report_id: str) -> Any:
    """The same report for the next year, with its tables asked anew."""
    made, is_new = report_keeping.next_year(hub(), principal(), report_id)
    return _to(_ask_anew(made) if is_new else made)


@desk.form(f"{PAGE}/<report_id>/share")
def put_shared(report_id: str) -> Any:
    """Let colleagues read the report, or no longer."""
    report_keeping.share(hub(), principal(), report_id, shared=typed("shared") == "yes")
    return redirect(f"{PAGE}/{report_id}", 303)


@desk.form(f"{PAGE}/<report_id>/delete")
def put_deleted(report_id: str) -> Any:
    """Delete the report."""
    report_keeping.delete(hub(), principal(), report_id)
    return redirect(PAGE, 303)


def composed_report(report_id: str, *, public: bool) -> tuple[Report, ChosenTables, Opened]:
    """The report as the requester may read it. Raises UnknownQuestionError."""
    with hub().store.reading() as view:
        found = report_keeping.readable(view.reports, principal(), report_id)
        chosen = chosen_tables(view, hub().dictionary, found, hub().clock.now())
        around = _surroundings(view, public=public)
    return found, chosen, _COMPOSITIONS.opened(found, chosen, around)


def _surroundings(view: View, *, public: bool) -> Surroundings:
    return Surroundings(
        dictionary=hub().dictionary,
        region=web().entrance.place,
        log=hub().log.origin,
        enrolled=frozenset(one.member for one in view.enrolments()),
        now=hub().clock.now(),
        public=public,
    )


def _ask_anew(report: Report) -> Report:
    """Ask all tables of the report; those that come are compared with the tables of before."""
    knows, _ = known()
    until = ask_tables(knows, report, None, without=())
    if until is None:
        return report
    return report_keeping.wait_for_tables(hub(), principal(), report.id, until, compare=True)


def _digits() -> bool:
    number = typed("number")
    return number.isascii() and number.isdigit() and len(number) < 4


def _year(typed_year: str) -> int:
    """Raises QuestionError for what is no year."""
    read = read_years(typed_year, typed_year)
    return 0 if read is None else read.first


def _to(report: Report) -> Response:
    return redirect(f"{PAGE}/{report.id}", 303)


def _list(
    kind: str = "", year: str = "", purpose: str = "", refused: SafelaneError | None = None
) -> ReportsPage:
    who, d = principal(), hub().dictionary
    with hub().store.reading() as view:
        mine, others = view.reports.of(who.user), report_keeping.colleagues(view.reports, who)
    held = sorted(who.purposes)
    return ReportsPage(
        mine=_rows(mine),
        colleagues=_rows(others),
        organisation=who.organisation,
        kinds=tuple((one.name, analyst_wording.say(one.label)) for one in TEMPLATES.values()),
        purposes=tuple((name, analyst_wording.purpose(d, name)) for name in held),
        kind=kind or next(iter(TEMPLATES)),
        year=year or str(hub().clock.now().year - 1),
        purpose=purpose or next(iter(held), ""),
        refused=refused,
    )


def _rows(found: Iterable[Report]) -> tuple[ReportRow, ...]:
    return tuple(
        ReportRow(
            one.id,
            analyst_wording.say(TEMPLATES[one.template].title) % {"year": one.year},
            analyst_wording.purpose(hub().dictionary, one.purpose),
            one.owner,
            one.made_at,
            one.shared,
        )
        for one in found
        if one.template in TEMPLATES
    )
