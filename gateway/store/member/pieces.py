"""Pieces of large values, each named by the SHA-256 of its bytes and kept once, whoever refers to it.

What a cube seals grows with the people that it counts, while a value of SQLite has no more than 10^9 bytes: a
larger cube is kept in pieces too. In its place stands the list of their names, one a line below MAGIC.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, func, insert, select

from gateway.store.engine.database import StorageError
from gateway.store.engine.schema import metadata

MAGIC = b"safelane pieces 1\n"
LARGEST = 1 << 26
"""Bytes of a value that is kept as it is."""
PIECE = 1 << 24

pieces = Table(
    "pieces",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("piece", LargeBinary, nullable=False),
)


def keep_piece(connection: Connection, data: bytes) -> str:
    """Keep a piece that is not kept already. Returns its name."""
    digest = sha256(data).hexdigest()
    there = connection.execute(select(pieces.c.digest).where(pieces.c.digest == digest)).first()
    if there is None:
        connection.execute(insert(pieces).values(digest=digest, piece=data))
    return digest


def kept_piece(connection: Connection, digest: str) -> bytes | None:
    """The piece of this name; None where there is none."""
    query = select(pieces.c.piece).where(pieces.c.digest == digest)
    return connection.execute(query).scalar_one_or_none()


def in_pieces(connection: Connection, value: bytes) -> bytes:
    """What stands in the place of a value: itself, or the names of its pieces, which are kept."""
    if len(value) <= LARGEST:
        return value
    names = []
    for start in range(0, len(value), PIECE):
        piece = value[start : start + PIECE]
        names.append(sha256(piece).hexdigest())
        keep_piece(connection, piece)
    return MAGIC + "\n".join(names).encode("ascii")


def whole(connection: Connection, kept: bytes) -> bytes:
    """The value that `in_pieces` was given. Raises StorageError."""
    if not kept.startswith(MAGIC):
        return kept
    return b"".join(_whole_pieces(connection, _names(kept)))


def forget_pieces(connection: Connection, kept: Iterable[bytes], columns: Iterable["Column[bytes]"]) -> None:
    """Delete the pieces of values that are gone, except those that a value of the columns names."""
    gone = {name for value in kept if value.startswith(MAGIC) for name in _names(value)}
    if not gone:
        return
    for column in columns:
        others = select(column).where(func.substr(column, 1, len(MAGIC)) == MAGIC)
        for value in connection.execute(others).scalars():
            gone -= set(_names(value))
    connection.execute(delete(pieces).where(pieces.c.digest.in_(gone)))


def _names(kept: bytes) -> list[str]:
    return kept[len(MAGIC) :].decode("ascii").split("\n")


def _whole_pieces(connection: Connection, names: Iterable[str]) -> Iterator[bytes]:
    for name in names:
        piece = kept_piece(connection, name)
        if piece is None or sha256(piece).hexdigest() != name:
            raise StorageError(
                "A piece of a kept cube is missing or damaged.",
                remedy="Restore the node from a backup; nothing was changed.",
            )
        yield piece
