"""Keys with which people sign at a node, and the powers of a signature."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Duty(StrEnum):
    """The powers of a person's signature: everything, or only to review and to approve beside a
    controller.
    """

    CONTROLLER = "controller"
    SECOND = "second-person"


@dataclass(frozen=True)
class Holder:
    """A person whose signatures are, or were, valid at this node. `key` is a vkey of C2SP signed-note."""

    name: str
    key: str
    duty: Duty
    since: datetime
    index: int
    until: datetime | None = None
    revoked: bool = False
    """Whether the key was revoked as lost or stolen, not replaced in order."""

    @property
    def counts(self) -> bool:
        return self.until is None
