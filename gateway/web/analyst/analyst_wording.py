"""Questions, members' outlooks and refusals in the words of the page's language."""

from collections.abc import Iterator, Sequence
from functools import cache

from flask_babel import gettext as _

from gateway.dictionary import SERVICE_DATE, Dictionary, DictionaryError
from gateway.hub.sharing_statements import Expected, Outlook
from gateway.picturing import Words
from gateway.question import COUNTRY, Question, year_of_service
from gateway.web.analyst.draft import YEARS
from gateway.web.shared.languages import number
from gateway.wire.answer import Refusal
from gateway.wire.release import Coverage

MOST_NAMED = 6
"""Codes of a filter that a title names; of further codes the title gives the number."""


def words() -> Words:
    """The language of the page, for tables and pictures.

    Each word is looked up once: a large table says the same few thousands of times, and every look-up of the
    language costs more than laying out the cell.
    """
    return Words(say=cache(say), number=cache(number))


def say(text: str) -> str:
    """The translation of an English text defined elsewhere: a label of the dictionary, a msgid."""
    return str(_(text)) if text else ""


def measure(dictionary: Dictionary, name: str) -> str:
    return say(dictionary.measures[name].label) if name in dictionary.measures else name


def purpose(dictionary: Dictionary, name: str) -> str:
    return say(dictionary.purposes[name].label) if name in dictionary.purposes else name


def level(dictionary: Dictionary, name: str) -> str:
    """The label of a level. The label of a single yes-or-no question names its attribute too."""
    if name == COUNTRY:
        return str(_("country"))
    found = dictionary.levels.get(name)
    if found is None:
        return name
    dimension = dictionary.dimensions[found.dimension]
    return f"{say(dimension.part_of)}: {say(found.label)}" if dimension.yes_no else say(found.label)


def code(dictionary: Dictionary, named: str, value: str) -> str:
    try:
        return say(dictionary.member(value).name if named == COUNTRY else dictionary.code(named, value))
    except DictionaryError:
        return value


def title(dictionary: Dictionary, question: Question) -> str:
    """`People killed or injured, by country and year; sex: female`, or `Clients of assistance in 2024`."""
    what = measure(dictionary, question.measure)
    what = what[:1].upper() + what[1:]
    where = {f.level: f.codes for f in question.where}
    year = year_of_service(dictionary, question.measure, where)
    if year:
        what = str(_("%(what)s in %(year)s", what=what, year=year))
    if question.by:
        by = listed([level(dictionary, name) for name in question.by])
        what = str(_("%(what)s, by %(levels)s", what=what, levels=by))
    return "; ".join([what, *_filters(dictionary, question, SERVICE_DATE if year else "")])


def listed(several: Sequence[str]) -> str:
    """`a, b and c`."""
    *front, last = several
    return str(_("%(first)s and %(last)s", first=", ".join(front), last=last)) if front else last


def refusal(reason: Refusal) -> str:
    return say(reason.meaning)


def outlook(expected: Outlook) -> str:
    """What a member will most likely do, as a sentence without its subject."""
    if expected.expected is Expected.ANSWER:
        return str(_("will answer"))
    if expected.expected is Expected.ASK_A_PERSON:
        return str(_("approval by a person is required first"))
    if expected.expected is Expected.UNKNOWN:
        return str(_("does not declare what it shares"))
    why = listed([refusal(reason) for reason in expected.why])
    return str(_("will not answer: %(why)s", why=why))


def coverage(one: Coverage) -> str:
    """A member's contribution to a table, as a sentence without its subject."""
    if one.answered:
        if one.earlier is not None:
            return str(_("is offline; this is its earlier answer to the same question"))
        return str(_("answered late") if one.late else _("answered"))
    if one.refusals:
        return str(_("refused: %(why)s", why=listed([refusal(reason) for reason in one.refusals])))
    if one.waiting:
        return str(_("approval was still pending"))
    if one.never_called:
        return str(_("has never connected to the hub"))
    return str(_("was offline") if one.offline_since else _("did not answer in time"))


def within(seconds: int) -> str:
    """How long members are given."""
    return {
        30: str(_("half a minute: automatic answers only")),
        3600: str(_("an hour")),
        24 * 3600: str(_("a day: time for people to review answers")),
        7 * 24 * 3600: str(_("a week")),
    }.get(seconds, str(_("%(n)d seconds", n=seconds)))


def _filters(dictionary: Dictionary, question: Question, without: str) -> Iterator[str]:
    """The filters in words, but for those of the dimension `without`."""
    for f in question.where:
        if without and dictionary.of_dimension(f.level, without):
            continue
        name = level(dictionary, f.level)
        if f.level in YEARS and _row(f.codes):
            years = str(_("%(since)s to %(until)s", since=f.codes[0], until=f.codes[-1]))
            yield f"{name}: {years if len(f.codes) > 1 else f.codes[0]}"
        elif len(f.codes) > MOST_NAMED:
            yield str(_("%(level)s: %(n)d selected", level=name, n=len(f.codes)))
        else:
            yield f"{name}: {', '.join(code(dictionary, f.level, c) for c in f.codes)}"


def _row(years: Sequence[str]) -> bool:
    return [int(y) for y in years] == list(range(int(years[0]), int(years[0]) + len(years)))
