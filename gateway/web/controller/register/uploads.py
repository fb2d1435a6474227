"""Uploads of the register: checked against the mapping at first, loaded by a second, deliberate step."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from gateway.errors import SafelaneError
from gateway.member.model.record_changes import Change, Changes
from gateway.sources.files.uploaded import DESK_ENDINGS, accepted, check_kinds, check_names
from gateway.sources.files.uploads import LARGEST, Upload, safe_name
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError, SourceError, UploadError
from gateway.sources.model.mapping import SourceMapping
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.jobs.job_pages import STOP_ASKING, Work, shown_work
from gateway.web.controller.jobs.start_job import begin_draft, begin_upload, who
from gateway.web.controller.register import load_choices
from gateway.web.controller.register.desk_upload import PREVIEW, Step, at_desk, fixes, upload_at
from gateway.web.controller.register.load_choices import Asked
from gateway.web.controller.register.loads import PAGE, desk
from gateway.web.controller.register.quality import Report, named_in_report, report_view
from gateway.web.shared.desk import Model, shown, wants_part
from gateway.web.shared.languages import number, translated

UPLOAD = f"{PAGE}/upload"
ONE = f"{UPLOAD}/<upload_id>"
FIELD, DATE = "register", "as_of"


@dataclass(frozen=True)
class UploadForm:
    """`tables` are the tables of the mapping, none without a mapping; `note`: why the mapping does not help.

    `source`: the name of the source that is set for the node.
    """

    tables: tuple[str, ...]
    endings: tuple[str, ...]
    megabytes: int
    note: tuple[str, str] | None = None
    refused: tuple[str, str] | None = None
    as_of: str = ""
    source: str | None = None
    about: str = ""
    """The column of a finding that is to be corrected."""


@dataclass(frozen=True)
class Checked:
    """The findings of a check. `changes`: kind, number of cases, years; None for a first load.

    `gone`: whether cases of the newest snapshot are missing.
    """

    rows: int
    casualties: int
    until: date
    unread: int
    report: Report
    changes: tuple[tuple[str, int, str], ...] | None
    gone: bool
    asked: Asked


@dataclass(frozen=True)
class UploadOne:
    """An upload, the newest job about the upload, and the findings of a check.

    `refused`: what was not said when the upload was to be loaded; `chosen`: what was.
    """

    upload: Upload
    kept_until: datetime
    work: Work | None
    checked: Checked | None
    steps: tuple[Step, ...]
    refused: str = ""
    chosen: Mapping[str, Any] = field(default_factory=dict)
    fixes: Mapping[str, str] = field(default_factory=dict)
    """Table and column of a finding -> the place of the mapping desk where it can be corrected."""


@desk.page(UPLOAD, "controller/upload.html")
def upload() -> Model:
    return replace(_form(), about=named_in_report(request.args.get("about", "")))


@desk.form(UPLOAD)
def take_upload() -> Model:
    """Keep the uploaded files; then check them, or look at their columns if the mapping does not read them.

    With `do=source` the columns of the source that is set for the node are looked at; nothing is uploaded.
    """
    context, todo = desk_context(), request.form.get("do", "")
    try:
        as_of, now = _register_date(), context.node.clock.now()
        about = named_in_report(request.form.get("about", ""))
        if todo == "source" and context.place is not None:
            made, fits = context.uploads.add_source(context.place, who(), now, as_of, about), False
        else:
            files = [
                (file.filename or "", file.stream) for file in request.files.getlist(FIELD) if file.filename
            ]
            if not files:
                raise UploadError(_("No file was chosen."), remedy=_("Choose the file of the register."))
            names = [safe_name(name) for name, _stream in files]
            fits = todo != "columns" and not about and _fits(names)
            if not fits:
                check_kinds(names)
            made = context.uploads.add(files, who(), now, as_of, about)
    except SourceError as error:
        return shown((_form(_refusal_text(error)), 422), "controller/upload.html")
    with suppress(Conflict):  # other work is under way: the page has a button
        if not fits:
            begin_draft(made.id, {})
        else:
            begin_upload(Kind.CHECK, made.id)
    return redirect(f"{UPLOAD}/{made.id}" if fits else f"{UPLOAD}/{made.id}/columns", 303)


def _fits(names: Sequence[str]) -> bool:
    """Whether the mapping of the node reads files of these names."""
    try:
        mapping = _mapping()
        if mapping is not None:
            check_names(names, mapping)
    except (UploadError, MappingError):
        return False
    return mapping is not None


@desk.page(ONE, "controller/upload-one.html", fragment="controller/upload-body.html")
def upload_one(upload_id: str) -> Model:
    page = _one(upload_at(upload_id))
    running = page.work is not None and page.work.state == "running"
    return page, STOP_ASKING if wants_part() and not running else 200


@desk.form(ONE)
def upload_next(upload_id: str) -> Model:
    """Load the upload, check the upload again, or discard it."""
    found = upload_at(upload_id)
    todo = request.form.get("do", "")
    if todo == "columns":
        begin_draft(found.id, {})
        return redirect(f"{UPLOAD}/{found.id}/columns", 303)
    if todo == "away":
        job = desk_context().jobs.newest(found.id)
        if job is not None:
            desk_context().jobs.cancel(job.id)
        desk_context().uploads.remove(found.id)
        return redirect(PAGE, 303)
    page = _one(found)
    if todo == "load" and page.checked is not None:
        choices = load_choices.chosen()
        if lacking := load_choices.unanswered(page.checked.asked, choices):
            return shown((replace(page, refused=lacking, chosen=choices), 422), "controller/upload-one.html")
        return redirect(f"/controller/work/{begin_upload(Kind.LOAD, found.id, choices).id}", 303)
    begin_upload(Kind.CHECK, found.id)
    return redirect(f"{UPLOAD}/{found.id}", 303)


def _register_date() -> date | None:
    """The register date that was typed, None for the day of the load. Raises UploadError."""
    typed = request.form.get(DATE, "").strip()
    if not typed:
        return None
    remedy = _("Give the day on which the register was exported, or leave the field empty for today.")
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise UploadError(_("The date of the register is not a date."), remedy=remedy) from None
    if day > desk_context().node.clock.now().date():
        raise UploadError(_("The date of the register lies in the future."), remedy=remedy)
    return day


def _form(refused: tuple[str, str] | None = None) -> UploadForm:
    most, place = LARGEST >> 20, desk_context().place
    typed = request.form.get(DATE, "")
    tables: tuple[str, ...] = ()
    note = None
    try:
        mapping = _mapping()
    except MappingError as error:
        mapping, note = None, _refusal_text(error)
    else:
        if mapping is None:
            note = (
                _("This node has no mapping yet. The mapping says what the columns of the register mean."),
                _("Upload the register: you see its columns with suggestions, and say what they mean."),
            )
    if mapping is not None:
        tables = tuple(name for table in mapping.tables for name in table.names)
        if not accepted(mapping):
            note = (
                _("The mapping reads a database."),
                _("Load the database directly, or upload files: you then say what their columns mean."),
            )
    return UploadForm(tables, DESK_ENDINGS, most, note, refused, typed, place)


def _refusal_text(error: SafelaneError) -> tuple[str, str]:
    return translated(error.message), translated(error.remedy)


def _mapping() -> SourceMapping | None:
    text, node = desk_context().mapping(), desk_context().node
    return None if text is None else parse_mapping(text, node.dictionary, member=node.member)


def _one(found: Upload) -> UploadOne:
    at, noted = at_desk(found.id), desk_context().uploads.noted(found)
    job = desk_context().jobs.newest(found.id)
    if job is not None and job.kind is Kind.DRAFT:
        job = None  # the page of the columns shows it
    if noted is not None and not load_choices.complete(noted):
        noted = None  # checked by an older version: it has to be checked again
    return UploadOne(
        upload=found,
        kept_until=found.until,
        work=None if job is None else shown_work(job),
        checked=None if noted is None else _checked(noted),
        steps=at.steps(PREVIEW),
        fixes={} if at.draft is None else fixes(at.draft, found.id),
    )


def _checked(noted: dict[str, Any]) -> Checked:
    changes = None if noted["changes"] is None else Changes.from_text(noted["changes"])
    return Checked(
        rows=noted["rows"],
        casualties=noted["casualties"],
        until=date.fromisoformat(noted["until"]),
        unread=noted["unread"],
        report=report_view(noted["report"]),
        changes=None if changes is None else tuple(_changes(changes)),
        gone=changes is not None and changes.total(Change.GONE) > 0,
        asked=load_choices.asked(noted),
    )


def _changes(found: Changes) -> Iterator[tuple[str, int, str]]:
    for change, years in found.counts.items():
        counts = ", ".join(f"{year}: {number(n)}" for year, n in sorted(years.items()))
        yield _CHANGES[change](), found.total(change), counts


_CHANGES = {
    Change.NEW: lambda: _("new cases"),
    Change.LATE: lambda: _("cases reported late"),
    Change.CORRECTED: lambda: _("cases corrected"),
    Change.GONE: lambda: _("cases no longer in the register"),
    Change.WITHDRAWN: lambda: _("cases whose consent was withdrawn"),
    Change.GIVEN: lambda: _("cases whose consent was given"),
}
