"""Services that bootstrap provides to the desk, as the desk sees them."""

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.wire.answer import Refusal
from gateway.wire.release import Release


class ShownQuestion(Protocol):
    """A ready-made question and its result: a release with this member alone, or the refusals."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def recipient(self) -> str | None: ...
    @property
    def release(self) -> Release | None: ...
    @property
    def refusals(self) -> tuple[Refusal, ...]: ...


class Sign(Protocol):
    def __call__(self, name: str, passphrase: str, text: str) -> str:
        """The text as a note signed with somebody's key. Raises KeyRefusedError or SealedKeyError."""


class ReportProgress(Protocol):
    def __call__(self, step: str, done: float) -> None:
        """The current step, and the share of the work done (0 to 1)."""


class Running(Protocol):
    """Work of a child process."""

    def result(self, report: ReportProgress) -> Mapping[str, Any]:
        """Wait for the end and report each step. Raises SafelaneError for a failed or cancelled job."""

    def end(self) -> None:
        """End the job now; everything not yet stored is discarded."""


class Start(Protocol):
    def __call__(self, kind: str, body: Mapping[str, Any]) -> Running: ...
