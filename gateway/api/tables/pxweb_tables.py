"""Which releases of a person are tables of PxWeb: the newest of each ready-made and each saved question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.dictionary import SERVICE_DATE, Dictionary
from gateway.dictionary.model import CALENDARS
from gateway.hub.model import AskedQuestion, State
from gateway.hub.ports import View
from gateway.picturing import Words
from gateway.picturing.labels import Labels
from gateway.picturing.words import capital
from gateway.question import Question
from gateway.wire.cells import TOTAL
from gateway.wire.release import Release


@dataclass(frozen=True)
class Table:
    """A release under the name of the table that it answers. `description`: what its owner calls it."""

    id: str
    release: Release
    description: str = ""

    @property
    def moment(self) -> datetime:
        """When it was released."""
        return datetime.fromisoformat(self.release.released_at)

    def shown(self, dictionary: Dictionary, words: Words) -> dict[str, Any]:
        """The entry in a list of tables."""
        labels = Labels(dictionary, words)
        times = self._times(dictionary)
        measure = capital(labels.measure(self.release))
        return {
            "id": self.id,
            "label": labels.caption(self.release),
            "description": self.description,
            "updated": self.release.released_at,
            "firstPeriod": min(times, default=None),
            "lastPeriod": max(times, default=None),
            "category": "private",
            "variableNames": [capital(labels.level(axis.level)) for axis in self.release.axes],
            "discontinued": False,
            "source": ", ".join(c.member for c in self.release.coverage if c.answered),
            "timeUnit": "Annual" if times else "Other",
            "paths": [[{"id": str(self.release.question.get("measure", "")), "label": measure}]],
        }

    def _times(self, dictionary: Dictionary) -> list[str]:
        """The years or other codes of the table's calendar, if it has one."""
        for axis in self.release.axes:
            level = dictionary.levels.get(axis.level)
            if level is not None and level.dimension in CALENDARS:
                return [code for code in axis.codes if code != TOTAL]
        return []


def tables(dictionary: Dictionary, view: View, user: str) -> Mapping[str, Table]:
    """The tables of a person by name: of a ready-made question the newest release of the newest question with
    exactly these levels, and of a saved question that of the newest question in the same words.

    A question with filters is no ready-made question, but for the year of service, which every question about
    clients has.
    """
    named = {
        (table.measure, table.by): table.name
        for made in dictionary.ready_made.values()
        for table in made.tables
    }
    found: dict[str, Table] = {}
    for asked in view.questions_of(user):
        name = named.get((asked.question.measure, asked.question.by))
        if name is None or name in found or not _whole(dictionary, asked.question):
            continue
        releases = view.releases(asked.id)
        if releases:
            found[name] = Table(name, releases[-1].release)
    ready_made = {name: found[name] for name in named.values() if name in found}
    return {**ready_made, **_saved(view, user)}


def _saved(view: View, user: str) -> Mapping[str, Table]:
    """The tables of a person's saved questions by their numbers; none of a question without a table."""
    saved = view.saved.of(user)
    if not saved:
        return {}
    newest: dict[Question, AskedQuestion] = {}
    for asked in view.questions_of(user):
        if asked.state is State.RELEASED:
            newest.setdefault(asked.question, asked)
    found = {}
    for one in saved:
        asked_last = None if one.question is None else newest.get(one.question)
        if asked_last is not None:
            found[one.id] = Table(one.id, view.releases(asked_last.id)[-1].release, one.name)
    return found


def _whole(dictionary: Dictionary, question: Question) -> bool:
    return all(dictionary.of_dimension(one.level, SERVICE_DATE) for one in question.where)
