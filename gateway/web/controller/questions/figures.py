"""Registered figures: numbers that the country has published elsewhere, so that everybody knows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import redirect, request
from flask_babel import gettext as _

from gateway.errors import SafelaneError
from gateway.member.build.figure_register import (
    FigureStatus,
    check,
    comparing,
    figure_statuses,
    register,
    withdraw,
)
from gateway.member.errors import FigureRefusedError
from gateway.member.model.registered_figure import TIME, PublishedFigure
from gateway.member.node.signed_statements import digest
from gateway.web.controller.common import wording
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.jobs.start_job import who
from gateway.web.shared.desk import Desk, Model, shown

desk = Desk("controller-figures")

PAGE = "/controller/figures"
TEMPLATE = "controller/figures.html"
SEEN = "seen"
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """A figure in words. `state`: known, waits, not-in-register or withdrawn."""

    entry: int
    what: str
    value: int
    source: str
    published: date
    by: str
    state: str
    contradicted: bool


@dataclass(frozen=True)
class Dimension:
    """A dimension to choose a code of; `chosen` is the chosen code."""

    name: str
    label: str
    options: Options
    chosen: str


@dataclass(frozen=True)
class Figures:
    """The list, and the form. `asked`: the sentence to confirm, about the figure that `seen` names."""

    rows: tuple[Row, ...]
    dimensions: tuple[Dimension, ...]
    typed: Mapping[str, str]
    asked: str = ""
    seen: str = ""
    contradicted: bool = False
    refused: SafelaneError | None = None
    done: str = ""


@desk.page(PAGE, TEMPLATE)
def figures() -> Model:
    done = {
        "registered": _("The figure is registered. Tables made from now on treat it as publicly known."),
        "withdrawn": _("The figure is withdrawn. Tables made from now on ignore it."),
    }
    return _page(done=done.get(request.args.get("done", ""), ""))


@desk.form(PAGE)
def register_figure() -> Model:
    """The first step shows the figure to be registered; the second step registers the figure."""
    try:
        figure = _typed_figure()
        check(desk_context().node, figure)
        if request.form.get("do") == "register" and request.form.get(SEEN) == _token(figure):
            register(desk_context().node, figure, who())
            return redirect(f"{PAGE}?done=registered", 303)
    except FigureRefusedError as error:
        return shown((_page(refused=error), 422), TEMPLATE)
    node = desk_context().node
    with node.store.reading() as view:
        differs = comparing(node, view)(figure)
    asked = _(
        "Publicly known, from %(source)s: %(what)s: %(value)s.",
        source=figure.source,
        what=_what(figure),
        value=figure.value,
    )
    page = replace(_page(), asked=asked, seen=_token(figure), contradicted=bool(differs))
    return shown(page, TEMPLATE)


@desk.form(f"{PAGE}/<int:entry>/withdraw")
def withdraw_figure(entry: int) -> Model:
    try:
        withdraw(desk_context().node, entry)
    except FigureRefusedError as error:
        return shown((_page(refused=error), 409), TEMPLATE)
    return redirect(f"{PAGE}?done=withdrawn", 303)


def _token(figure: PublishedFigure) -> str:
    """The token of the reviewed figure: a figure that is typed differently afterwards is reviewed again."""
    return digest("\n".join((figure.known(), figure.source, figure.published.isoformat())))


def _page(*, refused: SafelaneError | None = None, done: str = "") -> Figures:
    typed = {name: request.form.get(name, "")[:500] for name in (TIME, "value", "source", "published")}
    return Figures(
        rows=tuple(map(_row, figure_statuses(desk_context().node))),
        dimensions=tuple(_dimensions()),
        typed=typed,
        refused=refused,
        done=done,
    )


def _typed_figure() -> PublishedFigure:
    """The typed figure. Raises FigureRefusedError."""
    cell = {each.name: each.chosen for each in _dimensions() if each.chosen}
    value = request.form.get("value", "").strip()
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise FigureRefusedError(
            _("The number of people is not valid."), remedy=_("Enter a whole number, 0 or larger.")
        )
    try:
        published = date.fromisoformat(request.form.get("published", ""))
    except ValueError:
        raise FigureRefusedError(
            _("The day of publication is missing."),
            remedy=_("Enter the day on which the figure was published."),
        ) from None
    when = {TIME: request.form.get(TIME, "").strip()}
    return PublishedFigure({**when, **cell}, int(value), request.form.get("source", "").strip(), published)


def _dimensions() -> Iterator[Dimension]:
    """The choices beside the date; multi-valued attributes are left to the command."""
    node = desk_context().node
    for name, dimension in node.dictionary.dimensions.items():
        of_people = dimension.of_people and "." not in name
        if name == TIME or not of_people or not dimension.level_names(node.member):
            continue
        finest = dimension.level_names(node.member)[0]
        codes = node.dictionary.hierarchy(name, finest, node.member).codes[1:]
        options = tuple((code, wording.value(node.dictionary, name, code)) for code in codes)
        chosen = request.form.get(f"where-{name}", "")
        label = wording.dimension(node.dictionary, name)
        yield Dimension(name, f"{label[:1].upper()}{label[1:]}", options, chosen if chosen in codes else "")


def _row(one: FigureStatus) -> Row:
    figure = one.registered.figure
    if one.registered.withdrawn is not None:
        state = "withdrawn"
    elif one.taken_in:
        state = "known"
    else:
        state = "not-in-register" if one.contradicted is None else "waits"
    return Row(
        entry=one.registered.index,
        what=_what(figure),
        value=figure.value,
        source=figure.source,
        published=figure.published,
        by=one.registered.by,
        state=state,
        contradicted=bool(one.contradicted),
    )


def _what(figure: PublishedFigure) -> str:
    """The population of a figure, in words: the date first."""
    dictionary = desk_context().node.dictionary
    others = [wording.value(dictionary, name, code) for name, code in figure.cell.items() if name != TIME]
    return ", ".join([figure.cell[TIME], *(others or [_("all casualties")])])
