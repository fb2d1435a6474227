"""Signed notes (c2sp.org/signed-note): text, an empty line, and one line for each signature."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol, Self

from audit.errors import MalformedError, SignatureError
from audit.formats import ed25519
from audit.formats.encoding import parse_base64, to_base64, utf8
from audit.formats.secret_key import check_key_id, parse_secret_key, secret_key_line
from audit.formats.vkey import ED25519, VerifierKey, check_name

MAX_NOTE_SIZE: Final = 1_000_000
MAX_SIGNATURES: Final = 100
"""Limits on input, as in Go's sumdb/note."""

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
"""Control characters except the newline: searched in every text read, hence by `re`."""

_SECRET_PREFIX: Final = "PRIVATE+KEY+"  # noqa: S105 - a format's marker, not a secret


class NoteVerifier(Protocol):
    """Verifies signatures of one key."""

    @property
    def key(self) -> VerifierKey:
        """The public key."""
        ...

    def verify(self, text: str, signature: bytes) -> None:
        """Raise SignatureError (or MalformedError) unless the key signed this text."""
        ...


class NoteSigner(Protocol):
    """Signs notes with one key."""

    @property
    def key(self) -> VerifierKey:
        """The public key verifying the signatures."""
        ...

    def sign(self, text: str) -> bytes:
        """Sign a note's text."""
        ...


@dataclass(frozen=True)
class Signature:
    """One signature line: the claimed signer and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {to_base64(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a signature line with its newline. Raises MalformedError."""
        if not line.startswith("— ") or not line.endswith("\n"):
            raise MalformedError("signature line", "it does not start with an em dash or end with a newline")
        name, separator, encoded = line[2:-1].partition(" ")
        if not separator:
            raise MalformedError("signature line", "not of the form name, space, signature")
        check_name(name)
        material = parse_base64(encoded, "signature line")
        if len(material) < 5:
            raise MalformedError("signature line", "no signature after the key ID")
        return cls(name, material[:4], material[4:])

    def is_by(self, key: VerifierKey) -> bool:
        """Return whether the line names this key, without verifying the signature."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True)
class Note:
    """A note as written, nothing verified. `str()` returns exactly the parsed text."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        check_text(self.text)
        if not self.signatures:
            raise MalformedError("signed note", "no signature")
        if len(self.signatures) > MAX_SIGNATURES:
            raise MalformedError("signed note", f"more than {MAX_SIGNATURES} signatures")

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a signed note without trusting any part. Raises MalformedError."""
        if len(text) > MAX_NOTE_SIZE:
            raise MalformedError("signed note", f"longer than {MAX_NOTE_SIZE} characters")
        split = text.rfind("\n\n")
        if split < 0 or not text.endswith("\n"):
            raise MalformedError("signed note", "no empty line before the signatures, or no final newline")
        lines = text[split + 2 :].split("\n")[:-1]
        return cls(text[: split + 1], tuple(Signature.parse(line + "\n") for line in lines))

    def with_signatures(self, signatures: Iterable[Signature]) -> "Note":
        """Return the same text with further signature lines, without repetitions."""
        known = dict.fromkeys(self.signatures)
        return Note(self.text, tuple(known | dict.fromkeys(signatures)))


@dataclass(frozen=True)
class Signer:
    """Signs notes with Ed25519 under a name; a log signs under its origin. `repr` hides the secret."""

    key: VerifierKey
    _seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.key})"

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """Make the signer of a 32-byte secret seed. Raises MalformedError."""
        return cls(VerifierKey(name, ED25519, ed25519.public_key(seed)), seed)

    @classmethod
    def generate(cls, name: str) -> Self:
        """Make a signer with a new secret key from the system's randomness."""
        return cls.from_seed(name, secrets.token_bytes(ed25519.SEED_SIZE))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the secret key line written by `secret()`. Raises MalformedError."""
        name, key_id, kind, seed = parse_secret_key(text, _SECRET_PREFIX, "signing key")
        if kind != ED25519:
            raise MalformedError("signing key", f"signature type 0x{kind:02x} is not supported")
        signer = cls.from_seed(name, seed)
        check_key_id(signer.key, key_id, "signing key")
        return signer

    def secret(self) -> str:
        """Return the secret key as one line, in the form of Go's sumdb/note. Anybody with the line can
        sign."""
        return secret_key_line(_SECRET_PREFIX, self.key, self._seed)

    def sign(self, text: str) -> bytes:
        """Sign a note's text."""
        return ed25519.sign(self._seed, utf8(text, "note text"))

    @property
    def verifier(self) -> "Verifier":
        """The verifier of this signer's signatures."""
        return Verifier(self.key)


@dataclass(frozen=True)
class Verifier:
    """Verifies Ed25519 signatures of one key."""

    key: VerifierKey

    def __post_init__(self) -> None:
        if self.key.kind != ED25519:
            raise MalformedError("verifier key", f"signature type 0x{self.key.kind:02x} instead of Ed25519")
        ed25519.check_key(self.key.public)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Make the verifier of a vkey line. Raises MalformedError."""
        return cls(VerifierKey.parse(vkey))

    def verify(self, text: str, signature: bytes) -> None:
        """Raise SignatureError unless the key signed this text."""
        ed25519.verify(self.key.public, utf8(text, "note text"), signature)


def check_text(text: str) -> None:
    """Check a note's text: UTF-8, newline at the end, no control characters. Raises MalformedError."""
    utf8(text, "note text")
    if not text.endswith("\n"):
        raise MalformedError("note text", "no newline at its end")
    if _CONTROL.search(text) is not None:
        raise MalformedError("note text", "it contains a control character")


def sign(text: str, *signers: NoteSigner) -> Note:
    """Sign a text with every signer. Raises MalformedError for a text that no note can hold."""
    check_text(text)
    lines = (Signature(s.key.name, s.key.key_id, s.sign(text)) for s in signers)
    return Note(text, tuple(lines))


def open_note(note: Note, verifiers: Iterable[NoteVerifier]) -> tuple[VerifierKey, ...]:
    """Verify a note; return the known keys among its signers, each once.

    Signatures of unknown keys are ignored. Raises SignatureError when a known key's signature is wrong, or
    when there is no signature by a known key.
    """
    known = {(v.key.name, v.key.key_id): v for v in verifiers}
    signed: dict[VerifierKey, None] = {}
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is not None:
            verifier.verify(note.text, line.signature)
            signed[verifier.key] = None
    if not signed:
        raise SignatureError("the note is not signed by any key that is trusted here")
    return tuple(signed)
