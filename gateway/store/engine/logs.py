"""A log's storage in the caller's transaction (`audit.log.log.Storage`), on SQLite and PostgreSQL.

Nothing here commits: an entry and the state explained by the entry are kept together, or neither is.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    bindparam,
    exists,
    insert,
    inspect,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from audit.errors import NotInLogError, StaleLogError
from audit.formats.merkle import HASH_SIZE
from audit.formats.note import Signature
from audit.formats.tiles import Tile, width_at
from audit.log.log import Growth, SignedCheckpoint
from gateway.store.engine.recovery import SqlRecovery
from gateway.store.engine.schema import metadata
from gateway.watching.recovering import check_recovered

_T = TypeVar("_T")
_AT_ONCE = 200
"""Tiles or entries in a single statement: SQLite limits the number of parameters."""

log_sizes = Table(
    "log_sizes",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
)
"""Present size of each log: the row that an append must find unchanged."""

log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", BigInteger, nullable=False),  # seconds since the epoch
)
"""Every checkpoint that a log signed: cosignatures may come later than the next checkpoint."""

log_entries = Table(
    "log_entries",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
)

log_tiles = Table(
    "log_tiles",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
"""A row for each tile, at its present width: a narrower tile is a prefix of the row."""

log_cosignatures = Table(
    "log_cosignatures",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("signer", LargeBinary, primary_key=True),
    Column("line", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
"""`signer` stands for the key: SHA-256 of its name and id. A line of ML-DSA-44, or a long name, is more than
PostgreSQL takes into an index."""


# What every append says, made once: building a statement takes longer than SQLite takes to run it.
_HEAD = (
    select(log_checkpoints)
    .join(
        log_sizes,
        (log_sizes.c.origin == log_checkpoints.c.origin) & (log_sizes.c.size == log_checkpoints.c.size),
    )
    .where(log_sizes.c.origin == bindparam("of"))
)
_TILES = select(log_tiles.c.level, log_tiles.c.number, log_tiles.c.hashes).where(
    log_tiles.c.origin == bindparam("of"),
    tuple_(log_tiles.c.level, log_tiles.c.number).in_(bindparam("wanted", expanding=True)),
)
_ENTRIES = (
    select(log_entries.c.entry)
    .where(
        log_entries.c.origin == bindparam("of"),
        log_entries.c.number >= bindparam("first"),
        log_entries.c.number < bindparam("end"),
    )
    .order_by(log_entries.c.number)
)
_EACH = select(log_entries.c.number, log_entries.c.entry).where(
    log_entries.c.origin == bindparam("of"), log_entries.c.number.in_(bindparam("wanted", expanding=True))
)
_COSIGNATURES = (
    select(log_cosignatures.c.line)
    .where(log_cosignatures.c.origin == bindparam("of"), log_cosignatures.c.size == bindparam("at"))
    .order_by(log_cosignatures.c.position)
)
_MOVE_SIZE = (
    update(log_sizes)
    .where(log_sizes.c.origin == bindparam("of"), log_sizes.c.size == bindparam("old_size"))
    .values(size=bindparam("new_size"))
)
_GROW_TILE = update(log_tiles).where(
    log_tiles.c.origin == bindparam("of"),
    log_tiles.c.level == bindparam("of_level"),
    log_tiles.c.number == bindparam("of_number"),
)
_ADD_SIZE, _ADD_CHECKPOINT = insert(log_sizes), insert(log_checkpoints)
_ADD_COSIGNATURE = insert(log_cosignatures)
_REPLACE_COSIGNATURE = update(log_cosignatures).where(
    log_cosignatures.c.origin == bindparam("of"),
    log_cosignatures.c.size == bindparam("at"),
    log_cosignatures.c.signer == bindparam("by"),
)
_ADD_ENTRY, _ADD_TILE = insert(log_entries), insert(log_tiles)


class SqlLogStorage:
    """A log within the connection's present transaction."""

    def __init__(self, connection: Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """The latest checkpoint, or None before the first."""
        row = self._connection.execute(_HEAD, {"of": self._origin}).one_or_none()
        return None if row is None else SignedCheckpoint(row.size, row.note, row.signed_at)

    def checkpoint_signed_by(self, time: int) -> SignedCheckpoint | None:
        """The largest checkpoint among those signed at this second or before."""
        row = self._connection.execute(
            select(log_checkpoints)
            .where(log_checkpoints.c.origin == self._origin, log_checkpoints.c.signed_at <= time)
            .order_by(log_checkpoints.c.size.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else SignedCheckpoint(row.size, row.note, row.signed_at)

    def cosigned_checkpoints(self, min_size: int, newest: int | None = None) -> list[SignedCheckpoint]:
        """Cosigned checkpoints of at least this size, smallest first; with `newest` only the largest."""
        has_lines = exists().where(
            log_cosignatures.c.origin == log_checkpoints.c.origin,
            log_cosignatures.c.size == log_checkpoints.c.size,
        )
        rows = self._connection.execute(
            select(log_checkpoints)
            .where(log_checkpoints.c.origin == self._origin, log_checkpoints.c.size >= min_size, has_lines)
            .order_by(log_checkpoints.c.size.desc())
            .limit(newest)
        )
        return [SignedCheckpoint(row.size, row.note, row.signed_at) for row in rows][::-1]

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Contents of tiles. Raises NotInLogError."""
        known: dict[tuple[int, int], bytes] = {}
        for chunk in _chunks(tiles):
            wanted = [(tile.level, tile.index) for tile in chunk]
            rows = self._connection.execute(_TILES, {"of": self._origin, "wanted": wanted})
            known |= {(row.level, row.number): row.hashes for row in rows}
        return [_cut(tile, known.get((tile.level, tile.index), b"")) for tile in tiles]

    def read_entries(self, start: int, end: int) -> list[bytes]:
        """Entries `[start, end)`. Raises NotInLogError."""
        rows = self._connection.execute(_ENTRIES, {"of": self._origin, "first": start, "end": end})
        entries = list(rows.scalars().all())  # all at once: row by row takes a third longer
        if len(entries) != end - start or start < 0:
            raise NotInLogError(f"{self._origin} does not have all of the entries {start} to {end - 1}")
        return entries

    def read_each(self, numbers: Sequence[int]) -> list[bytes]:
        """Entries with these numbers, in this order. Raises NotInLogError."""
        found: dict[int, bytes] = {}
        for chunk in _chunks(numbers):
            rows = self._connection.execute(_EACH, {"of": self._origin, "wanted": chunk})
            found |= {row.number: row.entry for row in rows}
        try:
            return [found[number] for number in numbers]
        except KeyError as missing:
            raise NotInLogError(f"{self._origin} does not have entry {missing}") from None

    def grow(self, growth: Growth) -> None:
        """Keep the results of an append.

        Raises StaleLogError: the caller must roll back; and RecoveringError after a restore, as long as
        witnesses are awaited. That gate is here, where no command can go around it: whatever signs, a rotated
        key too, keeps its checkpoint by this call.
        """
        if growth.entries:
            check_recovered(SqlRecovery(self._connection))
        try:
            self._move_size(growth)
            if growth.entries:
                self._connection.execute(
                    _ADD_ENTRY,
                    [
                        {"origin": self._origin, "number": number, "entry": entry}
                        for number, entry in enumerate(growth.entries, start=growth.old_size)
                    ],
                )
            self._write_tiles(growth)
        except IntegrityError:
            # Another process appended between our reading and our writing, and was first.
            raise StaleLogError(self._origin, growth.old_size) from None

    def regrow(self, growth: Growth, entries: Sequence[tuple[int, bytes]]) -> None:
        """Keep what the log had grown by before a loss, with those of its entries that are known.

        Nothing is signed: the checkpoint is from before the loss. Raises StaleLogError.
        """
        try:
            self._move_size(growth)
            if entries:
                rows = [{"origin": self._origin, "number": n, "entry": entry} for n, entry in entries]
                self._connection.execute(_ADD_ENTRY, rows)
            self._write_tiles(growth)
        except IntegrityError:
            raise StaleLogError(self._origin, growth.old_size) from None

    def cosignatures(self, size: int) -> list[Signature]:
        """Cosignatures gathered for the checkpoint of this size, in the order of arrival."""
        rows = self._connection.execute(_COSIGNATURES, {"of": self._origin, "at": size})
        return [Signature.parse(row.line) for row in rows]

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Keep cosignatures for the checkpoint of this size; of each key, the last cosignature."""
        known = {_signer(former): former for former in self.cosignatures(size)}
        for signature in signatures:
            signer, line = _signer(signature), str(signature)
            former = known.get(signer)
            if former is None:
                row = {"origin": self._origin, "size": size, "signer": signer, "line": line}
                self._connection.execute(_ADD_COSIGNATURE, {**row, "position": len(known)})
            elif former != signature:
                where = {"of": self._origin, "at": size, "by": signer}
                self._connection.execute(_REPLACE_COSIGNATURE, {**where, "line": line})
            known[signer] = signature

    def _move_size(self, growth: Growth) -> None:
        signed = growth.checkpoint
        moved = self._connection.execute(
            _MOVE_SIZE, {"of": self._origin, "old_size": growth.old_size, "new_size": signed.size}
        )
        if moved.rowcount == 0:
            if growth.old_size:
                raise StaleLogError(self._origin, growth.old_size)
            # The log's first checkpoint; if another has it already, the key is taken.
            self._connection.execute(_ADD_SIZE, {"origin": self._origin, "size": signed.size})
        self._connection.execute(
            _ADD_CHECKPOINT,
            {"origin": self._origin, "size": signed.size, "note": signed.note, "signed_at": signed.signed_at},
        )

    def _write_tiles(self, growth: Growth) -> None:
        grown = [t for t in growth.tiles if width_at(t.level, growth.old_size, t.index) > 0]
        if grown:
            self._connection.execute(
                _GROW_TILE,
                [
                    {
                        "of": self._origin,
                        "of_level": t.level,
                        "of_number": t.index,
                        "hashes": growth.tiles[t],
                    }
                    for t in grown
                ],
            )
        new = [t for t in growth.tiles if t not in grown]
        if new:
            self._connection.execute(
                _ADD_TILE,
                [
                    {"origin": self._origin, "level": t.level, "number": t.index, "hashes": growth.tiles[t]}
                    for t in new
                ],
            )


def _signer(signature: Signature) -> bytes:
    """What stands for the key of a signature in `log_cosignatures`."""
    return sha256(signature.name.encode() + signature.key_id).digest()


def _cut(tile: Tile, hashes: bytes) -> bytes:
    length = tile.width * HASH_SIZE
    if len(hashes) < length:
        raise NotInLogError(f"there is no {tile.path}")
    return hashes[:length]


def _chunks(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk


def logs_in(connection: Connection) -> list[str]:
    """The names of the logs in a database; none in a database without tables."""
    if not inspect(connection).has_table(log_sizes.name):
        return []
    return list(connection.execute(select(log_sizes.c.origin).order_by(log_sizes.c.origin)).scalars())
