"""Pieces of large values, each named by the SHA-256 of its bytes and kept once, whoever refers to it."""

from hashlib import sha256

from sqlalchemy import Column, Connection, LargeBinary, String, Table, insert, select

from gateway.store.engine.schema import metadata

pieces = Table(
    "pieces",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("piece", LargeBinary, nullable=False),
)


def keep_piece(connection: Connection, data: bytes) -> None:
    """Keep a piece that is not kept already."""
    digest = sha256(data).hexdigest()
    there = connection.execute(select(pieces.c.digest).where(pieces.c.digest == digest)).first()
    if there is None:
        connection.execute(insert(pieces).values(digest=digest, piece=data))


def kept_piece(connection: Connection, digest: str) -> bytes | None:
    """The piece of this name; None where there is none."""
    query = select(pieces.c.piece).where(pieces.c.digest == digest)
    return connection.execute(query).scalar_one_or_none()
