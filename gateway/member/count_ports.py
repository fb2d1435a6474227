"""What counting once needs of a node's store. As elsewhere, `because` is an entry of the node's own log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.wire.count_calls import Step


@dataclass(frozen=True)
class KeptStep:
    """A step that was taken: the signed note, and the list that goes with it until the hub has it."""

    run_id: str
    step: Step
    note: str
    data: bytes


class CountsView(Protocol):
    """Reading."""

    def secrets(self, run_id: str) -> str | None:
        """What the node blinds and encrypts with in a run; None before it joined and once it is destroyed."""

    def step(self, run_id: str, step: Step) -> KeptStep | None: ...

    def to_send(self) -> Sequence[KeptStep]:
        """Steps that the hub has not acknowledged, oldest first."""


class CountsWriter(CountsView, Protocol):
    """Writing."""

    def keep_step(self, kept: KeptStep, *, because: int) -> None: ...

    def destroy_secrets(self, run_id: str) -> None: ...


class CountsNotes(Protocol):
    """Bookkeeping: joining a run tells nothing of anybody, and explains itself."""

    def keep_secrets(self, run_id: str, secrets: str) -> None:
        """Those that are there stay."""

    def acknowledged(self, run_id: str, step: Step) -> None:
        """The list goes: the hub has it."""
