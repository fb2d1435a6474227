"""The mapping desk, words: what each word counts as, how dates are written, what holds for every row."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from gateway.sources.desk.corrections import Corrections, corrected
from gateway.sources.desk.desk_draft import UNKNOWN, DeskColumn, DeskDraft
from gateway.sources.desk.kept_draft import draft_json
from gateway.sources.mapping.document_text import document_text
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.dates import ERAS
from gateway.sources.model.errors import MappingError
from gateway.sources.model.targets import targets
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.jobs.job_pages import STOP_ASKING, Work
from gateway.web.controller.jobs.start_job import begin_upload
from gateway.web.controller.register.desk_upload import UPLOADS, WORDS, AtDesk, Step, at_desk
from gateway.web.controller.register.loads import PAGE as LOADS
from gateway.web.controller.register.loads import desk
from gateway.web.controller.register.meaning_labels import Options, code_options, meaning_label
from gateway.web.shared.desk import Model, shown, wants_part
from gateway.web.shared.languages import translated

PAGE = f"{UPLOADS}/<upload_id>/words"
TEMPLATE, PART = "controller/words.html", "controller/words-body.html"


@dataclass(frozen=True)
class WordShown:
    """A word of the file: `field` of the form, its `rows`, and what it counts as. `check`: nobody is sure."""

    field: str
    word: str
    rows: int
    code: str
    check: bool


@dataclass(frozen=True)
class CodedShown:
    """A column of words. `options`: what a word can count as."""

    number: int
    heading: str
    means: str
    words: tuple[WordShown, ...]
    more: int
    options: Options


@dataclass(frozen=True)
class DatedShown:
    """A column of dates. `formats`: each with its cells and whether it counts. `era` is one of `eras`."""

    number: int
    heading: str
    means: str
    formats: tuple[tuple[str, int, bool], ...]
    era: str
    eras: Options
    cells: int
    unread: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class AmountShown:
    """A column of money, and how much of its currency makes a US dollar."""

    number: int
    heading: str
    unit: str


@dataclass(frozen=True)
class ConstantShown:
    """A meaning that no column has, and what it is for every row."""

    name: str
    means: str
    code: str
    options: Options


@dataclass(frozen=True)
class WordsPage:
    """The step "Words and codes". `faults`: why the mapping cannot be used as it is."""

    upload_id: str
    names: tuple[str, ...]
    steps: tuple[Step, ...]
    work: Work | None
    version: str
    drafted: bool = False
    coded: tuple[CodedShown, ...] = ()
    dated: tuple[DatedShown, ...] = ()
    amounts: tuple[AmountShown, ...] = ()
    constants: tuple[ConstantShown, ...] = ()
    to_check: int = 0
    faults: tuple[str, ...] = ()


@desk.file(PAGE)
def words(upload_id: str) -> Response:
    found = at_desk(upload_id)
    status = STOP_ASKING if wants_part() and not found.running else 200
    return shown((_page(found, found.draft), status), TEMPLATE, PART)


@desk.form(PAGE)
def say_words(upload_id: str) -> Model:
    """Keep what was said of the words; the mapping is used only where its own reader takes it."""
    found = at_desk(upload_id)
    if found.draft is None:
        return redirect(f"{UPLOADS}/{found.upload.id}/columns", 303)
    found.require(f"{UPLOADS}/{found.upload.id}/words")
    made = corrected(found.draft, _said(found.draft))
    text, node = document_text(made.document), desk_context().node
    try:
        parse_mapping(text, node.dictionary, member=node.member)
    except MappingError as error:
        return shown((_page(found, made, tuple(_faults(error))), 422), TEMPLATE)
    desk_context().uploads.keep_mapping(found.upload, draft_json(made), text)
    if request.form.get("do") == "keep":
        return redirect(LOADS, 303)
    with suppress(Conflict):  # other work is under way: the page has a button
        begin_upload(Kind.CHECK, found.upload.id)
    return redirect(f"{UPLOADS}/{found.upload.id}", 303)


def _said(draft: DeskDraft) -> Corrections:
    form, node = request.form, desk_context().node
    known = targets(node.dictionary, node.member)
    words, formats, eras, units = {}, {}, {}, {}
    for column in draft.columns:
        if column.words and column.meaning in known:
            codes = known[column.meaning].codes | {UNKNOWN, ""}
            typed = [form.get(f"w{column.number}-{n}", word.code) for n, word in enumerate(column.words)]
            words[column.number] = [
                code if code in codes else word.code for code, word in zip(typed, column.words, strict=True)
            ]
        if column.dates is not None and f"era{column.number}" in form:
            formats[column.number] = form.getlist(f"f{column.number}")
            era = form[f"era{column.number}"]
            eras[column.number] = era if era in ERAS else column.dates.era
        if column.unit is not None:
            units[column.number] = form.get(f"u{column.number}", column.unit).strip()
    constants = {
        name: form[f"same-{name}"]
        for name, _code in _constants(draft)
        if form.get(f"same-{name}") in known[name].codes
    }
    return Corrections(words, formats, eras, units, constants)


def _constants(draft: DeskDraft) -> list[tuple[str, str]]:
    node = desk_context().node
    known = targets(node.dictionary, node.member)
    found = draft.document.get("constants", {})
    return [(n, str(c)) for n, c in found.items() if n in known] if isinstance(found, dict) else []


def _faults(error: MappingError) -> Iterator[str]:
    """The faults of a mapping, without lines: nobody has seen its text here."""
    for fault in error.faults:
        yield f"{fault.key}: {fault.problem}" if fault.key else str(fault.problem)


def _page(found: AtDesk, draft: DeskDraft | None, faults: tuple[str, ...] = ()) -> WordsPage:
    steps = found.steps(WORDS)
    if draft is None or found.running:
        return WordsPage(found.upload.id, found.upload.names, steps, found.work, found.version)
    coded = tuple(_coded(column) for column in draft.columns if column.words)
    dated = tuple(_dated(column) for column in draft.columns if column.dates is not None)
    return WordsPage(
        found.upload.id,
        found.upload.names,
        steps,
        found.work,
        found.version,
        drafted=True,
        coded=coded,
        dated=dated,
        amounts=tuple(AmountShown(c.number, c.heading, c.unit) for c in draft.columns if c.unit is not None),
        constants=tuple(_constant(name, code) for name, code in _constants(draft)),
        to_check=sum(word.check for column in coded for word in column.words),
        faults=faults,
    )


def _coded(column: DeskColumn) -> CodedShown:
    node = desk_context().node
    options = (
        ("", _("not explained: reported, counts as unknown")),
        (UNKNOWN, _("means “not known”")),
        *code_options(node.dictionary, node.member, column.meaning),
    )
    words = tuple(
        WordShown(f"w{column.number}-{n}", one.word, one.rows, one.code, one.doubtful or not one.code)
        for n, one in enumerate(column.words)
    )
    means = meaning_label(node.dictionary, column.meaning)
    return CodedShown(column.number, column.heading, means, words, column.more_words, options)


def _dated(column: DeskColumn) -> DatedShown:
    dates = column.dates
    assert dates is not None  # noqa: S101 - asked by the caller
    eras = tuple((era, say()) for era, say in _ERAS.items())
    return DatedShown(
        column.number,
        column.heading,
        meaning_label(desk_context().node.dictionary, column.meaning),
        tuple((form, rows, form in dates.chosen) for form, rows in dates.formats),
        dates.era,
        eras,
        dates.cells,
        dates.unread,
        tuple(map(translated, column.notes)),
    )


def _constant(name: str, code: str) -> ConstantShown:
    node = desk_context().node
    options = code_options(node.dictionary, node.member, name)
    return ConstantShown(name, meaning_label(node.dictionary, name), code, options)


_ERAS: Mapping[str, Callable[[], str]] = {
    "CE": lambda: _("common era (2020)"),
    "BE": lambda: _("Buddhist era (2563)"),
    "either": lambda: _("both, told apart by the year"),
}
