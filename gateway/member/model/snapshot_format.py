"""Snapshots as bytes for the member's own store, and back.

Magic, length and canonical JSON of the header, then the columns and links as plain little-endian arrays in
the header's order. A snapshot has exactly one encoding: a snapshot read back writes the same bytes. Details
and contacts, beside the counted rows, are in the header of schema 2 only; `accidents` is in the header only
where rows do not show whether the source has numbers of accidents.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.contacts import Contacts
from gateway.member.model.snapshot import LINKS, SCHEMA, SCHEMA_BESIDE, Column, Snapshot, SnapshotError

MAGIC = b"safelane snapshot 1\n"
_SCHEMAS = (SCHEMA, SCHEMA_BESIDE)
_LENGTH = 8
_DIGEST = 32
_FIELDS = {"columns", "consent", "created", "dictionary", "links", "member", "rows", "schema", "vintage"}
_BESIDE = {"contacts", "details"}


def snapshot_to_bytes(snapshot: Snapshot) -> bytes:
    """The encoding of a snapshot, with a SHA-256 of all bytes before at its end."""
    header = {
        "columns": {name: column.codes for name, column in snapshot.columns.items()},
        "consent": snapshot.consent.codes,
        "created": snapshot.created.isoformat(),
        "dictionary": snapshot.dictionary,
        "links": {name: link.dtype.itemsize for name, link in snapshot.links.items()},
        "member": snapshot.member,
        "rows": len(snapshot),
        "schema": snapshot.schema,
        "vintage": snapshot.vintage.codes,
        **_beside(snapshot),
    }
    text = _canonical(header)
    columns = (*snapshot.columns.values(), snapshot.consent, snapshot.vintage, *snapshot.details.values())
    contacts = snapshot.contacts
    body = b"".join(
        (
            MAGIC,
            len(text).to_bytes(_LENGTH, "big"),
            text,
            *(column.indices.astype("<u2").tobytes() for column in columns),
            *(link.tobytes() for link in snapshot.links.values()),
            *(() if contacts is None else contacts.arrays()),
        )
    )
    return body + hashlib.sha256(body).digest()


def _beside(snapshot: Snapshot) -> dict[str, Any]:
    """The fields of the header that a snapshot need not have: of schema 2, and on accidents."""
    said = {} if snapshot.says_accidents is None else {"accidents": snapshot.says_accidents}
    if snapshot.schema == SCHEMA:
        return said
    contacts = snapshot.contacts
    body = None if contacts is None else {
        "columns": {name: column.codes for name, column in contacts.columns.items()},
        "rows": len(contacts),
        "width": contacts.case.dtype.itemsize,
    }  # fmt: skip
    details = {name: column.codes for name, column in snapshot.details.items()}
    return {**said, "contacts": body, "details": details}


def snapshot_from_bytes(data: bytes) -> Snapshot:
    """Read what `snapshot_to_bytes` wrote. Raises SnapshotError for any other bytes."""
    try:
        return _read(data)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
        raise _damaged() from None


def _read(data: bytes) -> Snapshot:
    if not data.startswith(MAGIC) or hashlib.sha256(data[:-_DIGEST]).digest() != data[-_DIGEST:]:
        raise _damaged()
    start = len(MAGIC) + _LENGTH
    end = start + int.from_bytes(data[len(MAGIC) : start], "big")
    header = json.loads(data[start:end])
    fields = _FIELDS if header["schema"] == SCHEMA else _FIELDS | _BESIDE
    if (
        set(header) - {"accidents"} != fields
        or header["schema"] not in _SCHEMAS
        or tuple(header["links"]) != LINKS
    ):
        raise _damaged()
    rows = header["rows"]
    arrays = _Arrays(data[end:-_DIGEST], rows)
    columns = {name: arrays.column(codes) for name, codes in header["columns"].items()}
    consent, vintage = arrays.column(header["consent"]), arrays.column(header["vintage"])
    details = {name: arrays.column(codes) for name, codes in header.get("details", {}).items()}
    links = {name: arrays.link(width) for name, width in header["links"].items()}
    snapshot = Snapshot(
        header["member"],
        header["dictionary"],
        date.fromisoformat(header["created"]),
        MappingProxyType(columns),
        consent,
        vintage,
        MappingProxyType(links),
        MappingProxyType(details),
        _contacts(arrays, header.get("contacts")),
        _true_or_false(header["accidents"]) if "accidents" in header else None,
    )
    if snapshot_to_bytes(snapshot) != data:
        raise _damaged()
    return snapshot


def _true_or_false(value: object) -> bool:
    if not isinstance(value, bool):
        raise _damaged()
    return value


def _contacts(arrays: "_Arrays", header: Mapping[str, Any] | None) -> Contacts | None:
    if header is None:
        return None
    arrays.rows = header["rows"]
    columns = {name: arrays.column(codes) for name, codes in header["columns"].items()}
    cents = arrays.numbers()
    return Contacts(arrays.link(header["width"]), MappingProxyType(columns), cents)


class _Arrays:
    """Reads arrays, one after the other, from the bytes behind the header."""

    def __init__(self, body: bytes, rows: int) -> None:
        self._body = body
        self.rows = rows
        self._at = 0

    def column(self, codes: list[str]) -> Column:
        indices = self._next(np.dtype("<u2"))
        if self.rows and int(indices.max()) >= len(codes):
            raise _damaged()
        native = indices.astype(np.uint16)
        native.flags.writeable = False
        return Column(tuple(codes), native)

    def numbers(self) -> NDArray[np.int64]:
        native = self._next(np.dtype("<i8")).astype(np.int64)
        native.flags.writeable = False
        return native

    def link(self, width: int) -> NDArray[np.bytes_]:
        return self._next(np.dtype(f"S{width}"))

    def _next(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        array = np.frombuffer(self._body, dtype=dtype, count=self.rows, offset=self._at)
        self._at += array.nbytes
        return array


def _canonical(header: Mapping[str, Any]) -> bytes:
    # `links` keeps its order, which is that of LINKS; everything else is sorted already.
    return json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _damaged() -> SnapshotError:
    return SnapshotError("This is not a whole snapshot.", remedy="Load the source again.")
