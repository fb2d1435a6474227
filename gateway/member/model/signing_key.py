"""Keys with which people sign at a node, and what a signature is for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Duty(StrEnum):
    """What a person's signature is for: everything, or only to review and to approve beside a controller."""

    CONTROLLER = "controller"
    SECOND = "second-person"


@dataclass(frozen=True)
class Holder:
    """A person whose signatures count, or counted, at this node. `key` is a vkey of C2SP signed-note."""

    name: str
    key: str
    duty: Duty
    since: datetime
    index: int
    until: datetime | None = None
    revoked: bool = False
    """Whether it ended because it was lost or stolen; one that was replaced in order was not."""

    @property
    def counts(self) -> bool:
        return self.until is None
