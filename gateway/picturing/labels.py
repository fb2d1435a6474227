"""The labels of a table's codes, and the title of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gateway.dictionary import SERVICE_DATE, Dictionary, DictionaryError, unknown_place
from gateway.picturing.grouping import is_group
from gateway.picturing.words import Words, capital, msgid
from gateway.question import COUNTRY, year_of_service
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.release import Release


@dataclass(frozen=True)
class Labels:
    """Labels in the language of `words`. A code that this dictionary does not know stays as written."""

    dictionary: Dictionary
    words: Words

    def level(self, level: str) -> str:
        """`outcome`, `five years`."""
        if level == COUNTRY:
            return self.words.say(msgid("country"))
        known = self.dictionary.levels.get(level)
        return level if known is None else self.words.say(known.label)

    def code(self, level: str, code: str) -> str:
        """`killed`, `Cambodia`; the root is `Total`. An unknown place names its country."""
        if code == TOTAL:
            return self._total
        try:
            if level == COUNTRY:
                return self.words.say(self.dictionary.member(code).name)
            label = self.dictionary.code(level, code)
        except (DictionaryError, KeyError):
            return code
        if code in self._nowhere:
            return f"{self.words.say(label)} ({self._nowhere[code]})"
        return self.words.say(label)

    def axis(self, axis: Axis, *, alone: bool = False) -> Mapping[str, str]:
        """The labels of an axis, by code. Places of several countries that are `alone` name theirs."""
        found = {code: self.code(axis.level, code) for code in axis.codes}
        if not alone or axis.level == COUNTRY or self.dictionary.levels[axis.level].dimension != "place":
            return found
        owner = self.dictionary.places.owner
        codes = [code for code in axis.codes if code != TOTAL and not is_group(code)]
        owners = {code: owner.get(code, "") for code in codes}
        if len(set(owners.values())) < 2:
            return found
        named = {code: f"{found[code]} ({self.code(COUNTRY, owners[code])})" for code in owners}
        return {
            code: text if code in self._nowhere else named.get(code, text) for code, text in found.items()
        }

    @cached_property
    def _nowhere(self) -> Mapping[str, str]:
        return {
            unknown_place(code): self.words.say(member.name)
            for code, member in self.dictionary.members.items()
        }

    @cached_property
    def _total(self) -> str:
        return self.words.say(msgid("Total"))

    def measure(self, release: Release) -> str:
        """`people killed or injured`."""
        name = str(release.question.get("measure", ""))
        known = self.dictionary.measures.get(name)
        return name if known is None else self.words.say(known.label)

    def caption(self, release: Release, axes: Sequence[Axis] | None = None) -> str:
        """`People killed or injured, by country and year; sex: female`, or `Clients of assistance in 2024`.

        `axes`: those that are shown, all unless they are named.
        """
        levels = [self.level(axis.level) for axis in (release.axes if axes is None else axes)]
        text = capital(self.measure(release))
        year = self.year_of_service(release)
        if year:
            text = self.words.filled(msgid("%(measure)s in %(year)s"), measure=text, year=year)
        if levels:
            text = self.words.filled(
                msgid("%(measure)s, by %(levels)s"), measure=text, levels=self.words.listed(levels)
            )
        named = SERVICE_DATE if year else ""
        return "; ".join([text, *self.filters(release, without=named)])

    def year_of_service(self, release: Release) -> str:
        """`2024`: the year in which clients of assistance are counted, "" for a table about others."""
        where: Mapping[str, list[str]] = release.question.get("where", {})
        return year_of_service(self.dictionary, str(release.question.get("measure", "")), where)

    def filters(self, release: Release, *, without: str = "") -> list[str]:
        """`sex: female`, one for each filter of the question that is of no dimension `without`."""
        where: Mapping[str, list[str]] = release.question.get("where", {})
        return [
            f"{self.level(level)}: {self._codes(level, codes)}"
            for level, codes in where.items()
            if not without or not self.dictionary.of_dimension(level, without)
        ]

    def _codes(self, level: str, codes: Sequence[str]) -> str:
        """The labels of codes; of three and more years one after the other the first and the last."""
        named = [self.code(level, code) for code in codes]
        years = [int(name) for name in named if name.isascii() and name.isdigit()]
        if len(years) == len(named) > 2 and years == list(range(years[0], years[0] + len(years))):
            return self.words.filled(msgid("%(since)s to %(until)s"), since=named[0], until=named[-1])
        return ", ".join(named)

    def key(self, release: Release, key: tuple[str, ...]) -> str:
        """`Cambodia, 2023, killed`: the codes of a cell that are no totals, or `Total`."""
        named = [
            self.code(axis.level, code) for axis, code in zip(release.axes, key, strict=True) if code != TOTAL
        ]
        return ", ".join(named) or self._total
