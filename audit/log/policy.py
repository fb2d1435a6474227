"""Trust policies (c2sp.org/tlog-policy): the trusted logs, and the witnesses required to cosign."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from audit.errors import MalformedError, QuorumError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.cosignature import CosignatureVerifier, cosigned_at
from audit.formats.encoding import MAX_SIZE
from audit.formats.note import Note, Verifier

NO_QUORUM: Final = "none"
FIRST_COSIGNATURES: Final = 1_672_531_200
"""2023: no witness has cosigned before the format was there. An earlier time is no time."""

_ALLOWED = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_SPACE = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Group:
    """A group witnesses a checkpoint when at least `threshold` of its members do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """A checkpoint accepted by a policy, and the names of its cosigning witnesses.

    `times`: when each says that it cosigned last, in seconds since the epoch.
    """

    checkpoint: Checkpoint
    witnesses: frozenset[str]
    times: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """Logs, named witnesses and groups, and the name whose witnessing of a checkpoint is required."""

    logs: tuple[Verifier, ...]
    witnesses: dict[str, CosignatureVerifier] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = NO_QUORUM
    urls: dict[str, str] = field(default_factory=dict)
    """URL of a witness (by name) or a log (by origin), where stated by the policy."""
    cosigned_since: int = 0
    cosigned_until: int = MAX_SIZE
    """Seconds since the epoch: a cosignature of another time counts for nothing."""

    @classmethod
    def of(cls, log: Verifier, witnesses: Iterable[CosignatureVerifier] = (), quorum: int = 0) -> Self:
        """Trust one log, once `quorum` of the witnesses have cosigned; with 0, on its own signature."""
        # Of a witness that changes its key the first one counts: nobody is counted twice.
        named: dict[str, CosignatureVerifier] = {}
        for witness in witnesses:
            named.setdefault(witness.key.name, witness)
        if not 0 <= quorum <= len(named):
            raise MalformedError("policy", f"a quorum of {quorum} of {len(named)} witnesses")
        if not quorum:
            return cls((log,), named)
        return cls((log,), named, {"quorum of witnesses": Group(quorum, tuple(named))}, "quorum of witnesses")

    @staticmethod
    def text(log: str, witnesses: Mapping[str, str], quorum: int) -> str:
        """Return a policy file requiring `quorum` of the witnesses (name -> vkey) of a log (a vkey)."""
        named = [f"witness {name} {key}" for name, key in witnesses.items()]
        group = f"group quorum-of-witnesses {quorum} {' '.join(witnesses)}"
        return "\n".join([f"log {log}", *named, group, "quorum quorum-of-witnesses"]) + "\n"

    @staticmethod
    def parse(data: bytes) -> "Policy":
        """Read a policy file. Raises MalformedError with the number of the line at fault."""
        return _Parser().parse(data)

    def verify(self, note: Note) -> Verified:
        """Verify a checkpoint's signature and every cosignature by a known witness, and the quorum.

        A cosignature before `cosigned_since` or after `cosigned_until` has to be right, and does not count.
        Raises MalformedError, SignatureError (a known key's signature is missing or wrong) or QuorumError.
        """
        checkpoint = open_checkpoint(note, self.logs)
        lines = {(s.name, s.key_id) for s in note.signatures}
        present = {n: w for n, w in self.witnesses.items() if (w.key.name, w.key.key_id) in lines}
        times = {name: cosigned_at(note, witness) for name, witness in present.items()}
        counted = {n for n, at in times.items() if self.cosigned_since <= at <= self.cosigned_until}
        verified = Verified(checkpoint, frozenset(counted), times)
        if self.quorum != NO_QUORUM and not self._witnessed(self.quorum, verified.witnesses):
            seen = ", ".join(sorted(counted)) or "no known witness"
            if len(counted) < len(present):
                seen += f" (and by {len(present) - len(counted)} at a time that does not count)"
            raise QuorumError(
                f"the checkpoint of {checkpoint.origin} at size {checkpoint.size} is cosigned by {seen}, "
                f"which is less than the policy's quorum; ask again once more witnesses have seen it"
            )
        return verified

    def _witnessed(self, name: str, cosigned: frozenset[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.threshold


class _Parser:
    """Reads a policy file line by line; only names of preceding lines may be used."""

    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, CosignatureVerifier] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.urls: dict[str, str] = {}
        self._in_groups: set[str] = set()

    def parse(self, data: bytes) -> Policy:
        if not _ALLOWED.fullmatch(data):
            raise MalformedError("policy", "it holds a control character other than tab and newline")
        if data and not data.endswith(b"\n"):
            raise MalformedError("policy", "no newline at its end")
        commands: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        # Octets above 0x7F are opaque here: surrogateescape keeps each as it is.
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
            words = [word for word in _SPACE.split(line) if word]
            if not words or words[0].startswith("#"):
                continue
            if words[0] not in commands:
                raise MalformedError(f"policy, line {number}", "it defines no log, witness, group or quorum")
            try:
                commands[words[0]](words[1:])
            except MalformedError as error:
                raise MalformedError(f"policy, line {number}", error.why) from None
        if self.quorum is None:
            raise MalformedError("policy", "no quorum line")
        return Policy(tuple(self.logs), self.witnesses, self.groups, self.quorum, self.urls)

    def _log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise MalformedError("log line", "not of the form log <vkey> [<url>]")
        verifier = Verifier.parse(words[0])
        if any(known.key.public == verifier.key.public for known in self.logs):
            raise MalformedError("log line", "this public key is already listed")
        self.logs.append(verifier)
        if words[1:]:
            self.urls[verifier.key.name] = words[1]

    def _witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise MalformedError("witness line", "not of the form witness <name> <vkey> [<url>]")
        name = self._new_name(words[0])
        verifier = CosignatureVerifier.parse(words[1])
        if any(known.key.public == verifier.key.public for known in self.witnesses.values()):
            raise MalformedError("witness line", "this public key is already listed")
        self.witnesses[name] = verifier
        if words[2:]:
            self.urls[name] = words[2]

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise MalformedError("group line", "not of the form group <name> all|any|<k> <name>...")
        name, rule, members = self._new_name(words[0]), words[1], tuple(words[2:])
        for member in members:
            self._known_name(member)
            if member in self._in_groups:
                raise MalformedError("group line", "a member that is already in a group")
            self._in_groups.add(member)
        thresholds = {"all": len(members), "any": 1} | {str(k): k for k in range(1, len(members) + 1)}
        if rule not in thresholds:
            raise MalformedError("group line", f"the threshold is not all, any or 1 to {len(members)}")
        self.groups[name] = Group(thresholds[rule], members)

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise MalformedError("quorum line", "not exactly one name, or a second quorum line")
        if words[0] != NO_QUORUM:
            self._known_name(words[0])
        self.quorum = words[0]

    def _new_name(self, name: str) -> str:
        if name == NO_QUORUM or name in self.witnesses or name in self.groups:
            raise MalformedError("name", "it is taken already")
        return name

    def _known_name(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise MalformedError("name", "it is not defined on a line above")
