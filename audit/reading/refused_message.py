"""A refused message as a file: the log entry about it, and the opening of what the entry commits to.

Anybody can check the file with the sender's keys: that the entry is about this message, and that the sender
signed it. Whether it was refused rightly can then be read in the message itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

from audit.errors import AuditError, MalformedError, SignatureError
from audit.events.events import decode
from audit.events.refusal_events import MessageRefused
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.commitment import Opening
from audit.formats.encoding import parse_base64, to_base64
from audit.formats.note import Note, NoteVerifier, open_note
from audit.formats.vkey import VerifierKey
from audit.log.receipt import HEADER, Receipt

FORMAT: Final = "safelane/refused-message@v1"
LABEL: Final = "message"
"""Of the commitment, and the name of its field."""


@dataclass(frozen=True)
class RefusedMessage:
    """`entry`: the bytes of an entry `message-refused`; `salt` and `message` open its commitment."""

    entry: bytes
    salt: bytes
    message: str

    def __str__(self) -> str:
        return canonical_json({
            "entry": to_base64(self.entry),
            "format": FORMAT,
            "message": self.message,
            "salt": to_base64(self.salt),
        }).decode()  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a file. Raises MalformedError."""
        value = load_canonical_object(text.encode("utf-8", "replace"), "refused message")
        if value.keys() != {"entry", "format", "message", "salt"} or value["format"] != FORMAT:
            raise MalformedError("refused message", f"not in the format {FORMAT}")
        if not all(isinstance(each, str) for each in value.values()):
            raise MalformedError("refused message", "a value of the wrong type")
        entry, salt = (parse_base64(value[name], f"refused message's {name}") for name in ("entry", "salt"))
        return cls(entry, salt, value["message"])

    def verify(self, keys: Iterable[NoteVerifier]) -> tuple[MessageRefused, tuple[VerifierKey, ...]]:
        """The entry, and the keys among these that signed a note of the message.

        Raises MalformedError for another entry, CommitmentError for another message, and SignatureError
        where none of the keys signed anything in it.
        """
        event = decode(self.entry)
        if not isinstance(event, MessageRefused):
            raise MalformedError("refused message", "its entry is about something else")
        Opening(LABEL, self.salt, self.message.encode()).verify(event.message)
        keys = tuple(keys)
        signed = {key: None for note in self._notes() for key in _signers(note, keys)}
        if not signed:
            raise SignatureError("none of these keys signed anything in the message")
        return event, tuple(signed)

    def _notes(self) -> Iterator[Note]:
        """The signed notes in the message, that of a receipt included."""
        values: list[Any] = [load_canonical_object(self.message.encode(), "message")]
        while values:
            value = values.pop()
            if isinstance(value, dict):
                values += value.values()
            elif isinstance(value, str):
                try:
                    yield Receipt.parse(value).checkpoint if value.startswith(HEADER) else Note.parse(value)
                except AuditError:
                    continue


def _signers(note: Note, keys: Iterable[NoteVerifier]) -> Iterator[VerifierKey]:
    for key in keys:
        try:
            yield from open_note(note, (key,))
        except AuditError:
            continue
