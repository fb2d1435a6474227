"""Provinces of the member states (ISO 3166-2) and the larger places of merged provinces."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PROVINCE, PROVINCE34, PROVINCE_GROUP = "province", "province34", "province_group"
_SINCE = "_SINCE"
"""Suffix of a merged province's code, to distinguish the merged province from the former provinces."""


@dataclass(frozen=True)
class Province:
    """A first-level unit. `other_names` are spellings found in sources; `valid_to` is the last day, or ""."""

    member: str
    code: str
    name: str
    other_names: tuple[str, ...]
    above: Mapping[str, str]
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class Places:
    """All provinces and merged places.

    Every member has a place `XX_UNK`, at all levels, for accidents in an unknown province. A merged province
    has its own place besides the former provinces (`successors`): for an accident after the merger nobody can
    say in which former province it happened.
    """

    provinces: Mapping[str, Province]
    labels: Mapping[str, Mapping[str, str]]
    members: tuple[str, ...]
    owner: Mapping[str, str] = field(repr=False)
    successors: Mapping[str, str] = field(repr=False)
    """Former province -> the present place of the same name, where the merged province took the name over."""

    def codes(self, level: str, member: str | None, years: Iterable[int]) -> Mapping[str, str]:  # noqa: ARG002
        return {
            code: label
            for code, label in self.labels[level].items()
            if member is None or self.owner[code] == member
        }

    def label(self, level: str, code: str) -> str | None:
        return self.labels[level].get(code)

    def lift(self, code: str, level: str) -> str:
        if code not in self.provinces:
            return code if code in self.labels[level] else self._lift_merged(code.removesuffix(_SINCE), level)
        return code if level == PROVINCE else self.provinces[code].above[level]

    def ended(self, code: str) -> str:
        """Return the last day of a former province; "" for a present province, and for other places."""
        return self.provinces[code].valid_to if code in self.provinces else ""

    def _lift_merged(self, code: str, level: str) -> str:
        if code in self.labels[level]:
            return code
        return next(p.above[level] for p in self.provinces.values() if code in p.above.values())


@dataclass(frozen=True)
class PlaceCoding:
    """The codes of a dimension of places: `place` itself, or a client's home, with levels of other names."""

    places: Places
    grains: Mapping[str, str]
    """Level -> the level of `place` with the same codes."""

    def codes(self, level: str, member: str | None, years: Iterable[int]) -> Mapping[str, str]:
        return self.places.codes(self.grains[level], member, years)

    def label(self, level: str, code: str) -> str | None:
        return self.places.label(self.grains[level], code)

    def lift(self, code: str, level: str) -> str:
        return self.places.lift(code, self.grains[level])


def unknown_place(member: str) -> str:
    """Return the place code of an accident in an unknown province."""
    return f"{member}_UNK"


def read_places(provinces: str, merged: str, members: Iterable[str]) -> Places:
    """Read the two CSV texts that ship with the dictionary."""
    units: dict[str, Province] = {}
    labels: dict[str, dict[str, str]] = {PROVINCE: {}, PROVINCE34: {}, PROVINCE_GROUP: {}}
    owner: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(merged)):
        labels[row["level"]][row["code"]] = row["name"]
        owner[row["code"]] = row["member"]
        if row["level"] == PROVINCE34:
            labels[PROVINCE][row["code"] + _SINCE] = f"{row['name']}, since {row['valid_from']}"
            owner[row["code"] + _SINCE] = row["member"]
    for row in csv.DictReader(io.StringIO(provinces)):
        unit = _province(row)
        units[unit.code] = unit
        owner[unit.code] = unit.member
        labels[PROVINCE][unit.code] = unit.name
        for level, code in unit.above.items():
            if code == unit.code:  # a merged place of one province is that province
                labels[level][code] = unit.name
    members = tuple(members)
    for member in members:
        nowhere = unknown_place(member)
        owner[nowhere] = member
        for level in labels if member == "VN" else (PROVINCE, PROVINCE_GROUP):
            labels[level][nowhere] = "province unknown"
    frozen = MappingProxyType({k: MappingProxyType(dict(sorted(v.items()))) for k, v in labels.items()})
    successors = {
        unit.code: place
        for unit in units.values()
        if unit.valid_to
        and (above := unit.above.get(PROVINCE34, ""))
        and (place := above + _SINCE) in labels[PROVINCE]
        and labels[PROVINCE34][above] == unit.name
    }
    return Places(
        MappingProxyType(units), frozen, members, MappingProxyType(owner), MappingProxyType(successors)
    )


def _province(row: Mapping[str, str]) -> Province:
    above = {level: row[level] for level in (PROVINCE34, PROVINCE_GROUP) if row[level]}
    others = tuple(n for n in row["other_names"].split(";") if n)
    return Province(
        row["member"],
        row["code"],
        row["name"],
        others,
        MappingProxyType(above),
        row["valid_from"],
        row["valid_to"],
    )
