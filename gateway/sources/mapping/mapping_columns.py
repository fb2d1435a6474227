"""Reads one column of a mapping document: target, codes, formats and units."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from gateway.sources.model.dates import EPOCHS, ERAS, DateFormat
from gateway.sources.model.mapping import ColumnRule
from gateway.sources.model.targets import FORMER_CODES, Kind, Target
from gateway.sources.model.words import plain
from gateway.sources.rows.convert import is_local
from policies.model.composed_shapes import ByNode, Key, ListOf, Record
from policies.model.errors import Fault, quoted
from policies.model.shapes import JsonSchema, Number, OneOf, Text
from policies.model.strict_yaml import Node, Position, Table
from policies.model.vocabulary import nearest


@dataclass(frozen=True)
class _Format:
    """A date format."""

    def read(self, node: Node, faults: list[Fault]) -> DateFormat | None:
        text = Text(40).read(node, faults)
        if text is None:
            return None
        try:
            return DateFormat(text)
        except ValueError as error:
            faults.append(node.position.fault(f"{quoted(text)} is not a date format: {error}"))
            return None

    def schema(self) -> JsonSchema:
        return {"type": "string", "examples": ["DD/MM/YYYY"]}


@dataclass(frozen=True)
class _Zone:
    """A zone by its distance from UTC: no country of the region changes its clocks in summer."""

    def read(self, node: Node, faults: list[Fault]) -> timedelta | None:
        text = Text(6).read(node, faults)
        if text is None:
            return None
        found = _ZONE.fullmatch(text)
        if not found:
            faults.append(node.position.fault(f"{quoted(text)} is not a zone such as '+07:00'"))
            return None
        ahead = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
        return -ahead if found["sign"] == "-" else ahead

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": _ZONE.pattern, "examples": ["+07:00"]}


_ZONE = re.compile(r"(?P<sign>[+-])(?P<hours>0[0-9]|1[0-4]):(?P<minutes>[0-5][0-9])")


@dataclass(frozen=True)
class _Cell:
    """A word as written in a cell of the source: any text except blank text."""

    def read(self, node: Node, faults: list[Fault]) -> str | None:
        text = Text(200).read(node, faults)
        return None if text is None else plain(text)

    def schema(self) -> JsonSchema:
        return {"type": "string", "minLength": 1}


SPACE = "space"
"""The word for a blank between several codes, as surveys write them; a blank itself is no text."""


@dataclass(frozen=True)
class _Separator:
    """The sign between several codes in one cell."""

    def read(self, node: Node, faults: list[Fault]) -> str | None:
        text = Text(5).read(node, faults)
        return " " if text == SPACE else text

    def schema(self) -> JsonSchema:
        return {"type": "string", "minLength": 1, "maxLength": 5, "examples": [";", SPACE]}


def column(known: Mapping[str, Target], replaced: Mapping[str, str]) -> ByNode[ColumnRule]:
    """The schema of a column: only the target, or a record with more keys."""
    target = OneOf("target", tuple(known), replaced=replaced)

    def build(values: dict[str, Any], node: Table, faults: list[Fault]) -> ColumnRule | None:
        return _build_column(known, values, node, faults)

    keys = {
        "to": Key(target, "the target", required=True),
        "codes": Key(_Codes(), "word of the source: code"),
        "unknown": Key(ListOf(_Cell()), "words that mean: not known"),
        "blank": Key(Text(40), "code of an empty cell"),
        "formats": Key(ListOf(_Format()), "date formats"),
        "era": Key(OneOf("era", ERAS), "calendar of the years"),
        "pivot": Key(Number(1800, 2700), "first year that two digits can mean, in that calendar"),
        "zone": Key(_Zone(), "how far its clocks are ahead of UTC, where dates are counted: +07:00"),
        "separator": Key(_Separator(), "sign between several codes in one cell, or: space"),
        "unit": Key(Text(20), "months (ages), or how much of the currency makes a US dollar (amounts)"),
        "decimal": Key(OneOf("decimal sign", (".", ",")), "sign before the decimals of amounts"),
    }
    return ByNode(_Only(known, target), Record("a column", keys, build))


@dataclass(frozen=True)
class _Only:
    """A column given by the target alone."""

    known: Mapping[str, Target]
    target: OneOf

    def read(self, node: Node, faults: list[Fault]) -> ColumnRule | None:
        name = self.target.read(node, faults)
        return None if name is None else ColumnRule(self.known[name])

    def schema(self) -> JsonSchema:
        return self.target.schema()


@dataclass(frozen=True)
class _Codes:
    """Words of the source with their codes; no word occurs twice, in whatever spelling."""

    def read(self, node: Node, faults: list[Fault]) -> Mapping[str, str] | None:
        if not isinstance(node, Table) or not node.entries:
            faults.append(node.position.fault("words of the source with their codes are expected"))
            return None
        codes: dict[str, str] = {}
        for entry in node.entries:
            code = Text(40).read(entry.value, faults)
            word = plain(entry.key)
            if word in codes:
                faults.append(
                    entry.position.fault(f"{quoted(entry.key)} stands here already, typed another way")
                )
            elif not word:
                faults.append(
                    entry.position.fault("an empty word; say what an empty cell means with 'blank'")
                )
            codes[word] = code or ""
        return MappingProxyType(codes)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}


_KEYS_OF_KIND = {
    Kind.IDENTIFIER: {"unknown"},
    Kind.DATE: {"unknown", "formats", "era", "pivot", "zone"},
    Kind.AGE: {"unknown", "codes", "blank", "unit"},
    Kind.CODE: {"unknown", "codes", "blank"},
    Kind.SEVERAL: {"unknown", "codes", "separator"},
    Kind.LOCAL: {"unknown", "codes"},
    Kind.NUMBER: {"unknown", "codes"},
    Kind.AMOUNT: {"unknown", "unit", "decimal"},
}
_CURRENCIES = re.compile(
    r"(?<![^\W\d_])(riels?|khr|kip|lak|baht|thb|kyats?|mmk|pesos?|php|dong|vnd|rupiah|idr|ringgit|myr)"
    r"(?![^\W\d_])|([៛₭฿₱₫])|(រៀល|ກີບ|บาท|ကျပ်|đồng)",
    re.IGNORECASE,
)
"""What headings call money other than US dollars, in the region's languages."""
_UNITS = {
    Kind.AGE: re.compile("months|years"),
    Kind.AMOUNT: re.compile(r"(?=.*[1-9])[0-9]{1,9}(\.[0-9]{1,6})?"),
}


def foreign_currency(heading: str, rule: ColumnRule | None) -> str:
    """The currency that the heading of an amount names although its rule has no rate, else ""."""
    if rule is None or rule.target.kind is not Kind.AMOUNT or rule.unit:
        return ""
    found = _CURRENCIES.search(heading)
    return "" if found is None else found[0]


def _build_column(
    known: Mapping[str, Target], values: dict[str, Any], node: Table, faults: list[Fault]
) -> ColumnRule | None:
    if "to" not in values:
        return None
    target = known[values.pop("to")]
    for key in sorted(set(values) - _KEYS_OF_KIND[target.kind]):
        faults.append(
            position_of(node, key).fault(f"{quoted(key)} means nothing for {target.name} ({target.kind})")
        )
        del values[key]
    if "unit" in values and not _UNITS[target.kind].fullmatch(values["unit"]):
        faults.append(
            position_of(node, "unit").fault(f"{quoted(values['unit'])} is not a unit of {target.name}")
        )
    for word, code in values.get("codes", {}).items():
        if code and target.kind is Kind.LOCAL:
            if not is_local(plain(code)):
                faults.append(
                    position_of(node, "codes").fault(f"{quoted(code)} is not a code of a small place")
                )
        elif code and code not in target.codes:
            problem = f"{quoted(code)} (for {quoted(word)}) is not a code of {target.name}"
            hint = FORMER_CODES.get((target.name, code)) or nearest(code, target.codes)
            faults.append(position_of(node, "codes").fault(problem, hint))
    if "blank" in values and values["blank"] not in target.codes:
        problem = f"{quoted(values['blank'])} is not a code of {target.name}"
        faults.append(position_of(node, "blank").fault(problem, nearest(values["blank"], target.codes)))
    if "unknown" in values:
        values["unknown"] = frozenset(values["unknown"])
    _check_short_years(values, node, faults)
    _check_counted(values, node, faults)
    return ColumnRule(target, **values)


def _check_short_years(values: Mapping[str, Any], node: Table, faults: list[Fault]) -> None:
    short = any(form.short for form in values.get("formats", ()))
    if short and values.get("era") == "either" and "pivot" not in values:
        faults.append(
            position_of(node, "era").fault("two digits of a year do not tell its era: CE or BE, or a pivot")
        )
    if "pivot" in values and not short:
        faults.append(position_of(node, "pivot").fault("no format has a year of two digits: YY"))


def _check_counted(values: Mapping[str, Any], node: Table, faults: list[Fault]) -> None:
    """Add the faults of formats that count: a day has a zone."""
    formats: tuple[DateFormat, ...] = values.get("formats", ())
    counting = [form.text for form in formats if form.counts]
    if counting and "zone" not in values:
        position = position_of(node, "formats")
        faults.append(
            position.fault(f"{counting[0]} needs 'zone': the day that it was, where it was counted")
        )
    if "zone" in values and not counting:
        faults.append(position_of(node, "zone").fault(f"no format counts seconds: {' or '.join(EPOCHS)}"))


def position_of(node: Table, key: str) -> Position:
    """The position of a key, or of the whole node where the key is missing."""
    return next((e.position for e in node.entries if e.key == key), node.position)
