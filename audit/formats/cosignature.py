"""Cosignatures (c2sp.org/tlog-cosignature): a witness states that a checkpoint extends all earlier
checkpoints.

Two signature types: Ed25519 (`cosignature/v1`), understood by every witness today, and ML-DSA-44
(`subtree/v1`), secure against quantum computers. A signature is an eight-byte time followed by the signature
proper.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from Crypto.PublicKey import MLDSA
from Crypto.Signature import mldsa

from audit.errors import MalformedError, SignatureError
from audit.formats import ed25519
from audit.formats.checkpoint import Checkpoint
from audit.formats.encoding import MAX_SIZE
from audit.formats.note import Note, Signature
from audit.formats.secret_key import check_key_id, parse_secret_key, secret_key_line
from audit.formats.vkey import COSIGNATURE_V1, SUBTREE_V1, VerifierKey

_SECRET_PREFIX: Final = "PRIVATE+COSIGNER+"  # noqa: S105 - a format's marker, not a secret
TIME_SIZE: Final = 8
"""Bytes of the time with which a cosignature begins."""


@dataclass(frozen=True)
class CosignatureVerifier:
    """Verifies the cosignatures of one witness key, of either type."""

    key: VerifierKey

    def __post_init__(self) -> None:
        if self.key.kind not in (COSIGNATURE_V1, SUBTREE_V1):
            raise MalformedError("witness key", f"type 0x{self.key.kind:02x} is not a cosignature's")
        if self.key.kind == COSIGNATURE_V1:
            ed25519.check_key(self.key.public)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Make the verifier of a witness's vkey line. Raises MalformedError."""
        return cls(VerifierKey.parse(vkey))

    def verify(self, text: str, signature: bytes) -> None:
        """Raise SignatureError unless the witness cosigned this checkpoint; MalformedError for another
        text."""
        checkpoint = Checkpoint.parse(text)
        timestamp = _timestamp(signature)
        raw = signature[TIME_SIZE:]
        if self.key.kind == COSIGNATURE_V1:
            ed25519.verify(self.key.public, _v1_message(checkpoint, timestamp), raw)
            return
        message = _subtree_message(self.key.name, checkpoint, timestamp)
        try:
            _mldsa_public(self.key.public).verify(message, raw)
        except ValueError:
            raise SignatureError("the cosignature does not fit the checkpoint and the key") from None


@dataclass(frozen=True)
class Cosigner:
    """Cosigns checkpoints with one secret key. Checking consistency is left to the witness."""

    key: VerifierKey
    _seed: bytes

    def __repr__(self) -> str:
        return f"Cosigner({self.key})"

    @classmethod
    def from_seed(cls, name: str, seed: bytes, kind: int = COSIGNATURE_V1) -> Self:
        """Make the cosigner of a 32-byte secret seed, by default for Ed25519. Raises MalformedError."""
        public = _mldsa_secret(seed).pk if kind == SUBTREE_V1 else ed25519.public_key(seed)
        return cls(VerifierKey(name, kind, public), seed)

    @classmethod
    def generate(cls, name: str, kind: int = COSIGNATURE_V1) -> Self:
        """Make a cosigner with a new secret key from the system's randomness, by default for Ed25519."""
        return cls.from_seed(name, secrets.token_bytes(ed25519.SEED_SIZE), kind)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the secret key line written by `secret()`. Raises MalformedError."""
        name, key_id, kind, seed = parse_secret_key(text, _SECRET_PREFIX, "witness key")
        cosigner = cls.from_seed(name, seed, kind)
        check_key_id(cosigner.key, key_id, "witness key")
        return cosigner

    def secret(self) -> str:
        """Return the secret key as one line. Anybody with the line can cosign."""
        return secret_key_line(_SECRET_PREFIX, self.key, self._seed)

    @property
    def verifier(self) -> CosignatureVerifier:
        """The verifier of this witness's cosignatures."""
        return CosignatureVerifier(self.key)

    def cosign(self, checkpoint: Checkpoint, timestamp: int) -> Signature:
        """Cosign a checkpoint as of `timestamp` (seconds since the epoch). Raises MalformedError."""
        if not 0 < timestamp <= MAX_SIZE:
            raise MalformedError("cosignature", "its time is out of range")
        if self.key.kind == COSIGNATURE_V1:
            raw = ed25519.sign(self._seed, _v1_message(checkpoint, timestamp))
        else:
            message = _subtree_message(self.key.name, checkpoint, timestamp)
            raw = mldsa.new(_mldsa_secret(self._seed), deterministic=True).sign(message)
        return Signature(self.key.name, self.key.key_id, timestamp.to_bytes(TIME_SIZE, "big") + raw)


def cosigned_at(note: Note, verifier: CosignatureVerifier) -> int:
    """Verify a witness's cosignatures on a checkpoint; return the latest time stated in a cosignature.

    Raises SignatureError when there is no cosignature of the witness, or a wrong cosignature.
    """
    times = []
    for line in note.signatures:
        if line.is_by(verifier.key):
            verifier.verify(note.text, line.signature)
            times.append(_timestamp(line.signature))
    if not times:
        raise SignatureError(f"the checkpoint is not cosigned by {verifier.key.name}")
    return max(times)


def _timestamp(signature: bytes) -> int:
    timestamp = int.from_bytes(signature[:TIME_SIZE], "big")
    if len(signature) <= TIME_SIZE or timestamp > MAX_SIZE:
        raise SignatureError("a cosignature without a time, or with one out of range")
    return timestamp


def _v1_message(checkpoint: Checkpoint, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{checkpoint}".encode()


def _subtree_message(cosigner: str, checkpoint: Checkpoint, timestamp: int) -> bytes:
    return b"".join((
        b"subtree/v1\n\0",
        _short(cosigner),
        timestamp.to_bytes(8, "big"),
        _short(checkpoint.origin),
        bytes(8),  # the subtree of a checkpoint starts at leaf 0
        checkpoint.size.to_bytes(8, "big"),
        checkpoint.root,
    ))  # fmt: skip


def _short(text: str) -> bytes:
    data = text.encode()
    if len(data) > 255:
        raise MalformedError("cosignature", "a name or origin is longer than 255 bytes")
    return bytes([len(data)]) + data


@lru_cache(maxsize=64)
def _mldsa_public(public: bytes) -> mldsa.MLDSASigScheme:
    return mldsa.new(MLDSA.construct(param_set=MLDSA.ML_DSA_44, pk=public))


@lru_cache(maxsize=16)
def _mldsa_secret(seed: bytes) -> MLDSA.MLDSAKey:
    return MLDSA.construct(param_set=MLDSA.ML_DSA_44, seed=seed)
