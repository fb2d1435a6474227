"""Ask a Safelane region: numbers with the reason of every blank, and receipts that are checked."""

from safelane_client.errors import (
    EveryMemberRefusedError,
    NoSuchReleaseError,
    NotPermittedError,
    NotProvenError,
    NotSignedInError,
    QuestionRefusedError,
    RegionError,
    TooManyRequestsError,
    UnavailableError,
)
from safelane_client.region import Progress, Region
from safelane_client.release import Cells, Part, Receipt, Release, Row, Status

__all__ = [
    "Cells",
    "EveryMemberRefusedError",
    "NoSuchReleaseError",
    "NotPermittedError",
    "NotProvenError",
    "NotSignedInError",
    "Part",
    "Progress",
    "QuestionRefusedError",
    "Receipt",
    "Region",
    "RegionError",
    "Release",
    "Row",
    "Status",
    "TooManyRequestsError",
    "UnavailableError",
]
