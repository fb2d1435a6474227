"""What hub and member show each other of their logs, and how much each has seen of the other log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.formats.encoding import parse_base64, to_base64
from audit.formats.merkle import HASH_SIZE
from audit.log.excerpt import Excerpt, RevealedLeaf

_ENTRY, _HASH = "entry ", "leaf "


@dataclass(frozen=True)
class ShownLog:
    """A member's log: its newest checkpoint, and the proof that it extends the first `old_size` entries."""

    checkpoint: str
    old_size: int = 0
    consistency: tuple[bytes, ...] = ()
    excerpt: Excerpt | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "checkpoint": self.checkpoint,
            "old_size": self.old_size,
            "consistency": [to_base64(h) for h in self.consistency],
            "excerpt": excerpt_as_json(self.excerpt),
        }


@dataclass(frozen=True)
class SeenLog:
    """How much of a member's log the hub has witnessed (`size`) and copied, with its cosignature."""

    size: int
    copied: int
    cosignature: str | None

    def as_json(self) -> dict[str, Any]:
        return {"size": self.size, "copied": self.copied, "cosignature": self.cosignature}


def shown_log_from_json(data: Mapping[str, Any]) -> ShownLog:
    """`data` has the fields of ShownLogSchema. Raises AuditError or ValueError."""
    excerpt = data["excerpt"]
    return ShownLog(
        data["checkpoint"],
        data["old_size"],
        _hashes(data["consistency"], "consistency proof"),
        None if excerpt is None else excerpt_from_json(excerpt),
    )


def seen_log_from_json(data: Mapping[str, Any]) -> SeenLog:
    """Raises KeyError or TypeError for anything else."""
    size, copied, cosignature = data["size"], data["copied"], data["cosignature"]
    if type(size) is not int or type(copied) is not int or not isinstance(cosignature, str | None):
        raise TypeError("not a record of a seen log")
    return SeenLog(size, copied, cosignature)


def excerpt_as_json(shown: Excerpt | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    return {
        "start": shown.start,
        "leaves": [leaf_as_word(leaf) for leaf in shown.leaves],
        "proof": [to_base64(h) for h in shown.proof],
    }


def excerpt_from_json(data: Mapping[str, Any]) -> Excerpt:
    """Raises AuditError, KeyError, TypeError, ValueError or AttributeError for anything else."""
    start = data["start"]
    if type(start) is not int:
        raise TypeError("not an excerpt")
    leaves = tuple(leaf_from_word(word) for word in data["leaves"])
    return Excerpt(start, leaves, _hashes(data["proof"], "excerpt's proof"))


def leaf_as_word(leaf: RevealedLeaf) -> str:
    """`entry` or `leaf`, a space, and the entry's bytes or the leaf hash in base64."""
    return _HASH + to_base64(leaf.leaf) if leaf.entry is None else _ENTRY + to_base64(leaf.entry)


def leaf_from_word(word: str) -> RevealedLeaf:
    """Read what `leaf_as_word` wrote. Raises AuditError or ValueError."""
    if word.startswith(_HASH):
        return RevealedLeaf(None, parse_base64(word.removeprefix(_HASH), "leaf", HASH_SIZE))
    if not word.startswith(_ENTRY):
        raise ValueError("not a leaf")
    return RevealedLeaf(parse_base64(word.removeprefix(_ENTRY), "log entry"), None)


def _hashes(words: list[str], what: str) -> tuple[bytes, ...]:
    return tuple(parse_base64(word, what, HASH_SIZE) for word in words)
