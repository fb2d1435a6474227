"""Tables that explain other tables: lists of codes, domains of a map service, metadata of DHIS2.

Such a table has no records. What it says of headings and codes is used to understand the other tables, and a
draft leaves it out with that reason. For `map suggest` only.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.lexicon import heading_words
from gateway.sources.model.metadata import Metadata
from gateway.sources.model.tables import ForeignKey
from gateway.sources.model.words import plain

MOST_CODES = 1_000
"""Rows of a list of codes at most."""

REASON = "what codes and headings mean"

_KEYS = {
    "code", "id", "uid", "value", "name", "key", "key column", "option", "option code",
    "mã", "mã số", "giá trị", "รหัส", "ค่า", "ລະຫັດ", "កូដ", "លេខកូដ", "ကုဒ်", "kode", "nilai", "kod", "kódigu",
}  # fmt: skip
_LABELS = {
    "description", "label", "name", "display name", "displayname", "meaning", "title", "text",
    "label english en",
    "tên", "ý nghĩa", "mô tả", "ความหมาย", "คำอธิบาย", "ชื่อ", "ຄວາມໝາຍ", "ຊື່", "អត្ថន័យ", "ឈ្មោះ",
    "အဓိပ္ပာယ်", "အမည်", "arti", "keterangan", "nama", "maksud", "kahulugan", "signifikadu",
}  # fmt: skip
_GROUPS = {
    "domain", "list", "list name", "field", "field name", "attribute", "option set", "variable", "column",
    "domain name", "biến", "trường", "cột", "danh mục", "ตัวแปร", "ชื่อตัวแปร", "คอลัมน์", "ตาราง", "ຕົວແປ", "អថេរ",
    "ជួរឈរ", "ကိန်းရှင်", "variabel", "kolom", "pembolehubah", "lajur",
}  # fmt: skip
"""Headings of a list of codes in the languages of the region: the code, its meaning, and of which column."""


@dataclass(frozen=True)
class Explained:
    """`columns`: those of the tables with records, each with what other tables say of it. `lists`: the tables
    that only explain.
    """

    columns: Sequence[Column]
    lists: frozenset[str]


def explained(
    columns: Sequence[Column], keys: Sequence[ForeignKey], metadata: Metadata | None = None
) -> Explained:
    """The columns with what the source says of them elsewhere."""
    tables: dict[str, list[Column]] = {}
    for column in columns:
        tables.setdefault(column.table, []).append(column)
    found = list(columns)
    lists: set[str] = set()
    for name, own in tables.items():
        others = [c for c in found if c.table not in lists | {name}]
        said = _as_domains(own, others) or _as_names(own, others) or _as_codes(own, others, keys)
        if said:
            lists.add(name)
            found = [said.get((c.table, c.heading), c) for c in found]
    if metadata:
        found = [_by_metadata(column, metadata) for column in found]
    return Explained([c for c in found if c.table not in lists], frozenset(lists))


def read_metadata(texts: Iterable[bytes]) -> Metadata | None:
    """What JSON files beside the tables say of headings and codes, as DHIS2 exports its metadata."""
    headings: dict[str, str] = {}
    options: dict[str, Mapping[str, str]] = {}
    for text in texts:
        try:
            body = json.loads(text.decode("utf-8-sig"))
        except ValueError:
            continue  # no metadata: the file is not read otherwise either
        for name, said, codes in _elements(body):
            headings[plain(name)] = said
            if codes:
                options[plain(name)] = codes
    return Metadata(MappingProxyType(headings), MappingProxyType(options)) if headings else None


def _elements(body: object) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Each data element or attribute, however deep it stands: its identifier, its name, and the names of its
    options by their codes. Option sets stand within it, or elsewhere under the same identifier.
    """
    every = list(_objects(body))
    single = {str(one["id"]): one for one in every if "id" in one and "code" in one}
    sets: dict[str, dict[str, str]] = {}
    for one in every:
        if options := _dicts(one.get("options")):
            whole = [
                option if "code" in option else single.get(str(option.get("id", "")), {})
                for option in options
            ]
            codes = {plain(str(o["code"])): _name_of(o) for o in whole if o.get("code") and _name_of(o)}
            sets.setdefault(str(one.get("id", "")), {}).update(codes)
    for one in every:
        said = _name_of(one)
        if "valueType" not in one and "optionSet" not in one and "domainType" not in one:
            continue
        of = one.get("optionSet")
        codes = sets.get(str(of.get("id", "")), {}) if isinstance(of, dict) else {}
        for name in (one.get("id"), one.get("code")):
            if name and said:
                yield str(name), said, codes


def _name_of(one: Mapping[str, object]) -> str:
    return str(one.get("formName") or one.get("displayName") or one.get("name") or "")


def _objects(body: object) -> Iterator[dict[str, object]]:
    """Every object of a JSON text, however deep it stands."""
    left: list[object] = [body]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
        if isinstance(one, dict | list):
            left.extend(one.values() if isinstance(one, dict) else one)


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _by_metadata(column: Column, metadata: Metadata) -> Column:
    heading = plain(column.heading)
    said = metadata.headings.get(heading, "")
    labels = metadata.options.get(heading)
    return column.explained(said, labels) if said or labels else column


_Said = dict[tuple[str, str], Column]


def _find(own: Sequence[Column], words: set[str]) -> Column | None:
    return next((c for c in own if heading_words(c.heading) in words), None)


def _as_domains(own: Sequence[Column], others: Sequence[Column]) -> _Said:
    """A list of several lists: to which field a code belongs, the code, and what it means."""
    group, label = _find(own, _GROUPS), _find(own, _LABELS)
    rest = [c for c in own if c not in {group, label}] if group and label else []
    key = _find(rest, _KEYS)
    if not (group and label and key) or len(group.cells.values) > MOST_CODES:
        return {}
    lists: dict[str, dict[str, str]] = {}
    for name, code, meaning in zip(group.cells.values, key.cells.values, label.cells.values, strict=True):
        lists.setdefault(heading_words(name), {})[plain(code)] = meaning
    said: _Said = {}
    for column in others:
        codes = lists.get(heading_words(column.heading)) or lists.get(heading_words(column.name))
        if codes and _inside(column, codes) > 0.9:
            said[column.table, column.heading] = column.explained(labels=codes)
    return said


def _as_names(own: Sequence[Column], others: Sequence[Column]) -> _Said:
    """A list of headings with their names."""
    headings = {plain(c.heading): c for c in others}
    for key in own:
        names = [plain(value) for value in key.cells.values]
        known = [name for name in names if name in headings]
        label = next((c for c in own if c is not key and heading_words(c.heading) in _LABELS), None)
        if label and len(known) >= 3 and len(known) > 0.5 * len(names):
            pairs = zip(names, label.cells.values, strict=True)
            return {
                (headings[name].table, headings[name].heading): headings[name].explained(said)
                for name, said in pairs
                if name in headings and said.strip()
            }
    return {}


def _as_codes(own: Sequence[Column], others: Sequence[Column], keys: Sequence[ForeignKey]) -> _Said:
    """A list of codes: a column of different short words and one that says what each of them means."""
    if not 2 <= len(own) <= 4 or not 2 <= len(own[0].cells.values) <= MOST_CODES:
        return {}
    said: _Said = {}
    for column in others:
        for key in own:
            label = next((c for c in own if c is not key and _explains(c)), None)
            if label is None or key.cells.distinct < 0.999 or not _belongs(column, key, keys):
                continue
            codes = {
                plain(k): v for k, v in zip(key.cells.values, label.cells.values, strict=True) if v.strip()
            }
            if _inside(column, codes) > 0.9:
                said[column.table, column.heading] = column.explained(labels=codes)
    return said


def _explains(label: Column) -> bool:
    """Whether the cells are words, no two alike."""
    words = label.cells.words
    letters = sum(any(c.isalpha() for c in w) and not any(c.isdigit() for c in w) for w in words)
    return bool(words) and label.cells.distinct > 0.95 and letters >= 0.9 * len(words)


def _belongs(column: Column, key: Column, keys: Sequence[ForeignKey]) -> bool:
    """Whether the source says that a column has the codes of the list: a key, or the same heading."""
    if any(k.matches(column.table, column.heading, key.table, key.heading) for k in keys):
        return True
    here, there = heading_words(column.heading), heading_words(key.heading)
    return here == there and here not in _KEYS


def _inside(column: Column, codes: Mapping[str, str]) -> float:
    words = column.cells.words
    return sum(word in codes for word in words) / len(words) if words else 0.0
