"""The texts of a report: a form for each section, kept while somebody types, and by a button."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, request

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.hub.model import ReportText
from gateway.hub.reports import report_keeping
from gateway.hub.reports.templates import TEMPLATES, SectionPlan
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.reporting.report_pages import PAGE
from gateway.web.shared.base import page
from gateway.web.shared.desk import Desk, shown, wants_part
from gateway.web.shared.forms import VERSION, ChangedMeanwhileError, Now

TEMPLATE = "analyst/report-texts.html"
PART = "analyst/_report_text_state.html"
desk = Desk("analyst-report-texts")


@dataclass(frozen=True)
class SectionForm:
    """A section to write. `refused`: why what was typed was not kept."""

    name: str
    number: int
    heading: str
    hint: str
    text: str
    version: int
    looked_at: bool
    saved_at: datetime | None
    refused: report_keeping.ReportError | None = None
    conflict: bool = False


@dataclass(frozen=True)
class TextsPage:
    """All sections of a report."""

    id: str
    title: str
    longest: int
    sections: tuple[SectionForm, ...]


@dataclass(frozen=True)
class TextState:
    """What the page says below a section that was just kept, or was not: `conflict` with another tab."""

    name: str
    version: int
    looked_at: bool
    saved_at: datetime | None
    conflict: bool = False
    refused: report_keeping.ReportError | None = None


@desk.page(f"{PAGE}/<report_id>/texts", TEMPLATE)
def texts(report_id: str) -> TextsPage:
    """The forms of all sections."""
    return _page(report_id)


@desk.form(f"{PAGE}/<report_id>/texts/<section>")
def put_text(report_id: str, section: str) -> Any:
    """Keep what was typed in one section. Nothing typed is lost: a conflict shows both texts."""
    typed, made_for = request.form.get("text", ""), _version()
    who = principal()
    try:
        report = report_keeping.keep_text(hub(), who, report_id, section, typed, made_for=made_for)
    except report_keeping.TextChangedError as error:
        return _conflict(report_id, section, made_for, error.now)
    except report_keeping.ReportError as error:
        if wants_part():
            return page(PART, 422, model=TextState(section, made_for, False, None, refused=error))
        return shown((_page(report_id, (section, typed, error)), 422), TEMPLATE)
    if wants_part():
        kept = report.texts[section]
        return page(PART, model=TextState(section, kept.version, kept.looked_at, kept.saved_at))
    return redirect(f"{PAGE}/{report_id}/texts#{section}", 303)


def _conflict(report_id: str, section: str, made_for: int, now: ReportText | None) -> Any:
    """In a part of the page a sentence, else both texts side by side."""
    if wants_part():
        return page(PART, 409, model=TextState(section, made_for, False, None, conflict=True))
    version, text = ("0", "") if now is None else (str(now.version), now.text)
    raise ChangedMeanwhileError(Now(version, text, f"{PAGE}/{report_id}/texts#{section}"))


def _version() -> int:
    typed = request.form.get(VERSION, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1


def _page(report_id: str, refused: tuple[str, str, report_keeping.ReportError] | None = None) -> TextsPage:
    with hub().store.reading() as view:
        report = report_keeping.own(view.reports, principal(), report_id)
    template = TEMPLATES[report.template]
    return TextsPage(
        id=report.id,
        title=analyst_wording.say(template.title) % {"year": report.year},
        longest=report_keeping.LONGEST_TEXT,
        sections=tuple(
            _form(plan, number, report.texts.get(plan.name), refused)
            for number, plan in enumerate(template.sections, 1)
        ),
    )


def _form(
    plan: SectionPlan,
    number: int,
    kept: ReportText | None,
    refused: tuple[str, str, report_keeping.ReportError] | None,
) -> SectionForm:
    typed, error = (refused[1], refused[2]) if refused and refused[0] == plan.name else (None, None)
    return SectionForm(
        plan.name,
        number,
        analyst_wording.say(plan.heading),
        analyst_wording.say(plan.hint),
        typed if typed is not None else "" if kept is None else kept.text,
        0 if kept is None else kept.version,
        kept is None or kept.looked_at,
        None if kept is None else kept.saved_at,
        error,
    )
