"""The words of the log's search: names of conditions in the page's language, and conditions in words."""

from collections.abc import Iterator
from datetime import date

from babel.dates import get_month_names
from flask_babel import get_locale, gettext

from gateway.dictionary import regional
from gateway.web.auditor import typed_search
from gateway.web.auditor.entry_kinds import KINDS
from gateway.web.auditor.typed_search import ReadSearch
from gateway.web.shared.languages import ENGLISH, day, spoken, translated
from gateway.wire.answer import Refusal

OUTCOMES = ("answered", "refused", "missing", "earlier", "denied")


def read_words(typed: str, organisations: tuple[str, ...] = ()) -> ReadSearch:
    """What a person typed, as conditions. Names are known in English and in the language of the page."""
    named = [*(("organisation", one, (one,)) for one in organisations), *_named()]
    months = get_month_names("wide", locale=get_locale() or ENGLISH)
    return typed_search.read(typed, typed_search.names_of(named), [months[n] for n in range(1, 13)])


def _named() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Outcomes come before kinds of the same name: an outcome finds what a release says of a member, too."""
    dictionary = regional()

    def names(*texts: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*texts, *map(translated, texts))))

    for outcome in OUTCOMES:
        yield "outcome", outcome, names(outcome)
    for kind in KINDS:
        yield "type", kind, names(kind.replace("-", " "), kind)
    for code, member in dictionary.members.items():
        yield "member", code, (code, *names(member.name))
    for purpose in dictionary.purposes.values():
        yield "purpose", purpose.name, (purpose.name, *names(purpose.label))
    for reason in Refusal:
        yield "reason", reason.value, (reason.value, *names(reason.value.replace("-", " "), reason.meaning))


def label_of(name: str) -> str:
    """A field of the search in words."""
    labels = {
        "type": gettext("Kind"),
        "member": gettext("Member"),
        "outcome": gettext("Result"),
        "organisation": gettext("Organisation"),
        "purpose": gettext("Purpose"),
        "actor": gettext("Person"),
        "question": gettext("Question"),
        "reason": gettext("Reason"),
        "since": gettext("From"),
        "until": gettext("Before"),
    }
    return labels.get(name, name)


def words_for(name: str, value: str) -> str:
    """A value of a field in words; a value that nobody knows stands as it is."""
    dictionary = regional()
    if name in ("type", "outcome"):
        return spoken(value)
    if name == "member" and value in dictionary.members:
        return translated(dictionary.members[value].name)
    if name == "purpose" and value in dictionary.purposes:
        return translated(dictionary.purposes[value].label)
    if name == "reason" and value in set(Refusal):
        return translated(Refusal(value).meaning)
    if name in ("since", "until"):
        return day(date.fromisoformat(value))
    return value
