"""Reads a mapping document and reports every fault with line and key."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from gateway.dictionary import Dictionary
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.mapping_activities import check_activities
from gateway.sources.mapping.mapping_columns import column, foreign_currency, position_of
from gateway.sources.mapping.mapping_personal import check_fields, check_personal
from gateway.sources.model.errors import MappingError
from gateway.sources.model.mapping import (
    LEAST_COUNTED,
    MADE_CASE,
    NUMBER,
    YES,
    ColumnRule,
    Reading,
    SourceMapping,
    TableRule,
    filled,
)
from gateway.sources.model.source_kinds import KINDS, SERVICES
from gateway.sources.model.targets import (
    ACTIVITY_TYPE,
    BARRIER,
    CASE,
    CONTACT,
    DATE,
    ITEM,
    OF_SHEETS,
    PILLAR,
    REPLACED,
    Kind,
    Target,
    targets,
)
from gateway.sources.model.washington_group import DISABILITY, DOMAINS
from gateway.sources.model.words import plain
from gateway.sources.rows.vault_values import FIELDS, NARRATIVE, REDACTED
from policies.model.composed_shapes import Key, ListOf, Record
from policies.model.errors import Fault, quoted
from policies.model.shapes import JsonSchema, Number, OneOf, Shape, Text
from policies.model.strict_yaml import Node, Table, read_yaml
from policies.model.vocabulary import nearest

VERSION = 1

_FIELD = OneOf("field of the vault", FIELDS)
_KNOWN = OneOf("field", tuple(field for field in FIELDS if field not in {NARRATIVE, REDACTED}))

T = TypeVar("T")


def parse_mapping(text: str, dictionary: Dictionary, *, member: str | None = None) -> SourceMapping:
    """Read a mapping document, which must be for `member` when given.

    Raises MappingError with every fault: unknown keys, targets and codes, duplicate words and formats, a
    target that is filled twice, essential targets that are not filled.
    """
    node, faults = read_yaml(text)
    if node is None:
        raise MappingError(faults or [Fault(1, 1, "", "the document is empty")])
    whose = _member_of(node)
    known = targets(dictionary, whose if whose in dictionary.members else "KH")
    members = tuple(dictionary.members) if member is None else (member,)
    mapping = _document(known, members, {**dictionary.replaced, **REPLACED}).read(node, faults)
    if mapping is None or faults:
        raise MappingError(faults)
    return mapping


def _member_of(node: Node) -> str:
    """The member state of the mapping, read first because the codes of places depend on the state."""
    entries = node.entries if isinstance(node, Table) else ()
    return next((str(getattr(e.value, "text", "")) for e in entries if e.key == "member"), "")


@dataclass(frozen=True)
class _Each(Generic[T]):
    """A YAML mapping whose keys are the source's own words."""

    what: str
    value: Shape[T]

    def read(self, node: Node, faults: list[Fault]) -> Mapping[str, T] | None:
        if not isinstance(node, Table) or not node.entries:
            faults.append(node.position.fault(f"{self.what} is expected: words with their meaning"))
            return None
        before = len(faults)
        values = {entry.key: self.value.read(entry.value, faults) for entry in node.entries}
        if len(faults) > before:
            return None
        return MappingProxyType({k: v for k, v in values.items() if v is not None})

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.value.schema(), "minProperties": 1}


def _document(
    known: Mapping[str, Target], members: tuple[str, ...], replaced: Mapping[str, str]
) -> Record[SourceMapping]:
    keys = {
        "mapping": Key(Number(VERSION, VERSION), "version of this form", required=True),
        "member": Key(OneOf("member state", members), "whose data these are", required=True),
        "source": Key(OneOf("kind of source", KINDS), "what the source is", required=True),
        "address": Key(Text(500), "where a database or a program serves the source"),
        "reading": Key(_reading(), "how text files are read"),
        "tables": Key(
            _Each("the tables of the source", _table(known, replaced)),
            "tables and their columns",
            required=True,
        ),
        "constants": Key(_Each("a list of constants", Text(40)), "targets that are the same for every row"),
        "left_out": Key(_Each("a list of tables", Text()), "table of the source: why it is not read"),
        "least_counted": Key(Number(1, 100), "percent of each table's rows that must count; 95 by default"),
    }
    return Record("the mapping", keys, lambda values, node, faults: _build(known, values, node, faults))


def _reading() -> Record[Reading]:
    keys = {
        "encoding": Key(Text(40), "encoding of the text, utf-8 by default"),
        "delimiter": Key(OneOf("delimiter", (",", ";", "|", "tab")), "the sign between cells"),
        "header": Key(Number(1, 50), "line on which the headings stand, or end"),
        "header_lines": Key(Number(1, 5), "lines that the headings take, where they are more than one"),
        "units": Key(Number(1, 5), "lines of units below the headings"),
        "totals": Key(ListOf(Text(40)), "words with which rows of totals begin"),
    }
    return Record("the way of reading", keys, _build_reading)


def _build_reading(values: dict[str, Any], node: Table, faults: list[Fault]) -> Reading | None:
    if "encoding" in values:
        try:
            values["encoding"] = codecs.lookup(values["encoding"]).name
            "".encode(values["encoding"])  # `zip` and the like are known codecs, but no text encodings
        except LookupError:
            faults.append(
                position_of(node, "encoding").fault(f"{quoted(values['encoding'])} is not a known encoding")
            )
            return None
    if values.get("header_lines", 1) > values.get("header", 1):
        faults.append(position_of(node, "header_lines").fault("the headings end on the line 'header'"))
    values["totals"] = tuple(map(plain, values.get("totals", ())))
    if values.get("delimiter") == "tab":
        values["delimiter"] = "\t"
    return Reading(**values)


def _table(known: Mapping[str, Target], replaced: Mapping[str, str]) -> Record[dict[str, Any]]:
    keys = {
        "also": Key(ListOf(Text()), "further tables with the same columns, read as one with this one"),
        "people": Key(
            ListOf(Text()), "headings of numbers of people: a row of more than one person is not counted"
        ),
        "case_of": Key(
            ListOf(Text()), "headings that make up the number of the case; {table} is the table's name"
        ),
        "repeat": Key(Number(2, 99), "victims that a row can hold; {n} in a heading is their number"),
        "several": Key(OneOf("word", ("yes", "no")), "whether many rows belong to one of the first table"),
        "unclaimed": Key(OneOf("word", ("allowed",)), "rows that belong to no casualty are no fault"),
        "activities": Key(
            OneOf("kind of activity", (YES, *sorted(known[ACTIVITY_TYPE].codes))),
            "rows are sheets of risk education or marking, of this kind, or by a column (yes)",
        ),
        "join": Key(_Each("a join", Text()), "heading here: heading of the first table"),
        "columns": Key(
            _Each("the columns", column(known, replaced)), "heading: what it becomes", required=True
        ),
        "left_out": Key(_Each("a list of headings", Text()), "heading: why it is not read"),
        "vault": Key(_Each("the vault's columns", _FIELD), "heading: field of the vault that keeps it"),
        "known": Key(
            _Each("values for redaction", _KNOWN), "heading: field that narratives are redacted of; not kept"
        ),
    }
    return Record("a table", keys, _build_table)


_READ = ("columns", "vault", "known")


def _build_table(values: dict[str, Any], node: Table, faults: list[Fault]) -> dict[str, Any]:
    _check_rows(values, node, faults)
    read = {heading for key in _READ for heading in values.get(key, ())}
    for heading in sorted(read & set(values.get("left_out", ()))):
        faults.append(position_of(node, "left_out").fault(f"{quoted(heading)} is both read and left out"))
    check_personal(values, lambda key: position_of(node, key), faults)
    _check_contacts(values, node, faults)
    check_activities(values, lambda key: position_of(node, key), faults)
    named = [heading for key in (*_READ, "left_out") for heading in values.get(key, ())]
    numbered = [heading for heading in named if NUMBER in heading]
    if numbered and "repeat" not in values:
        faults.append(
            node.position.fault(f"{quoted(numbered[0])} needs 'repeat': how many victims a row can hold")
        )
    if "also" in values and "join" in values:
        faults.append(position_of(node, "also").fault("only the first table can go on in further tables"))
    if "repeat" in values and "join" in values:
        faults.append(
            position_of(node, "repeat").fault("only the first table can hold several victims in a row")
        )
    elif "repeat" in values and not _repeats_the_case(values):
        faults.append(
            position_of(node, "repeat").fault(f"the column of {CASE} needs {NUMBER} in its heading")
        )
    return values


def _check_rows(values: dict[str, Any], node: Table, faults: list[Fault]) -> None:
    """Add the faults of what makes a row a person and a case, in the first table without repeated columns."""
    for key in ("people", "case_of"):
        others = [other for other in ("join", "repeat", "activities") if other in values]
        if key in values and others:
            faults.append(position_of(node, key).fault(f"{key} cannot stand beside '{others[0]}'"))
    made = values.get("columns") is not None and MADE_CASE in values["columns"]
    if made != ("case_of" in values) and values.get("columns") is not None:
        problem = f"'case_of' and a column {quoted(MADE_CASE)}: {CASE} belong together"
        faults.append(node.position.fault(problem))


def _check_contacts(values: dict[str, Any], node: Table, faults: list[Fault]) -> None:
    """Add the faults of targets: contacts need a table of contacts, with no other targets."""
    several = values.get("several") == "yes"
    if several and "join" not in values:
        faults.append(position_of(node, "several").fault("the first table has one row per casualty"))
    for heading, rule in values.get("columns", {}).items():
        if rule is not None and (rule.target.name in CONTACT) != several:
            needs = "needs a table with 'several: yes'" if not several else "cannot stand in such a table"
            faults.append(
                position_of(node, "columns").fault(f"{quoted(heading)}: {rule.target.name} {needs}")
            )
        if currency := foreign_currency(heading, rule):
            problem = (
                f"{quoted(heading)} names {currency}, and amounts without 'unit' are US dollars: say how "
                "much of the currency makes a dollar, such as unit: '4100'"
            )
            faults.append(position_of(node, "columns").fault(problem))
    contact_targets = {PILLAR, ITEM, BARRIER}
    columns = values.get("columns")  # None where the columns have faults
    if (
        several
        and columns is not None
        and not any(r and r.target.name in contact_targets for r in columns.values())
    ):
        faults.append(
            position_of(node, "columns").fault(f"a table of contacts needs {PILLAR}, {ITEM} or {BARRIER}")
        )


def _repeats_the_case(values: Mapping[str, Any]) -> bool:
    rules: Mapping[str, ColumnRule | None] = values.get("columns", {})
    return any(rule and rule.target.name == CASE and NUMBER in heading for heading, rule in rules.items())


def _build(
    known: Mapping[str, Target], values: dict[str, Any], node: Table, faults: list[Fault]
) -> SourceMapping | None:
    parts: Mapping[str, dict[str, Any]] = values.get("tables", {})
    nothing: Mapping[str, Any] = MappingProxyType({})
    tables = tuple(
        TableRule(
            name,
            part["columns"],
            part.get("left_out", nothing),
            part.get("join", nothing),
            part.get("repeat", 0),
            part.get("several") == "yes",
            "unclaimed" in part,
            part.get("vault", nothing),
            part.get("known", nothing),
            part.get("activities", ""),
            tuple(part.get("also", ())),
            tuple(part.get("people", ())),
            tuple(part.get("case_of", ())),
        )
        for name, part in parts.items()
        if "columns" in part
    )
    position = position_of(node, "tables")
    names = [name for table in tables for name in table.names]
    for name in sorted({n for n in names if names.count(n) > 1}):
        faults.append(position.fault(f"{quoted(name)} is read twice"))
    for number, table in enumerate(tables):
        if number and not table.join and not table.activities:
            faults.append(
                position.fault(f"{quoted(table.name)} needs 'join': how its rows belong to the first table")
            )
        if not number and (table.join or table.unclaimed or table.activities):
            faults.append(position.fault("the first table has one row per casualty and is joined to nothing"))
    if "@" in values.get("address", "").partition("://")[2].partition("/")[0]:
        problem = "a mapping holds no user and no password: write them into the file of credentials"
        faults.append(position_of(node, "address").fault(problem))
    if "address" in values and values.get("source") not in {"database", *SERVICES}:
        problem = "files and folders are named when they are loaded, not in the mapping"
        faults.append(position_of(node, "address").fault(problem))
    constants: Mapping[str, str] = values.get("constants", nothing)
    _check_constants(known, constants, position_of(node, "constants"), faults)
    if tables and not faults:
        _check_filled(tables, constants, position, faults)
    if faults:
        return None
    return SourceMapping(
        values["member"],
        values["source"],
        values.get("reading", Reading()),
        tables,
        constants,
        values.get("left_out", nothing),
        values.get("least_counted", LEAST_COUNTED),
        values.get("address", ""),
    )


def _check_constants(
    known: Mapping[str, Target], constants: Mapping[str, str], position: Any, faults: list[Fault]
) -> None:
    for name, code in constants.items():
        target = known.get(name)
        if target is None or not target.codes or target.kind is Kind.SEVERAL or name in OF_SHEETS:
            coded = [n for n, t in known.items() if t.codes]
            faults.append(position.fault(f"{quoted(name)} cannot be a constant", nearest(name, tuple(coded))))
        elif code not in target.codes:
            faults.append(
                position.fault(f"{quoted(code)} is not a code of {name}", nearest(code, target.codes))
            )


def _check_filled(
    tables: tuple[TableRule, ...], constants: Mapping[str, str], position: Any, faults: list[Fault]
) -> None:
    check_fields([field for table in tables for field in table.personal.values()], position, faults)
    names = [*filled(table for table in tables if not table.activities), *constants]
    for name in sorted({n for n in names if names.count(n) > 1}):
        faults.append(position.fault(f"{name} is filled twice"))
    for name in sorted({n.partition(".")[0] for n in names if "." in n} & set(names)):
        faults.append(position.fault(f"{name} is filled as a whole and in parts ({name}.…)"))
    faults.extend(
        position.fault(f"nothing is mapped to {name}, without which nothing can be counted")
        for name in (CASE, DATE)
        if name not in names
    )
    if DISABILITY in names and set(DOMAINS) & set(names):
        faults.append(position.fault(f"{DISABILITY} is filled, and follows from the six questions as well"))
    if CONSENT not in names:
        faults.append(
            position.fault(
                f"nothing is mapped to {CONSENT}: map a column, or state under 'constants' what all agreed to"
            )
        )
