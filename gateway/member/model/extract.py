"""Record extracts as a node keeps them, and the ports to the store."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from audit.formats.canonical import canonical_json, load_canonical_object
from gateway.wire.usage_terms import Terms, terms_from_json


@dataclass(frozen=True)
class ExtractPlan:
    """Everything that a person is asked to approve, and that determines the records.

    `columns` are dimensions, `depths` their grain (steps from `Total`), `groups` the shown code combinations;
    records of no group are left out. `reader`: the public key that the extract will be sealed to. `persons`:
    how many people besides the requester must approve. `terms`: what the policy asks of the recipient; None
    in a plan of an older version, without terms.
    """

    extract: str
    member: str
    recipient: str
    purpose: str
    reader: str
    snapshot: str
    policy_version: str
    columns: tuple[str, ...]
    depths: tuple[int, ...]
    groups: tuple[tuple[str, ...], ...]
    narratives: bool
    days: int
    k: int
    diversity: int
    persons: int
    terms: Terms | None = None

    @property
    def grain(self) -> dict[str, int]:
        """Column -> steps from `Total`."""
        return dict(zip(self.columns, self.depths, strict=True))

    def to_text(self) -> str:
        """The text to be signed: canonical JSON."""
        body = _plain(asdict(self))
        if self.terms is None:
            del body["terms"]  # a plan of before keeps the text that was signed
        else:
            body["terms"] = self.terms.as_json()
        return canonical_json(body).decode("utf-8")

    @classmethod
    def parse(cls, text: str) -> "ExtractPlan":
        """Read what `to_text` wrote. Raises MalformedError."""
        body = load_canonical_object(text.encode("utf-8"), "extract plan")
        for name in ("columns", "depths"):
            body[name] = tuple(body[name])
        body["groups"] = tuple(map(tuple, body["groups"]))
        if "terms" in body:
            body["terms"] = terms_from_json(body["terms"])
        return cls(**body)


@dataclass(frozen=True)
class ExtractApproval:
    """A person's signed leave for an extract."""

    name: str
    note: str


@dataclass(frozen=True)
class StoredExtract:
    """An extract from its request on. `figures`: the disclosure risk, as JSON, for the country only.

    `disclosed`: the counts that the extract discloses (a release, as JSON); `fingerprint`: the key of the
    sealed copy's fingerprint.
    """

    plan: ExtractPlan
    figures: str
    disclosed: bytes
    requester: str
    note: str
    prepared_at: datetime
    index: int
    refused: bool = False
    sealed: bool = False
    fingerprint: bytes | None = None

    @property
    def state(self) -> str:
        return "refused" if self.refused else "sealed" if self.sealed else "waiting"


class Extracts(Protocol):
    """Reading extracts."""

    def find(self, extract: str) -> StoredExtract | None: ...

    def all(self) -> list[StoredExtract]:
        """Oldest first."""

    def approvals(self, extract: str) -> list[ExtractApproval]: ...

    def disclosed(self) -> list[bytes]:
        """The counts disclosed by extracts that were given out or may still be, oldest first."""


class ExtractWriter(Extracts, Protocol):
    """Writing extracts; `because` is the log entry that explains the write."""

    def add(self, extract: StoredExtract, *, because: int) -> None: ...

    def add_approval(self, extract: str, approval: ExtractApproval, *, because: int) -> None: ...

    def refuse(self, extract: str, *, because: int) -> None: ...

    def seal(self, extract: str, fingerprint: bytes, *, because: int) -> None: ...


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
