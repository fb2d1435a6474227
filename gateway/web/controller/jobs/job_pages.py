"""Long jobs as pages: progress, result, and cancellation."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import redirect
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gateway.member.node.sentences import from_json
from gateway.picturing import Layout
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.errors import raise_not_found
from gateway.web.controller.common.job_runner import Job, Kind, NoJobError
from gateway.web.controller.jobs.previews import Preview, preview, question_table
from gateway.web.controller.jobs.suggestions import Suggestions, suggestions
from gateway.web.shared.desk import Desk, Model, wants_part
from gateway.web.shared.languages import translated

desk = Desk("controller-work")

PAGE = "/controller/work"
ONE = f"{PAGE}/<job_id>"
STOP_ASKING = 286
"""The status that makes htmx stop polling."""


@dataclass(frozen=True)
class Work:
    """A job. `percent` counts up to 100; `error` is the problem and its remedy."""

    id: str
    kind: str
    title: str
    by: str
    since: datetime
    state: str
    step: str
    percent: int
    error: tuple[str, str] | None
    preview: Preview | None = None
    suggestions: Suggestions | None = None
    result: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class PreviewedQuestion:
    """A ready-made question as a recipient would see the answer."""

    job: str
    label: str
    recipient: str | None
    refusals: tuple[str, ...]
    table: Layout | None


@desk.page(ONE, "controller/work.html", fragment="controller/work-body.html")
def work(job_id: str) -> Model:
    job = _job(job_id)
    return shown_work(job), STOP_ASKING if wants_part() and not job.running else 200


@desk.page(f"{ONE}/questions/<name>", "controller/work-question.html")
def work_question(job_id: str, name: str) -> Model:
    job = _job(job_id)
    found = preview(job.result).questions if job.kind is Kind.PREVIEW and job.result is not None else ()
    for one in found:
        if one.name == name and job.result is not None:
            table = question_table(job.result, name)
            return PreviewedQuestion(job_id, one.label, one.recipient, one.refusals, table)
    raise NotFound(_("This preview does not contain the question."))


@desk.form(f"{ONE}/cancel")
def cancel(job_id: str) -> Model:
    """End a job now; anybody who may begin such jobs may end them, also those of other people."""
    job = _job(job_id)
    desk_context().jobs.cancel(job.id)
    return redirect(f"{PAGE}/{job.id}", 303)


def shown_work(job: Job) -> Work:
    """A piece of work for a page."""
    found = Work(
        id=job.id,
        kind=job.kind.value,
        title=_TITLES[job.kind](),
        by=job.by,
        since=job.since,
        state=job.state.value,
        step=translated(job.step),
        percent=round(100 * job.done),
        error=None if job.error is None else (translated(job.error[0]), translated(job.error[1])),
    )
    if job.result is None:
        return found
    if job.kind is Kind.PREVIEW:
        return replace(found, preview=preview(job.result))
    if job.kind is Kind.SUGGEST:
        return replace(found, suggestions=suggestions(job.result))
    note = job.result.get("fetch_note")
    said = {} if note is None else {"fetch_note": translated(from_json(note))}
    return replace(found, result=tuple({**job.result, **said}.items()))


def _job(job_id: str) -> Job:
    try:
        return desk_context().jobs.of(job_id)
    except NoJobError as error:
        raise_not_found(error)


_TITLES = {
    Kind.PREVIEW: lambda: _("What a policy would show"),
    Kind.SUGGEST: lambda: _("Suggested alternatives"),
    Kind.PROTECT: lambda: _("Protecting the tables"),
    Kind.DRAFT: lambda: _("Looking at the columns"),
    Kind.CHECK: lambda: _("Checking an upload"),
    Kind.LOAD: lambda: _("Loading the register"),
    Kind.EXAMINE: lambda: _("Checking the node"),
}
