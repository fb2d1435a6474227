"""Which releases of a person are tables of PxWeb: the newest of each table of a ready-made question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.dictionary import SERVICE_DATE, Dictionary
from gateway.dictionary.model import CALENDARS
from gateway.hub.ports import View
from gateway.picturing import Words
from gateway.picturing.labels import Labels
from gateway.picturing.words import capital
from gateway.question import Question
from gateway.wire.cells import TOTAL
from gateway.wire.release import Release


@dataclass(frozen=True)
class Table:
    """A release under the name of the table that it answers."""

    id: str
    release: Release

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
            "description": "",
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
    """The tables of a person by name: the newest release of the newest question with exactly these levels.

    A question with filters is another question, but for the year of service, which every question about
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
    return {name: found[name] for name in named.values() if name in found}


def _whole(dictionary: Dictionary, question: Question) -> bool:
    return all(dictionary.of_dimension(one.level, SERVICE_DATE) for one in question.where)
