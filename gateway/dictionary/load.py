"""Reads the dictionary that ships with the package."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from ruamel.yaml import YAML

from gateway.dictionary.attributes import read_attributes
from gateway.dictionary.coding import UNKNOWN, CalendarCoding, Coding, ListedCoding
from gateway.dictionary.dictionary import Dictionary
from gateway.dictionary.model import (
    CASUALTIES,
    Derived,
    DerivedCode,
    Dimension,
    Level,
    Measure,
    Member,
    Purpose,
    ReadyMade,
    ReadyTable,
)
from gateway.dictionary.places import PlaceCoding, Places, read_places

T = TypeVar("T")
_YES_NO = MappingProxyType({"YES": "yes", "NO": "no", UNKNOWN: "unknown"})


@cache
def regional() -> Dictionary:
    """Return the regional dictionary of this version of Safelane."""
    folder = files("gateway.dictionary")
    body = YAML(typ="safe").load(folder.joinpath("dictionary.yaml").read_text(encoding="utf-8"))
    _repeat_codes(body["dimensions"])
    places = read_places(
        folder.joinpath("provinces.csv").read_text(encoding="utf-8"),
        folder.joinpath("merged_places.csv").read_text(encoding="utf-8"),
        body["members"],
    )
    dimensions = {name: _dimension(name, part) for name, part in body["dimensions"].items()}
    codings = {name: _coding(part, places) for name, part in body["dimensions"].items()}
    for name, part in body["multiple"].items():
        for code, label in part["codes"].items():
            dim, coding = _of_value(name, part, code, label)
            dimensions[dim.name], codings[dim.name] = dim, coding
    return Dictionary(
        version=str(body["version"]),
        members=_each(body["members"], Member),
        dimensions=MappingProxyType(dimensions),
        measures=MappingProxyType({k: Measure(k, **v) for k, v in body["measures"].items()}),
        purposes=_each(body["purposes"], Purpose),
        attributes=read_attributes(
            body["attributes"], folder.joinpath("countries.csv").read_text(encoding="utf-8")
        ),
        derived=MappingProxyType({k: _derived(k, v) for k, v in body["derived"].items()}),
        ready_made=MappingProxyType(
            {name: _ready_made(name, part, body["multiple"]) for name, part in body["ready_made"].items()}
        ),
        former_ready_made=MappingProxyType(
            {
                name: ReadyTable(name, "casualties", tuple(by))
                for name, by in body["former_ready_made"].items()
            }
        ),
        packs=MappingProxyType({k: tuple(v) for k, v in body["packs"].items()}),
        never_shared=frozenset(body["never_shared"]),
        data_sets=MappingProxyType(body["data_sets"]),
        consent=MappingProxyType(body["consent"]),
        replaced=MappingProxyType(body["replaced"]),
        families=MappingProxyType(dict(_families(body["multiple"]))),
        places=places,
        codings=MappingProxyType(codings),
    )


def _each(part: Mapping[str, str], kind: Any) -> Mapping[str, Any]:
    return MappingProxyType({name: kind(name, label) for name, label in part.items()})


def _dimension(name: str, part: Mapping[str, Any]) -> Dimension:
    levels = tuple(
        Level(level, body["label"], name, frozenset(body["members"]) if "members" in body else None)
        for level, body in part["levels"].items()
    )
    former = part.get("former_level", "")
    return Dimension(name, part["label"], part["sensitive"], levels, of=_data_sets(part), former_level=former)


def _data_sets(part: Mapping[str, Any]) -> frozenset[str]:
    of = part.get("of", CASUALTIES)
    return frozenset([of] if isinstance(of, str) else of)


def _repeat_codes(dimensions: Mapping[str, Any]) -> None:
    """Give levels with `codes_of` the codes of the level that they name: age bands then and now."""
    every = {name: body for part in dimensions.values() for name, body in part["levels"].items()}
    for body in every.values():
        if "codes_of" in body:
            body["codes"] = every[body["codes_of"]]["codes"]


def _of_value(name: str, part: Mapping[str, Any], code: str, label: str) -> tuple[Dimension, ListedCoding]:
    """The dimension of one value of a multi-valued attribute: by the attribute's levels, else yes or no."""
    word = f"{name}.{code}"
    if "levels" not in part:
        levels: tuple[Level, ...] = (Level(word, label, word),)
        dim = Dimension(word, label, part["sensitive"], levels, name, _data_sets(part))
        return dim, ListedCoding({word: _YES_NO}, {word: {c: c for c in _YES_NO}})
    named = {f"{level}.{code}": body for level, body in part["levels"].items()}
    levels = tuple(Level(level, body["label"] % label, word) for level, body in named.items())
    return Dimension(word, label, part["sensitive"], levels, name, _data_sets(part)), _listed(named)


def _families(multiple: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part in multiple.values():
        for level, body in part.get("levels", {}).items():
            yield level, body.get("all", part["label"])


def _ready_made(name: str, part: Mapping[str, Any], multiple: Mapping[str, Any]) -> ReadyMade:
    tables = [each for table in part["tables"] for each in _ready_tables(table, multiple)]
    if len(tables) == 1:
        tables = [replace(tables[0], name=name)]
    else:
        tables = [replace(table, name=f"{name}.{table.name}") for table in tables]
    return ReadyMade(name, part["label"], tuple(tables), part.get("note", ""))


def _ready_tables(part: Mapping[str, Any], multiple: Mapping[str, Any]) -> Iterator[ReadyTable]:
    """One table, named by its measure; with `each`, one for every code of the attribute that `by` names."""
    measure, by, attribute = part["measure"], part["by"], part.get("each")
    if attribute is None:
        label = part.get("label", "")
        yield ReadyTable(measure, measure, tuple(by), label)
        return
    for code in multiple[attribute]["codes"]:
        level = f"{attribute}.{code}"
        yield ReadyTable(code, measure, tuple(level if x == attribute else x for x in by), level)


def _coding(part: Mapping[str, Any], places: Places) -> Coding:
    kind = part.get("kind", "codes")
    grains = {level: body.get("grain", level) for level, body in part["levels"].items()}
    if kind == "places":
        return PlaceCoding(places, MappingProxyType(grains))
    if kind == "calendar":
        return CalendarCoding(MappingProxyType(grains))
    return _listed(part["levels"])


def _listed(levels: Mapping[str, Mapping[str, Any]]) -> ListedCoding:
    listed: dict[str, Mapping[str, str]] = {}
    above: dict[str, dict[str, str]] = {}
    below: dict[str, str] = {}  # from every code met so far to its code at the level before
    for name, level in levels.items():
        codes = level["codes"]
        listed[name] = MappingProxyType(
            {c: b if isinstance(b, str) else b["label"] for c, b in codes.items()}
        )
        holder = {part: c for c, b in codes.items() for part in ([c] if isinstance(b, str) else b["of"])}
        below = {code: holder[held] for code, held in below.items()} if above else holder
        below |= {c: c for c in codes}
        above[name] = dict(below)
    return ListedCoding(MappingProxyType(listed), MappingProxyType(above))


def _derived(name: str, part: Mapping[str, Any]) -> Derived:
    codes = {
        code: DerivedCode(body["label"], tuple(tuple(combination) for combination in body["of"]))
        for code, body in part["codes"].items()
    }
    return Derived(name, part["label"], tuple(part["levels"]), MappingProxyType(codes))
