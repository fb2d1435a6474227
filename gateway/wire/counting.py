"""What members pass on in a run of counting once: three signed notes each, and the lists that these name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from audit.canonical import canonical_json, load_canonical_object
from audit.errors import AuditError
from audit.note import Note, Signer, Verifier, open_note, sign
from gateway.errors import SafelaneError
from gateway.wire.calls import text

VERSION = 1
LARGEST_SET = 100_000
"""Entries of a member's set: passing on eleven of them takes a node of two processors ten minutes or so."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""An epoch, or a kind of identifier: nothing that looks like another, nor writes more than it says."""
RESULT = "count"
"""Label of the regional log's commitment to the result of a run."""


class CountError(SafelaneError):
    """A run that cannot go on as it stands: nothing was given away, and nothing was counted."""

    exit_code = 10


def check_names(epoch: str, kind: str) -> None:
    """Raises CountError for an epoch or a kind of identifier that is no plain word."""
    for what, name in (("epoch", epoch), ("kind of identifier", kind)):
        if NAME.fullmatch(name) is None:
            raise CountError(
                f"The {what} is no plain word.",
                remedy="Letters, digits, dots and hyphens, at most 40: 2026, 2026-Q1, national-id.",
            )


def same_epoch(one: str, other: str) -> bool:
    """Whoever reads them aloud hears no difference between capitals and others."""
    return one.lower() == other.lower()


@dataclass(frozen=True)
class Joined:
    """A member's keys for a run: for the mixing, with the proof that it is its own, and for masks."""

    run: bytes
    member: str
    key: bytes
    proof: bytes
    mask: bytes


@dataclass(frozen=True)
class Sealed:
    """What a member puts in: the digest of its list, and how many people are in it, under masks."""

    run: bytes
    member: str
    entries: bytes
    roster: bytes
    people: bytes


@dataclass(frozen=True)
class Mixed:
    """What a member was given and what it passed on, by digest."""

    run: bytes
    member: str
    received: bytes
    passed: bytes


@dataclass(frozen=True)
class Declined:
    """A member's controller gives no leave: the run ends."""

    run: bytes
    member: str


AnyStep: TypeAlias = Joined | Sealed | Mixed | Declined


def sign_step(step: AnyStep, signer: Signer) -> str:
    """The step as a signed note."""
    return str(sign(canonical_json(_as_json(step)).decode() + "\n", signer))


def open_joined(note: str, verifier: Verifier) -> Joined:
    """Raises CountError unless the note is this step, signed by `verifier`."""
    return Joined(**_opened(note, verifier, Joined))


def open_sealed(note: str, verifier: Verifier) -> Sealed:
    """Raises CountError unless the note is this step, signed by `verifier`."""
    return Sealed(**_opened(note, verifier, Sealed))


def open_mixed(note: str, verifier: Verifier) -> Mixed:
    """Raises CountError unless the note is this step, signed by `verifier`."""
    return Mixed(**_opened(note, verifier, Mixed))


def open_declined(note: str, verifier: Verifier) -> Declined:
    """Raises CountError unless the note is this step, signed by `verifier`."""
    return Declined(**_opened(note, verifier, Declined))


def write_list(entries: Sequence[bytes]) -> bytes:
    """Entries one after the other: they all have the same length."""
    return b"".join(entries)


def read_list(data: bytes, entry_bytes: int) -> list[bytes]:
    """Raises CountError for a list that ends within an entry."""
    if len(data) % entry_bytes:
        raise CountError("A list ends in the middle of an entry.", remedy="Copy the file again.")
    return [data[at : at + entry_bytes] for at in range(0, len(data), entry_bytes)]


def _as_json(step: AnyStep) -> dict[str, Any]:
    fields = {name: v.hex() if isinstance(v, bytes) else v for name, v in vars(step).items()}
    return {"step": type(step).__name__.lower(), "v": VERSION, **fields}


def _opened(note: str, verifier: Verifier, kind: type[AnyStep]) -> Mapping[str, Any]:
    names = kind.__dataclass_fields__
    try:
        parsed = Note.parse(note)
        open_note(parsed, [verifier])
        data = load_canonical_object(parsed.text.removesuffix("\n").encode(), "note")
        wanted = (kind.__name__.lower(), VERSION)
        if set(data) != {"step", "v", *names} or (data["step"], data["v"]) != wanted:
            raise ValueError
        return {n: text(data[n]) if n == "member" else bytes.fromhex(text(data[n])) for n in names}
    except AuditError as error:
        raise CountError(f"A step of the run cannot be trusted: {error}.") from None
    except (TypeError, ValueError):
        raise CountError("A step of the run is not in the form of one.") from None
