"""A log that was kept as files is taken into an empty database: nothing is signed, nothing is changed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert

from audit.formats.note import Signature
from audit.formats.tiles import Tile
from audit.log.log import SignedCheckpoint
from gateway.store.engine.logs import (
    SqlLogStorage,
    log_checkpoints,
    log_entries,
    log_sizes,
    log_tiles,
)

_ENTRY, _TILE = insert(log_entries), insert(log_tiles)


class AdoptedLog:
    """Writes within the caller's transaction. What is written is the caller's to have checked."""

    def __init__(self, connection: Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin

    def entries(self, start: int, entries: Sequence[bytes]) -> None:
        """Keep entries from number `start` on."""
        rows = [
            {"origin": self._origin, "number": number, "entry": entry}
            for number, entry in enumerate(entries, start)
        ]
        if rows:
            self._connection.execute(_ENTRY, rows)

    def tile(self, tile: Tile, hashes: bytes) -> None:
        """Keep a tile at its greatest width."""
        row = {"origin": self._origin, "level": tile.level, "number": tile.index, "hashes": hashes}
        self._connection.execute(_TILE, row)

    def head(self, signed: SignedCheckpoint, cosignatures: Iterable[Signature]) -> None:
        """Make the log begin at this checkpoint: earlier ones are not known here."""
        self._connection.execute(insert(log_sizes), {"origin": self._origin, "size": signed.size})
        self._connection.execute(
            insert(log_checkpoints),
            {"origin": self._origin, "size": signed.size, "note": signed.note, "signed_at": signed.signed_at},
        )
        SqlLogStorage(self._connection, self._origin).add_cosignatures(signed.size, list(cosignatures))
