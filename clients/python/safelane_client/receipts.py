"""Receipts: a signed checkpoint (C2SP), an audit path (RFC 9162), a salted commitment, each checked.

Written apart from the program that makes them, and compared with it by tests. Hashes are the standard
library's, signatures the library cryptography's.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from safelane_client.errors import NotProvenError

_HEADER = "c2sp.org/tlog-proof@v1"
_COMMITMENT = b"safelane/commitment/v1"
_ED25519 = 1
_HASH = 32
_LONGEST_NUMBER = 19


class LogKey:
    """The public key of a log: a vkey line `name+id+key` (c2sp.org/signed-note)."""

    def __init__(self, vkey: str) -> None:
        parts = vkey.strip().split("+", 2)
        if len(parts) != 3:
            raise ValueError("the log's key is not of the form name+id+key")
        self.name, named, encoded = parts
        material = _decoded(encoded)
        if len(material) != 1 + _HASH or material[0] != _ED25519:
            raise ValueError("the log's key is no Ed25519 key")
        self.key_id = sha256(self.name.encode() + b"\n" + material).digest()[:4]
        if self.key_id.hex() != named:
            raise ValueError("the log's key is damaged: its ID does not belong to it")
        self._public = Ed25519PublicKey.from_public_bytes(material[1:])

    def check_note(self, text: str, signatures: Sequence[str]) -> None:
        """Raise ValueError unless one of the lines is this key's signature of the text."""
        for line in signatures:
            name, _, encoded = line.removeprefix("— ").partition(" ")
            material = _decoded(encoded)
            if name == self.name and material[:4] == self.key_id:
                try:
                    self._public.verify(material[4:], text.encode())
                except InvalidSignature:
                    raise ValueError("the checkpoint's signature does not fit") from None
                return
        raise ValueError(f"the checkpoint is not signed by {self.name}")


def proven(asked: Mapping[str, Any], released_text: bytes, key: LogKey) -> tuple[int, int]:
    """Return the numbers of the log's entries of a question and of its release.

    `asked` is what the hub says of the question, `released_text` the canonical text of the release. Raises
    NotProvenError where the log under `key` does not hold both, or where they do not belong together.
    """
    try:
        asked_index, first = _entry(asked["asked"], key, ("asked",))
        released_index, last = _entry(asked["released"], key, ("released", "released-again"))
        opening = asked["opening"]
        committed = _commitment(opening["label"], bytes.fromhex(opening["salt"]), released_text)
        if opening["label"] != "result" or not hmac.compare_digest(committed, last["result"]):
            raise ValueError("the log commits to another release")
        release = json.loads(released_text)
        if not first["question_id"] == last["question_id"] == release["question_id"] == asked["id"]:
            raise ValueError("the receipts are those of another question")
        if last["asked_index"] != asked_index:
            raise ValueError("the release does not follow from the question")
        _same_question(first, release["question"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise NotProvenError(
            f"The receipts do not prove the answer: {why}.",
            "Do not use it. Keep this message and tell an auditor.",
        ) from None
    return asked_index, released_index


def _entry(receipt: Mapping[str, str], key: LogKey, kinds: Sequence[str]) -> tuple[int, dict[str, Any]]:
    """The number and content of a log entry that a receipt proves."""
    entry = _decoded(receipt["entry"])
    head, separator, note = receipt["proof"].partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != _HEADER:
        raise ValueError("it is no receipt")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    index = _number(lines.pop(0).removeprefix("index ")) if lines else -1
    text, _, signatures = note.rpartition("\n\n")
    size, root = _checkpoint(text + "\n", signatures.splitlines(), key)
    _check_inclusion(index, size, entry, [_decoded(line) for line in lines], root)
    event: dict[str, Any] = json.loads(entry)
    if event["type"] not in kinds:
        raise ValueError("a receipt proves another kind of entry")
    return index, event


def _checkpoint(text: str, signatures: Sequence[str], key: LogKey) -> tuple[int, bytes]:
    """The size and root of the log in a signed checkpoint."""
    key.check_note(text, signatures)
    origin, size, root = text.split("\n")[:3]
    if origin != key.name:
        raise ValueError(f"the checkpoint is that of another log, {origin}")
    return _number(size), _decoded(root)


def _check_inclusion(index: int, size: int, entry: bytes, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162, section 2.1.3.2, step by step."""
    if not 0 <= index < size:
        raise ValueError("the entry's number is not in the log")
    if any(len(one) != _HASH for one in path):
        raise ValueError("a hash of the audit path has the wrong length")
    first, last = index, size - 1
    found = sha256(b"\x00" + entry).digest()
    for one in path:
        if last == 0:
            raise ValueError("the audit path is too long")
        if first % 2 or first == last:
            found = sha256(b"\x01" + one + found).digest()
            while not first % 2 and first:
                first, last = first >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + one).digest()
        first, last = first >> 1, last >> 1
    if last or found != root:
        raise ValueError("the audit path does not lead to the log's root")


def _commitment(label: str, salt: bytes, value: bytes) -> str:
    if len(salt) != _HASH:
        raise ValueError("a salt has the wrong length")
    parts = (_COMMITMENT, label.encode(), salt, value)
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


def _same_question(entry: Mapping[str, Any], question: Mapping[str, Any]) -> None:
    """The words that the log recorded before any member received them are those that the release answers."""
    where = {one["dimension"]: one["codes"] for one in entry["where"]}
    said = (entry["measure"], entry["by"], where, entry["purpose"])
    if said != (question["measure"], question["by"], question["where"], question["purpose"]):
        raise ValueError("the release answers other words than were recorded")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise ValueError("not a number")
    return int(text)
