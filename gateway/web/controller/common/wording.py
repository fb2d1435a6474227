"""Questions, times and cells in the words of an office, for the pages of the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from gateway.dictionary import Dictionary, DictionaryError
from gateway.member.answer.decision import LoggedQuestion
from gateway.question import COUNTRY


def say_question(dictionary: Dictionary, put: LoggedQuestion) -> str:
    """A question in one sentence: requester, measure, breakdown, filters and purpose."""
    return _(
        "%(who)s (%(role)s) asks for %(what)s%(by)s%(where)s, for %(purpose)s.",
        who=put.organisation,
        role=_(put.role),
        what=measure(dictionary, put.measure),
        by=_by(dictionary, put.by),
        where=_where(dictionary, put),
        purpose=purpose(dictionary, put.purpose),
    )


def measure(dictionary: Dictionary, name: str) -> str:
    return _(dictionary.measures[name].label) if name in dictionary.measures else name


def purpose(dictionary: Dictionary, name: str) -> str:
    return _(dictionary.purposes[name].label) if name in dictionary.purposes else name


def level(dictionary: Dictionary, name: str) -> str:
    """The label of a level; the word itself for a former level in an old entry."""
    if name == COUNTRY:
        return _("country")
    return _(dictionary.levels[name].label) if name in dictionary.levels else name


def ready_made(dictionary: Dictionary, name: str) -> str:
    """The label of a ready-made question, by the name of its table; of the table too if there are several."""
    for question in dictionary.ready_made.values():
        if question.name == name:
            return _(question.label)
        for table in question.tables:
            if table.name == name:
                label = level(dictionary, table.label) if table.label in dictionary.levels else table.label
                return f"{_(question.label)}: {_(label)}" if label else _(question.label)
    return name


def dimension(dictionary: Dictionary, name: str) -> str:
    return _(dictionary.dimensions[name].label) if name in dictionary.dimensions else name


def code(dictionary: Dictionary, level_name: str, name: str) -> str:
    """The label of a code, such as a province's name; the code itself for a code without a label."""
    try:
        if level_name == COUNTRY:
            return _(dictionary.member(name).name)
        label = dictionary.label(level_name, name)
        return name if label is None else _(label)
    except DictionaryError:
        return name


def value(dictionary: Dictionary, dimension_name: str, name: str) -> str:
    """The label of a code, for any level of a dimension."""
    if dimension_name in dictionary.dimensions:
        for each in dictionary.dimensions[dimension_name].levels:
            label = code(dictionary, each.name, name)
            if label != name:
                return label
    return name


def listed(words: Iterable[str]) -> str:
    """`a, b and c`, in the order given."""
    *front, last = list(words) or [_("nothing")]
    return _("%(front)s and %(last)s", front=", ".join(front), last=last) if front else last


def time_left(until: datetime, now: datetime) -> str:
    """The remaining time, in its two largest units."""
    left = max(timedelta(), until - now)
    hours, minutes = left.seconds // 3600, left.seconds % 3600 // 60
    if left.days:
        days = ngettext("%(num)d day", "%(num)d days", left.days)
        return f"{days} {ngettext('%(num)d hour', '%(num)d hours', hours)}" if hours else days
    if hours:
        return f"{ngettext('%(num)d hour', '%(num)d hours', hours)} {_('%(n)d min', n=minutes)}"
    return _("%(n)d min", n=minutes) if minutes else _("less than a minute")


def _by(dictionary: Dictionary, levels: tuple[str, ...]) -> str:
    if not levels:
        return ""
    return " " + _("by %(levels)s", levels=listed(level(dictionary, name) for name in levels))


def _where(dictionary: Dictionary, put: LoggedQuestion) -> str:
    if not put.where:
        return ""
    parts = [
        _(
            "%(level)s is %(codes)s",
            level=level(dictionary, each.dimension),
            codes=_or(code(dictionary, each.dimension, c) for c in each.codes),
        )
        for each in put.where
    ]
    return ", " + _("only where %(conditions)s", conditions=listed(parts))


def _or(words: Iterable[str]) -> str:
    *front, last = list(words)
    return _("%(front)s or %(last)s", front=", ".join(front), last=last) if front else last
