"""What logs hold and sign: an entry of every type, checkpoints, receipts, cosignatures, signed statements."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from golden_text import Items
from memory_log import MemoryStorage

from audit.events.events import EVENTS, Event, encode
from audit.events.search import Found
from audit.formats.checkpoint import Checkpoint
from audit.formats.commitment import SALT_SIZE, Commitment, Opening
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Evidence
from audit.formats.note import Signer, sign
from audit.formats.vkey import SUBTREE_V1
from audit.log.log import Log
from audit.log.policy import Policy
from audit.reading.dossier import Dossier, ProvenEntry
from audit.reading.fhir import audit_event
from gateway.member.node.signed_statements import Act, statement

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


LOGGED = ("answered", "asked", "consent-changed", "contributed", "cube-certified")
"""Types of the entries of the log below: the first of all when the texts were first written."""


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


def signer(name: str) -> Signer:
    return Signer.from_seed(f"test.example/{name}", seed(name))


def value(kind: Any, name: str, turn: int) -> Any:
    """A value of a type that a field may have: always the same for the same field; `turn` 0 or 1."""
    if get_origin(kind) is tuple:
        return tuple(value(get_args(kind)[0], f"{name} {n}", turn) for n in range(2 * turn))
    if NoneType in get_args(kind):
        (inner,) = (k for k in get_args(kind) if k is not NoneType)
        return value(inner, name, turn) if turn else None
    if kind in PLAIN:
        return PLAIN[kind](name)
    if issubclass(kind, StrEnum):
        return list(kind)[-turn]
    return record(kind, name, turn)


PLAIN: dict[Any, Any] = {
    str: lambda name: f"a {name} «ក»",
    int: lambda name: seed(name)[0],
    bool: lambda name: bool(seed(name)[0] % 2),
    datetime: lambda name: NOW + timedelta(seconds=seed(name)[0]),
    bytes: seed,
    Commitment: lambda name: Commitment(seed(name)),
}


def record(kind: Any, name: str, turn: int) -> Any:
    hints = get_type_hints(kind)
    former = getattr(kind, "FORMER_FIELDS", {})
    return kind(
        **{f.name: value(hints[f.name], f"{name}{former.get(f.name, f.name)}", turn) for f in fields(kind)}
    )


def events() -> dict[str, Event]:
    """An event of every type, with as little as it can have and with something in every field."""
    kinds = sorted(EVENTS.items())
    return {
        f"{name} {version}, {'full' if turn else 'bare'}": record(kind, "", turn)
        for (name, version), kind in kinds
        for turn in (0, 1)
        if not kind.__module__.endswith(".count_events")
    }


def entries() -> Items:
    """The bytes of an entry of every type."""
    return {name: encode(event).decode() + "\n" for name, event in events().items()}


def as_fhir() -> Items:
    """What an entry of every type is called outside: as FHIR."""
    return {
        name: f"{audit_event('test.example/log', Found(7, event))}\n"
        for name, event in events().items()
        if name.endswith("full")
    }


def signed() -> Items:
    """A log's checkpoints, receipts and cosignatures, a commitment, and what people sign."""
    log = Log(signer("log"))
    storage = MemoryStorage(log.origin)
    now = int(NOW.timestamp())
    log.create(storage, now)
    every = [encode(event) for event in events().values() if event.TYPE in LOGGED]
    log.append(storage, every[:3], now + 1)
    witnesses = [
        Cosigner.from_seed("test.example/witness", seed("witness")),
        Cosigner.from_seed("test.example/other", seed("other"), kind=SUBTREE_V1),
    ]
    first = log.checkpoint(storage)
    log.append(storage, every[3:10], now + 2)
    second = log.checkpoint(storage)
    head = Checkpoint.parse(second.text)
    cosigned = [witness.cosign(head, now + 3) for witness in witnesses]
    storage.add_cosignatures(head.size, cosigned[:1])
    policy = Policy.of(signer("log").verifier, [witnesses[0].verifier], 1)
    receipt, witnessed = log.receipt(storage, 1), log.witnessed_receipt(storage, 4, policy)
    asked = statement(Act.PUBLISH, "KH", version=2, sha256="00" * 32, accepts=True)
    other = Checkpoint(head.origin, 3, bytes(32))
    forked = Evidence(first, sign(str(other), signer("log")))
    keys = (log.key, *(witness.key for witness in witnesses))
    return {
        "checkpoint of 3": str(first),
        "checkpoint of 10": str(second),
        "cosignature": f"{cosigned[0]}\n",
        "cosignature after quantum computers": f"{cosigned[1]}\n",
        "keys": "".join(f"{key}\n" for key in keys),
        "receipt": str(receipt),
        "witnessed receipt": str(witnessed),
        "consistency": "".join(f"{h.hex()}\n" for h in log.consistency(storage, 3, 10)),
        "commitment": f"{Opening('a label', bytes(range(32))[:SALT_SIZE], b'a value').commitment}\n",
        "dossier": str(Dossier("q-1", (ProvenEntry(every[4], witnessed),), keys[:1], keys[1:2])) + "\n",
        "evidence": f"{forked}\n",
        "policy of witnesses": f"{policy}\n",
        "signed statement": str(sign(asked, signer("KH/controller"), signer("KH/reviewer"))),
        **{f"statement {act}": statement(act, "KH", about="x") for act in Act if "count" not in act},
    }
