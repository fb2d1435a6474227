"""The demo's people in the form of each member's own register: headings, words, dates and digits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from gateway.demo.activities import activity_rows
from gateway.demo.assistance import Life, deaths_of, follow_ups, lives_of
from gateway.demo.contacts import Contact, contacts, with_details
from gateway.demo.people import DemoPeople, Record
from gateway.demo.register_files import RegisterTable, write_tables
from gateway.dictionary import regional
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.dates import BUDDHIST_AHEAD
from gateway.sources.model.mapping import NUMBER, ColumnRule, SourceMapping, TableRule
from gateway.sources.model.targets import (
    ACCIDENT,
    AGE,
    BARRIER,
    BIRTH,
    CASE,
    COST,
    DATE,
    HOME,
    ITEM,
    PERSON,
    PILLAR,
    PLACE,
    PROVIDER,
    SERVICE,
    SERVICE_DATE,
    STATUS,
)
from gateway.sources.model.washington_group import DISABILITY

Cell = Callable[[Record], str]

_ASSISTANCE_SINCE = {"KH": 2019}
"""The first year of a register of assistance, where it is younger than that of casualties."""


@dataclass(frozen=True)
class Register:
    """A member's register on disk: a folder of files, and the mapping document for the files."""

    folder: Path
    mapping: str


def mapping_text(member: str) -> str:
    """Return the mapping document of a demo member. Raises FileNotFoundError for any other member."""
    return files("gateway.demo.mappings").joinpath(f"{member}.yaml").read_text(encoding="utf-8")


def policy_text(member: str) -> str:
    """Return the policy document of a demo member. Raises FileNotFoundError for any other member."""
    return files("gateway.demo.policies").joinpath(f"{member}.yaml").read_text(encoding="utf-8")


def write_register(people: DemoPeople, folder: Path, seed: int) -> Register:
    """Write a member's people into `folder` (made if need be); the same seed writes the same cells."""
    folder.mkdir(parents=True, exist_ok=True)
    text = mapping_text(people.member)
    mapping = parse_mapping(text, regional(), member=people.member)
    words = _words(YAML(typ="safe").load(text))
    dice = np.random.default_rng([seed, *people.member.encode(), 1])
    tables = []
    for number, table in enumerate(mapping.tables):
        if table.activities:
            digits = _private()["activity_digits"].get(people.member, "")
            tables.append(activity_rows(people.member, table, words[table.name], seed, digits))
            continue
        if table.several:
            tables.append(_contact_rows(people, table, words[table.name], contacts_of(people, seed)))
            continue
        cells = _cells(mapping, table, words[table.name], dice, lives_of(people, seed))
        if table.repeat:
            tables.append(_side_by_side(people, table, cells))
            continue
        records = people.records if number == 0 else _one_per_accident(people)
        rows = [[cell(record) for cell in cells.values()] for record in records]
        tables.append(RegisterTable(table.name, tuple(cells), rows))
    write_tables(tables, folder, mapping)
    return Register(folder, text)


def contacts_of(people: DemoPeople, seed: int) -> list[tuple[Contact, ...]]:
    """Return the needs and services of every record, in the register made with this seed.

    The first ones follow the accident, of each pillar in chronological order, as far as the person lived and
    the register goes back; visits in later years come after them.
    """
    dice, besides = (np.random.default_rng([seed, *people.member.encode(), stream]) for stream in (2, 3))
    deaths, visits = deaths_of(people), follow_ups(people, seed)
    since = _ASSISTANCE_SINCE.get(people.member, 0)
    made = []
    for record, later in zip(people.records, visits, strict=True):
        drawn = [with_details(one, besides) for one in contacts(record.casualty, dice)]
        hurt, death = date.fromisoformat(record.casualty.date), deaths.get(record.person, date.max)
        early = [
            one
            for one in _in_order(drawn)
            if since <= (day := hurt + timedelta(days=one.days)).year
            and (day <= death or record.casualty.outcome == "K")
        ]
        made.append((*early, *later))
    return made


def _in_order(drawn: Sequence[Contact]) -> list[Contact]:
    """The contacts with the days of each pillar in their order: a need comes before the service."""
    if len({one.pillar for one in drawn}) == len(drawn):
        return list(drawn)
    days: dict[str, list[int]] = {}
    for one in drawn:
        days.setdefault(one.pillar, []).append(one.days)
    sorted_days = {pillar: iter(sorted(each)) for pillar, each in days.items()}
    return [replace(one, days=next(sorted_days[one.pillar])) for one in drawn]


def _contact_rows(
    people: DemoPeople,
    table: TableRule,
    words: Mapping[str, Mapping[str, list[str]]],
    made: Sequence[Sequence[Contact]],
) -> RegisterTable:
    """Return one row per contact, with the contact's case."""
    fields: Mapping[str, str] = _private()[people.member]
    every = [(record, one) for record, own in zip(people.records, made, strict=True) for one in own]
    rows = [
        [
            *(record.case_id for _ in table.join),
            *(
                _of_contact(number, record, one, rule, words[heading])
                for heading, rule in table.columns.items()
            ),
            *(_personal(fields[heading])(record) for heading in table.left_out),
        ]
        for number, (record, one) in enumerate(every, 1)
    ]
    return RegisterTable(table.name, (*table.join, *table.columns, *table.left_out), rows)


def _of_contact(
    number: int, record: Record, contact: Contact, rule: ColumnRule, words: Mapping[str, list[str]]
) -> str:
    """Return a mapped cell of a contact."""
    target = rule.target.name
    if target == SERVICE:
        return f"S{number:06d}"
    if target == SERVICE_DATE:
        day = date.fromisoformat(record.casualty.date) + timedelta(days=contact.days)
        return _date(day.isoformat(), rule)
    if target == COST:
        # to the last cent: whole hundredths of the currency
        return str(contact.cents * int(rule.unit or 1) // 100) if contact.cents else ""
    codes = {
        PILLAR: contact.pillar,
        STATUS: contact.state,
        ITEM: contact.item,
        PROVIDER: contact.provider,
        BARRIER: contact.barrier,
    }
    return words[codes[target]][0] if codes[target] else ""


def _side_by_side(people: DemoPeople, table: TableRule, cells: Mapping[str, Cell]) -> RegisterTable:
    """Return one row per accident, its victims beside each other; a second row where columns run out."""
    common = {heading: cell for heading, cell in cells.items() if NUMBER not in heading}
    own = {heading: cell for heading, cell in cells.items() if NUMBER in heading}
    numbers = range(1, table.repeat + 1)
    headings = (*common, *(heading.replace(NUMBER, str(n)) for n in numbers for heading in own))
    rows = []
    for _, accident in groupby(people.records, key=lambda record: record.accident_id):
        records = list(accident)
        for start in range(0, len(records), table.repeat):
            victims = records[start : start + table.repeat]
            row = [cell(victims[0]) for cell in common.values()]
            row += [cell(victim) for victim in victims for cell in own.values()]
            rows.append(row + [""] * (len(headings) - len(row)))
    return RegisterTable(table.name, headings, rows)


def _one_per_accident(people: DemoPeople) -> list[Record]:
    return list({record.accident_id: record for record in people.records}.values())


def _words(document: Mapping[str, Any]) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return table -> heading -> code -> words of the code, as the mapping document spells them."""
    words: dict[str, dict[str, dict[str, list[str]]]] = {}
    for table, body in document["tables"].items():
        words[table] = {}
        for heading, rule in body["columns"].items():
            by_code: dict[str, list[str]] = {}
            if not isinstance(rule, str):
                for word, code in rule.get("codes", {}).items():
                    by_code.setdefault(code, []).append(word)
                for word in rule.get("unknown", ()):
                    by_code.setdefault("UNK", []).append(word)
            words[table][heading] = by_code
    return words


def _cells(
    mapping: SourceMapping,
    table: TableRule,
    words: Mapping[str, Mapping[str, list[str]]],
    dice: np.random.Generator,
    lives: Mapping[int, Life],
) -> dict[str, Cell]:
    """Return heading -> function from a record to the cell's text."""
    private = _private()
    digits = private["digits"].get(mapping.member)
    native = str.maketrans("0123456789", digits) if digits else {}
    fields: Mapping[str, str] = private[mapping.member]
    cells: dict[str, Cell] = {heading: lambda r: r.accident_id for heading in table.join}
    for heading, rule in table.columns.items():
        known = _of_life(rule, words[heading], lives)
        cells[heading] = known or _coded(rule, words[heading], dice, native)
    for heading in (*table.left_out, *table.personal):
        if heading not in cells:
            cells[heading] = _personal(fields[heading])
    return cells


@cache
def _private() -> Mapping[str, Any]:
    text = files("gateway.demo.mappings").joinpath("private.yaml").read_text(encoding="utf-8")
    private: Mapping[str, Any] = YAML(typ="safe").load(text)
    return private


def _personal(field: str) -> Cell:
    if field == "narrative":
        return lambda record: record.narrative
    return lambda record: str(getattr(record.identity, field))


def _of_life(rule: ColumnRule, words: Mapping[str, list[str]], lives: Mapping[int, Life]) -> Cell | None:
    """Return a cell about the person's life now, in the first of the register's words."""
    if rule.target.name == HOME:
        provinces = regional().places.provinces
        return lambda r: provinces[lives[r.person].home].name
    if rule.target.name == DISABILITY:
        return lambda r: words.get(lives[r.person].disability, [""])[0]
    return None


def _coded(
    rule: ColumnRule, words: Mapping[str, list[str]], dice: np.random.Generator, native: Mapping[int, Any]
) -> Cell:
    """Return a mapped cell, with the mapping's own words in reverse."""
    target = rule.target.name
    cells: dict[str, Cell] = {
        CASE: lambda r: r.case_id,
        ACCIDENT: lambda r: r.accident_id,
        PERSON: lambda r: r.identity.national_id,
        DATE: lambda r: _date(r.casualty.date, rule).translate(native),
        BIRTH: lambda r: _date(r.identity.birth_date, rule).translate(native),
        AGE: lambda r: _age(r, words, dice).translate(native),
        PLACE: lambda r: _place(r.casualty.place, words, dice),
        CONSENT: lambda r: _word(r.casualty.consent, words, dice),
        "injury": lambda r: f" {rule.separator} ".join(_word(c, words, dice) for c in r.casualty.injuries),
    }
    return cells.get(target, lambda r: _word(r.code(target), words, dice))


def _date(day: str, rule: ColumnRule) -> str:
    """Return a day in the first format of the mapping and its era."""
    if not day:
        return ""
    year, month, number = day.split("-")
    shown = str(int(year) + BUDDHIST_AHEAD) if rule.era == "BE" else year
    return rule.formats[0].text.replace("YYYY", shown).replace("MM", month).replace("DD", number)


def _age(record: Record, words: Mapping[str, list[str]], dice: np.random.Generator) -> str:
    """Return the age in years, or the register's word for child or adult, or nothing."""
    if record.casualty.age is None:
        return _word(record.code("age"), words, dice)
    group = f"{record.casualty.age_group}_UNK"
    register_has_groups_only = "CHILD_UNK" in words and "UNK" not in words
    return _word(group, words, dice) if register_has_groups_only else str(record.casualty.age)


def _place(code: str, words: Mapping[str, list[str]], dice: np.random.Generator) -> str:
    province = regional().places.provinces[code]
    return _word(code, words if code in words else {code: [province.name, *province.other_names]}, dice)


def _word(code: str, words: Mapping[str, list[str]], dice: np.random.Generator) -> str:
    """Return one of the words for a code; for a code without words, "" or the register's word for unknown."""
    known = words.get(code) or (words.get("UNK", [""]) if code in ("UNK", "U") else [code])
    # One word is not drawn, and leaves the dice as they are: so it would if it were drawn.
    return known[0] if len(known) == 1 else known[int(dice.integers(len(known)))]
