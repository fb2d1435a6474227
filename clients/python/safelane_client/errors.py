"""Everything that a region refuses, each kind as an error of its own. A message says what to do next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safelane_client.release import Release


class RegionError(Exception):
    """Any failure. `remedy` is what to do next; empty where nothing is known."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class NotSignedInError(RegionError):
    """The token is unknown, withdrawn or expired."""


class NotPermittedError(RegionError):
    """The token's owner may not do this, or not for this purpose."""


class QuestionRefusedError(RegionError):
    """The question has words that the region does not know; `faults` names each."""

    def __init__(self, message: str, remedy: str = "", faults: Sequence[str] = ()) -> None:
        super().__init__(message, remedy)
        self.faults = tuple(faults)


class NoSuchReleaseError(RegionError):
    """There is no such question or release among one's own, or no release yet."""


class TooManyRequestsError(RegionError):
    """Asked too often; `retry_after` is the number of seconds to wait, None where the hub does not say."""

    def __init__(self, message: str, remedy: str = "", retry_after: int | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after


class UnavailableError(RegionError):
    """The hub cannot be reached, is overloaded, or did not release an answer in time."""


class NotProvenError(RegionError):
    """The receipts do not prove the answer. Do not use it."""


class EveryMemberRefusedError(RegionError):
    """Every member that was asked refused, with its reasons in `release.parts`: there is no number at all."""

    def __init__(self, message: str, release: "Release") -> None:
        super().__init__(message, "Ask for less detail, or for what the members' policies share.")
        self.release = release
