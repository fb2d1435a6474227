"""Fills a node's vault while a source is read: redacted and encrypted row by row, never held in memory.

Until the snapshot is kept, the encrypted records wait in an unnamed file beside the database; nothing is
written in the clear. Then the records enter in the snapshot's own transaction.
"""

import secrets
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol

from anonymisers.identity.key_custody import Custody
from anonymisers.identity.vault_records import Compartment, ContentKey, RecordKey
from gateway.member.model.vault_load import SealedRecord, VaultLoad
from gateway.sources.rows.vault_values import REDACTED

Redact = Callable[[str, Mapping[str, str]], str | None]
"""A narrative, and the record's own values -> the redacted narrative; None for an unreadable narrative."""

_LENGTHS = struct.Struct(">BIHHI")
"""Compartment, number, and the lengths of the following parts: case, person, sealed fields."""
_COMPARTMENTS = tuple(Compartment)
MOST_SHARING = 50
"""Most rows with the same text that count as victims of one accident; more rows share a stock phrase."""


class _File(Protocol):
    def write(self, data: bytes, /) -> int: ...
    def read(self, size: int = ..., /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


class Filling(AbstractContextManager["Filling"]):
    """A Keeper that prepares a vault's load. `kept` are the fields to keep, out of all fields of a row."""

    def __init__(self, directory: Path, custody: Custody, kept: frozenset[str], redact: Redact) -> None:
        self._kept = kept
        self._redact = redact
        self._load = f"v-{secrets.token_hex(8)}"
        self._custody = custody
        self._keys = {c: ContentKey.new(custody.member, self._load, c) for c in _COMPARTMENTS}
        self._closing = ExitStack()
        spool = tempfile.TemporaryFile(dir=directory, prefix=".vault-")  # noqa: SIM115 - closed by __exit__
        self._spool: _File = self._closing.enter_context(spool)
        self._number = 0

    def __exit__(self, *exception: object) -> None:
        self._closing.close()

    def keep(self, cases: Sequence[str], people: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
        """Encrypt a chunk into the spool."""
        stories = _Stories(rows, self._redact) if REDACTED in self._kept else None
        for case, person, values in zip(cases, people, rows, strict=True):
            self._number += 1
            whose = RecordKey(self._number, case, person)
            own = {
                field: value for field, value in values.items() if field in self._kept and field != REDACTED
            }
            if own:
                self._add(Compartment.IDENTITY, whose, own)
            redacted = stories.redacted(values) if stories else None
            if redacted is not None:
                self._add(Compartment.REDACTED, whose, {REDACTED: redacted})

    def filled(self) -> VaultLoad:
        """Return the kept records, to be read once."""
        public = {
            Compartment.IDENTITY: self._custody.identity_key,
            Compartment.REDACTED: self._custody.redacted_key,
        }
        keys = {c: self._keys[c].sealed_to(public[c]) for c in _COMPARTMENTS}
        return VaultLoad(self._load, keys, self._records())

    def _add(self, compartment: Compartment, whose: RecordKey, fields: Mapping[str, str]) -> None:
        case, person = whose.case.encode("ascii"), whose.person.encode("ascii")
        sealed = self._keys[compartment].encrypt(whose, fields)
        lengths = (_COMPARTMENTS.index(compartment), whose.number, len(case), len(person), len(sealed))
        self._spool.write(_LENGTHS.pack(*lengths) + case + person + sealed)

    def _records(self) -> Iterator[SealedRecord]:
        self._spool.seek(0)
        while head := self._spool.read(_LENGTHS.size):
            place, number, case_length, person_length, length = _LENGTHS.unpack(head)
            case = self._spool.read(case_length).decode("ascii")
            person = self._spool.read(person_length).decode("ascii")
            sealed = self._spool.read(length)
            yield SealedRecord(_COMPARTMENTS[place], RecordKey(number, case, person), sealed)


class _Stories:
    """The narratives of a chunk. A narrative of several victims loses the values of all of them."""

    def __init__(self, rows: Sequence[Mapping[str, str]], redact: Redact) -> None:
        self._redact = redact
        self._done: dict[str, str | None] = {}
        self._sharing: dict[str, list[Mapping[str, str]]] = {}
        for values in rows:
            if REDACTED in values:
                self._sharing.setdefault(values[REDACTED], []).append(_own(values))

    def redacted(self, values: Mapping[str, str]) -> str | None:
        """Return a row's redacted narrative; None for a missing or unreadable narrative."""
        text = values.get(REDACTED)
        if text is None:
            return None
        sharing = self._sharing[text]
        if len(sharing) > MOST_SHARING:
            return self._redact(text, _own(values))
        if text not in self._done:
            numbered = ((f"{field} {i}", own[field]) for i, own in enumerate(sharing) for field in own)
            self._done[text] = self._redact(text, dict(numbered) if len(sharing) > 1 else sharing[0])
        return self._done[text]


def _own(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return a record's own values beside its narrative."""
    return {field: value for field, value in values.items() if field != REDACTED}


def engine_redaction(text: str, known: Mapping[str, str]) -> str | None:
    """Redact with this process's redaction engine, which takes seconds to load."""
    # Loaded by the first narrative: a load that keeps none must not pay for the language model.
    from anonymisers.redaction.engine.engine import engine  # noqa: PLC0415

    return engine().redact(text, known=known).text
