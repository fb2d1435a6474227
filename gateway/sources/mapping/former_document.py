"""What a former mapping says of the columns of another file, so that nobody says twice what a heading means.

A table is that of the former mapping that has its name, or else most of its headings. For drafts only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.sources.mapping.document_text import Data
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.draft_joins import Join
from gateway.sources.mapping.stated import PART_OF_CASE, PEOPLE_OF_ROW, Place, Stated
from gateway.sources.model.mapping import TABLE
from gateway.sources.model.words import plain

VAULT, KNOWN = "vault:", "known:"
"""Before the field of a column that the vault keeps, or that serves to redact narratives only."""

_ENOUGH = 0.5
"""Part of the headings of a former table that another table must have to be the same."""


@dataclass(frozen=True)
class Former:
    """A mapping document of before, as data."""

    document: Mapping[str, Data]

    def tables(self) -> Mapping[str, Mapping[str, Data]]:
        """The tables by their names."""
        return {name: one for name, one in _part(self.document, "tables").items() if isinstance(one, dict)}

    def rule(self, table: str, heading: str) -> "Data | None":
        """What a former table says of a heading that it reads, in whatever spelling; None where nothing."""
        columns = _part(self.tables().get(table, {}), "columns")
        return next((rule for name, rule in columns.items() if plain(name) == plain(heading)), None)

    def field(self, table: str, key: str, heading: str) -> str:
        """The field of a heading under `vault` or `known` of a former table; "" where there is none."""
        fields = _part(self.tables().get(table, {}), key)
        found = next((field for name, field in fields.items() if plain(name) == plain(heading)), "")
        return found if isinstance(found, str) else ""


def same_tables(former: Former, columns: Sequence[Column]) -> dict[str, str]:
    """For each table of a source that the former mapping read, the name that it had there."""
    headings: dict[str, set[str]] = {}
    for column in columns:
        headings.setdefault(column.table, set()).add(plain(column.heading))
    left = {name: set(map(plain, _headings(table))) for name, table in former.tables().items()}
    found = {name: name for name in headings if name in left}
    for name in found:
        del left[name]
    for name, own in headings.items():
        best = max(left, key=lambda other: len(left[other] & own), default=None)
        if name not in found and best is not None and len(left[best] & own) > _ENOUGH * len(left[best]):
            found[name] = best
            del left[best]
    return found


def with_former(stated: Stated, former: Former, columns: Sequence[Column]) -> Stated:
    """Add what the former mapping says of columns of which a person has said nothing yet."""
    meanings, reasons, joins = dict(stated.meanings), dict(stated.reasons), dict(stated.joins)
    before: set[Place] = set()
    same = same_tables(former, columns)
    for column in columns:
        place = column.table, column.heading
        if place in meanings or column.table not in same:
            continue
        was = bool(former.tables()[same[column.table]].get("activities"))
        if bool(stated.sheets.get(column.table, was)) != was:
            continue  # a person says that the table is of another kind now
        said = _said(former, same[column.table], column.heading)
        if said is not None:
            meanings[place], reason = said
            before.add(place)
            if reason:
                reasons[place] = reason
    for table, name in same.items():
        join = _part(former.tables()[name], "join")
        there = {plain(c.heading): c.heading for c in columns if c.table == table}
        for here, first in join.items():
            if plain(here) in there and isinstance(first, str):
                joins.setdefault(table, Join(there[plain(here)], first, sure=True))
    sheets, repeats = dict(stated.sheets), dict(stated.repeats)
    for table, name in same.items():
        kind, repeat = (former.tables()[name].get(key) for key in ("activities", "repeat"))
        if isinstance(kind, str) and kind:
            sheets.setdefault(table, kind)
        if str(repeat).isdigit():
            repeats.setdefault(table, int(str(repeat)))
    return replace(
        stated,
        meanings=meanings,
        reasons=reasons,
        joins=joins,
        as_before=frozenset(before),
        sheets=sheets,
        repeats=repeats,
    )


def _said(former: Former, table: str, heading: str) -> tuple[str, str] | None:
    """The meaning of a heading and, where it is left out, the reason; None where it is not named."""
    rule = former.rule(table, heading)
    if rule is not None:
        target = rule if isinstance(rule, str) else rule.get("to", "") if isinstance(rule, dict) else ""
        return (target, "") if isinstance(target, str) else None
    for key, mark in (("vault", VAULT), ("known", KNOWN)):
        if field := former.field(table, key, heading):
            return mark + field, ""
    for key, meaning in (("people", PEOPLE_OF_ROW), ("case_of", PART_OF_CASE)):
        if plain(heading) in map(plain, _words(former.tables()[table], key)):
            return meaning, ""
    left_out = _part(former.tables()[table], "left_out")
    reasons = (
        why for name, why in left_out.items() if plain(name) == plain(heading) and isinstance(why, str)
    )
    return next((("", why) for why in reasons), None)


def _headings(table: Mapping[str, Data]) -> Iterator[str]:
    for key in ("columns", "vault", "known", "join"):
        yield from _part(table, key)
    for key in ("people", "case_of"):
        yield from (word for word in _words(table, key) if word != TABLE)


def _part(document: Mapping[str, Data], key: str) -> Mapping[str, Data]:
    found = document.get(key, {})
    return found if isinstance(found, dict) else {}


def united_document(
    document: dict[str, Data], stated: Stated, former: Former | None, columns: Sequence[Column]
) -> dict[str, Data]:
    """A draft's document with what a former one says of its columns: words, formats, fields, constants."""
    same = {} if former is None else same_tables(former, columns)
    tables = document["tables"]
    assert isinstance(tables, dict)  # noqa: S101 - made by a draft
    for name, table in tables.items():
        if isinstance(table, dict):
            _fields(table, name, stated, former, same.get(name))
            if former is not None and name in same:
                _rules(table, former, same[name])
                if "unclaimed" in former.tables()[same[name]]:
                    table["unclaimed"] = "allowed"
                _case_of(table, former.tables()[same[name]])
    if former is not None:
        filled = {
            _target(rule)
            for table in tables.values()
            if isinstance(table, dict)
            for rule in _part(table, "columns").values()
        }
        before = {k: v for k, v in _part(former.document, "constants").items() if k not in filled}
        if constants := {**_part(document, "constants"), **before}:
            document["constants"] = constants
        if "least_counted" in former.document:
            document["least_counted"] = former.document["least_counted"]
    return document


def _fields(
    table: dict[str, Data], name: str, stated: Stated, former: Former | None, was: str | None
) -> None:
    """Move the columns that a person keeps in the vault, or reads to redact, where a document has them."""
    left_out = dict(_part(table, "left_out"))
    for (of, heading), meaning in stated.meanings.items():
        for key, mark in (("vault", VAULT), ("known", KNOWN)):
            kept = meaning.removeprefix(mark) if meaning.startswith(mark) else ""
            if former is not None and was is not None and heading in _part(table, "columns"):
                kept = kept or former.field(was, key, heading)
            if of == name and kept:
                left_out.pop(heading, None)
                table[key] = {**_part(table, key), heading: kept}
    if left_out:
        table["left_out"] = left_out
    else:
        table.pop("left_out", None)


def _rules(table: dict[str, Data], former: Former, was: str) -> None:
    columns = dict(_part(table, "columns"))
    for heading, rule in columns.items():
        before = former.rule(was, heading)
        if before is not None and _target(before) == _target(rule) and isinstance(before, dict):
            columns[heading] = _united(rule if isinstance(rule, dict) else {"to": rule}, before)
    table["columns"] = columns


def _case_of(table: dict[str, Data], before: Mapping[str, Data]) -> None:
    """Make the number of the case of the parts of before in their order: otherwise every case is another."""
    now, then = _words(table, "case_of"), _words(before, "case_of")
    if {*map(plain, now)} - {TABLE} == {*map(plain, then)} - {TABLE} and then:
        table["case_of"] = [*then]


def _target(rule: Data) -> "Data | None":
    return rule.get("to") if isinstance(rule, dict) else rule


def _united(rule: Mapping[str, Data], before: Mapping[str, Data]) -> dict[str, Data]:
    """Two rules of one target: the former one, with the words that it does not know."""
    known = set(map(plain, _part(before, "codes"))) | {plain(w) for w in _words(before, "unknown")}
    codes = {
        **_part(before, "codes"),
        **{w: code for w, code in _part(rule, "codes").items() if plain(w) not in known},
    }
    unknown: list[Data] = [*_words(before, "unknown")]
    unknown += [w for w in _words(rule, "unknown") if plain(w) not in known]
    made: dict[str, Data] = {**rule, **before}
    return made | ({"codes": codes} if codes else {}) | ({"unknown": unknown} if unknown else {})


def _words(rule: Mapping[str, Data], key: str) -> list[str]:
    found = rule.get(key, [])
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []
