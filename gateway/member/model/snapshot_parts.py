"""A large snapshot in parts: by the year of the accidents, each year in as many parts as it needs.

A part stands for itself and is named by the SHA-256 of its bytes. So the parts of years that did not change
are the same from one load to the next, and are kept once. The index names the parts, and holds what stands
beside the rows. Pseudonyms are kept as the 16 bytes that their digits stand for, a link that is the same as
the case not at all, and codes in one byte where there are no more than 256 of them.

Each kind of bytes: magic, length and JSON of a header, then arrays in the header's order. An index ends with
a SHA-256 of all bytes before.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.pseudonym_digits import DIGEST_BYTES, digests_of, pseudonym_texts
from gateway.member.model.column import Column, ascending, frozen, looked_up
from gateway.member.model.contacts import Contacts
from gateway.member.model.mapped_arrays import blocks, taken
from gateway.member.model.packed_links import PackedLinks, comparable
from gateway.member.model.snapshot import LINKS, Snapshot, SnapshotError
from gateway.member.model.snapshot_format import snapshot_from_bytes, snapshot_to_bytes

INDEX, PART = b"safelane snapshot 2\n", b"safelane part 1\n"
MOST_ROWS = 250_000
"""Rows of a part, some ten megabytes; and of a snapshot that is kept whole."""

_LENGTH, _DIGEST = 8, 32
_BYTE = 256
_DATE = "date"
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio: multiplied by it, texts that differ little fall into different parts."""
_CONSENT, _VINTAGE, _BESIDE = "=consent", "=vintage", "=beside "
"""Names of columns that no dimension can have."""
_CASE, _CENTS = "case", "cents"
_TABLES = ("rows", "contacts")


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of a snapshot, or of the contacts beside one: columns, texts, and amounts.

    With a `prefix`, the texts are pseudonyms and packed (`PackedLinks`).
    """

    columns: Mapping[str, Column]
    texts: Mapping[str, NDArray[np.bytes_]]
    amounts: Mapping[str, NDArray[np.int64]]
    prefix: bytes | None = None

    def __len__(self) -> int:
        return len(self.texts[_CASE])

    def taken(self, rows: NDArray[np.intp]) -> "_Rows":
        return _Rows(
            {name: column.taken(rows) for name, column in self.columns.items()},
            _taken(self.texts, rows),
            {name: values[rows] for name, values in self.amounts.items()},
            self.prefix,
        )


def kept_form(snapshot: Snapshot, keep: Callable[[bytes], None]) -> bytes:
    """What a store keeps of a snapshot: a small one whole, of a large one the index.

    Each part of a large one is given to `keep` before.
    """
    if len(snapshot) <= MOST_ROWS:
        return snapshot_to_bytes(snapshot)
    names: dict[str, list[str]] = {table: [] for table in _TABLES}
    counts: list[int] = []
    of_years: list[list[int]] = []
    tables = {"rows": _rows_of(snapshot)}
    if snapshot.contacts is not None:
        tables["contacts"] = _contacts_of(snapshot.contacts)
    for table, whole in tables.items():
        years = snapshot.columns.get(_DATE) if table == "rows" else None
        for rows in _divided(whole.texts[_CASE], years):
            some = whole.taken(rows)
            part = _part(some)
            names[table].append(hashlib.sha256(part).hexdigest())
            if years is not None:
                counts.append(len(some))
                of_years.append(sorted({int(code[:4]) for code in some.columns[_DATE].codes}))
            keep(part)
    header = {
        "created": snapshot.created.isoformat(),
        "dictionary": snapshot.dictionary,
        "member": snapshot.member,
        "accidents": snapshot.says_accidents,
        "tables": {
            table: {
                "alike": _like_cases(whole),
                "amounts": list(whole.amounts),
                "columns": {name: column.codes for name, column in whole.columns.items()},
                "ordered": _in_order(whole.texts[_CASE]),
                "parts": names[table],
                "rows": len(whole),
                "widths": {name: values.dtype.itemsize for name, values in whole.texts.items()},
                **({} if whole.prefix is None else {"prefix": whole.prefix.decode("ascii")}),
                **({"counts": counts, "years": of_years} if table == "rows" and of_years else {}),
            }
            for table, whole in tables.items()
        },
    }
    body = _framed(INDEX, header)
    return body + hashlib.sha256(body).digest()


def kept_snapshot(data: bytes, part: Callable[[str], bytes | None]) -> Snapshot:
    """Read what `kept_form` made; `part` gives the part of each name. Raises SnapshotError."""
    return KeptIndex.read(data, part).whole() if data.startswith(INDEX) else snapshot_from_bytes(data)


def _rows_of(snapshot: Snapshot) -> _Rows:
    return _Rows(
        {
            **snapshot.columns,
            _CONSENT: snapshot.consent,
            _VINTAGE: snapshot.vintage,
            **{_BESIDE + name: column for name, column in snapshot.details.items()},
        },
        comparable(snapshot.links),
        {},
        snapshot.links.prefix if isinstance(snapshot.links, PackedLinks) else None,
    )


def _contacts_of(contacts: Contacts) -> _Rows:
    return _Rows(contacts.columns, {_CASE: contacts.case}, {_CENTS: contacts.cents})


def _divided(case: NDArray[np.bytes_], dates: Column | None) -> Iterator[NDArray[np.intp]]:
    """The rows of each part, in their order.

    In the order of cases, a row falls into the same part whatever stands around it. Other rows are divided
    as they stand, as no order would tell their places again.
    """
    if not _in_order(case):
        yield from np.split(np.arange(len(case)), range(MOST_ROWS, len(case), MOST_ROWS))
        return
    years = Column.constant("", len(case)) if dates is None else dates.recoded(lambda code: code[:4])
    for number in range(len(years.codes)):
        rows = np.flatnonzero(years.indices == number)
        bits = max(0, (-(-len(rows) // MOST_ROWS) - 1).bit_length())
        which = (_spread(taken(case, rows)) >> np.uint64(32)) >> np.uint64(32 - bits)
        for piece in range(1 << bits):
            yield rows[which == piece]


def _in_order(case: NDArray[np.bytes_]) -> bool:
    for start, block in blocks(case):
        if not (block[1:] > block[:-1]).all() or (start and case[start - 1] >= block[0]):
            return False
    return True


def _spread(case: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    """A number for each text that follows from its last letters, spread over all numbers of 64 bits."""
    whole = np.zeros((len(case), -(-case.dtype.itemsize // 8) * 8), dtype=np.uint8)
    whole[:, whole.shape[1] - case.dtype.itemsize :] = case.view(np.uint8).reshape(len(case), -1)
    return np.ascontiguousarray(whole[:, -8:]).view(">u8").ravel().astype(np.uint64) * _SPREAD


def _like_cases(rows: _Rows) -> list[str]:
    """The names of the texts that are the same as the cases, in every row."""
    case = rows.texts[_CASE]
    return [name for name, values in rows.texts.items() if name != _CASE and _same(values, case)]


def _same(one: NDArray[np.bytes_], other: NDArray[np.bytes_]) -> bool:
    if one is other or one.dtype != other.dtype:
        return one is other
    pairs = zip(blocks(one), blocks(other), strict=True)
    return all(np.array_equal(here, there) for (_, here), (_, there) in pairs)


def _taken(texts: Mapping[str, NDArray[np.bytes_]], rows: NDArray[np.intp]) -> dict[str, NDArray[np.bytes_]]:
    """The texts of some rows, in memory; one array for those that are one array."""
    done: dict[int, NDArray[np.bytes_]] = {}
    for values in texts.values():
        if id(values) not in done:
            done[id(values)] = np.array(taken(values, rows))
    return {name: done[id(values)] for name, values in texts.items()}


def _part(rows: _Rows) -> bytes:
    alike = _like_cases(rows)
    header: dict[str, Any] = {
        "columns": {name: column.codes for name, column in rows.columns.items()},
        "rows": len(rows),
        "texts": {},
        "amounts": list(rows.amounts),
    }
    arrays = [
        column.indices.astype(_index_type(len(column.codes))).tobytes() for column in rows.columns.values()
    ]
    for name, values in rows.texts.items():
        if name in alike:
            header["texts"][name] = _CASE
        elif rows.prefix is not None:
            header["texts"][name] = rows.prefix.decode("ascii")
            arrays.append(values.tobytes())
        elif (found := digests_of(values)) is not None:
            header["texts"][name] = found[0].decode("ascii")
            arrays.append(found[1])
        else:
            header["texts"][name] = values.dtype.itemsize
            arrays.append(values.tobytes())
    arrays += [values.astype("<i8").tobytes() for values in rows.amounts.values()]
    return b"".join((_framed(PART, header), *arrays))


def _index_type(codes: int) -> str:
    return "u1" if codes <= _BYTE else "<u2"


def _framed(magic: bytes, header: Mapping[str, Any]) -> bytes:
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return magic + len(text).to_bytes(_LENGTH, "big") + text


def _header(magic: bytes, data: bytes) -> tuple[dict[str, Any], int]:
    """The header, and where it ends."""
    start = len(magic) + _LENGTH
    end = start + int.from_bytes(data[len(magic) : start], "big")
    if not data.startswith(magic) or end > len(data):
        raise _damaged()
    return json.loads(data[start:end]), end


@dataclass(frozen=True)
class KeptIndex:
    """The index of a snapshot that is kept in parts: what it says of itself, before a part is opened.

    `part` gives the part of each name. Raises SnapshotError for an index that is no whole one; so do the
    methods for a part that is missing or damaged.
    """

    header: Mapping[str, Any]
    part: Callable[[str], bytes | None]

    @classmethod
    def read(cls, index: bytes, part: Callable[[str], bytes | None]) -> "KeptIndex":
        try:
            header, end = _header(INDEX, index)
            whole = index[end:] == hashlib.sha256(index[:end]).digest()
            rows = header["tables"]["rows"]
            if whole and isinstance(rows["rows"], int) and date.fromisoformat(header["created"]):
                return cls(header, part)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            pass
        raise _damaged()

    @property
    def rows(self) -> int:
        return int(self.header["tables"]["rows"]["rows"])

    @property
    def parts(self) -> tuple[str, ...]:
        """The name of each part, of the rows and then of the contacts."""
        tables = self.header["tables"]
        return tuple(name for table in _TABLES if table in tables for name in tables[table]["parts"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the counted columns."""
        return tuple(n for n in self.header["tables"]["rows"]["columns"] if not n.startswith("="))

    @property
    def years(self) -> tuple[int, ...] | None:
        """The years of the accidents, ascending; None where the rows have no dates."""
        codes = self.header["tables"]["rows"]["columns"].get(_DATE)
        return None if codes is None else tuple(sorted({int(code[:4]) for code in codes}))

    @property
    def pseudonyms_begin(self) -> bytes:
        """As `Snapshot.pseudonyms_begin`; b"" where the index of a former version does not say so."""
        prefix: str = self.header["tables"]["rows"].get("prefix", "")
        return prefix[: prefix.find(".") + 1].encode("ascii")

    @property
    def accidents(self) -> bool:
        """Whether the source says which casualties share an accident (`Snapshot.has_accidents`)."""
        said = self.header["accidents"]
        return "accident" not in self.header["tables"]["rows"]["alike"] if said is None else bool(said)

    def whole(self) -> Snapshot:
        """The snapshot, from all parts."""
        return self._snapshot(self.header)

    def of_years(self, years: Collection[int]) -> Snapshot:
        """The rows of some years at least, without what stands beside them: from the parts that have some.

        An index of a former version does not say of which years its parts are: then these are all rows.
        """
        rows = self.header["tables"]["rows"]
        if "years" not in rows:
            return self.whole()
        some = [n for n, of in enumerate(rows["years"]) if not set(years).isdisjoint(of)]
        table = {
            **rows,
            "parts": [rows["parts"][n] for n in some],
            "rows": sum(rows["counts"][n] for n in some),
        }
        return self._snapshot({**self.header, "tables": {"rows": table}})

    def _snapshot(self, header: Mapping[str, Any]) -> Snapshot:
        try:
            return _read(header, self.part)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
            raise _damaged() from None


def _read(header: Mapping[str, Any], part: Callable[[str], bytes | None]) -> Snapshot:
    tables = {name: _whole(table, part) for name, table in header["tables"].items()}
    rows, contacts = tables["rows"], tables.get("contacts")
    columns = dict(rows.columns)
    consent, vintage = columns.pop(_CONSENT), columns.pop(_VINTAGE)
    details = {name: columns.pop(name) for name in list(columns) if name.startswith(_BESIDE)}
    beside = None
    if contacts is not None:
        named = MappingProxyType(dict(contacts.columns))
        beside = Contacts(contacts.texts[_CASE], named, contacts.amounts[_CENTS])
    links = MappingProxyType({name: rows.texts[name] for name in LINKS})
    return Snapshot(
        header["member"],
        header["dictionary"],
        date.fromisoformat(header["created"]),
        MappingProxyType(columns),
        consent,
        vintage,
        links if rows.prefix is None else PackedLinks(rows.prefix, links),
        MappingProxyType({name.removeprefix(_BESIDE): column for name, column in details.items()}),
        beside,
        header["accidents"],
    )


def _whole(header: Mapping[str, Any], part: Callable[[str], bytes | None]) -> _Rows:
    """All rows of a table, from its parts, one after the other."""
    count = header["rows"]
    prefix = header["prefix"].encode("ascii") if "prefix" in header else None
    codes = {name: tuple(found) for name, found in header["columns"].items()}
    indices = {name: np.zeros(count, dtype=np.uint16) for name in codes}
    widths = {name: width for name, width in header["widths"].items() if name not in header["alike"]}
    texts = {name: np.zeros(count, dtype=f"S{width}") for name, width in widths.items()}
    amounts = {name: np.zeros(count, dtype=np.int64) for name in header["amounts"]}
    done = 0
    for name in header["parts"]:
        data = part(name)
        if data is None or hashlib.sha256(data).hexdigest() != name:
            raise _damaged()
        rows = _part_read(data, prefix)
        place = slice(done, done + len(rows))
        done += len(rows)
        for column, here in rows.columns.items():
            known = {code: number for number, code in enumerate(codes[column])}
            indices[column][place] = looked_up(
                np.array([known[code] for code in here.codes], np.uint16), here.indices
            )
        for text, values in texts.items():
            values[place] = rows.texts[text]
        for amount, numbers in rows.amounts.items():
            amounts[amount][place] = numbers
    if done != count:
        raise _damaged()
    arrays: list[NDArray[Any]] = [*indices.values(), *texts.values(), *amounts.values()]
    if header["ordered"]:
        order, _ = ascending(texts[_CASE])
        for array in arrays:
            array[:] = array[order]
    return _Rows(
        {name: Column(codes[name], frozen(found)) for name, found in indices.items()},
        {name: frozen(texts.get(name, texts[_CASE])) for name in header["widths"]},
        {name: frozen(found) for name, found in amounts.items()},
        prefix,
    )


def _part_read(data: bytes, prefix: bytes | None) -> _Rows:
    """The rows of a part, with pseudonyms that have this beginning left packed."""
    header, at = _header(PART, data)
    count = header["rows"]
    columns: dict[str, Column] = {}
    for name, codes in header["columns"].items():
        indices = np.frombuffer(data, _index_type(len(codes)), count, at)
        at += indices.nbytes
        columns[name] = Column(tuple(codes), indices)
    texts: dict[str, NDArray[np.bytes_]] = {}
    for name, form in header["texts"].items():
        if form == _CASE:
            continue
        if isinstance(form, int):
            texts[name] = np.frombuffer(data, f"S{form}", count, at)
            at += form * count
        elif prefix is not None and form.encode("ascii") == prefix:
            texts[name] = np.frombuffer(data, f"S{DIGEST_BYTES}", count, at)
            at += DIGEST_BYTES * count
        else:
            texts[name] = pseudonym_texts(form.encode("ascii"), data[at : at + DIGEST_BYTES * count])
            at += DIGEST_BYTES * count
    texts |= {name: texts[_CASE] for name, form in header["texts"].items() if form == _CASE}
    amounts: dict[str, NDArray[np.int64]] = {}
    for name in header["amounts"]:
        amounts[name] = np.frombuffer(data, "<i8", count, at)
        at += amounts[name].nbytes
    if at != len(data):
        raise _damaged()
    return _Rows(columns, texts, amounts)


def _damaged() -> SnapshotError:
    return SnapshotError("This is not a whole snapshot.", remedy="Load the source again.")
