"""The event of a refused message: a side proved nothing, or said what is not so, and what it sent is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from audit.events.event import Event
from audit.formats.commitment import Commitment


class MessageKind(StrEnum):
    """What the sender sent."""

    ANSWER = "answer"
    APPLICATION = "application"
    CHECKPOINT = "checkpoint"
    QUESTION = "question"


class MessageFault(StrEnum):
    """Why the message was refused."""

    UNSIGNED = "unsigned"
    """Not signed by the sender's key."""
    UNPROVED = "unproved"
    """Signed, but the proof that it stands in a log, or that a key is the sender's, does not hold."""
    ABOUT_ANOTHER = "about-another"
    """Of another member, question, entry or region than the one at hand."""
    CONTRADICTION = "contradiction"
    """The sender's log contradicts itself."""
    KEY_OF_ANOTHER = "key-of-another"
    """Names a key that another member or the hub has or had."""


@dataclass(frozen=True)
class MessageRefused(Event):
    """A hub or a node refused a message, and keeps it as evidence.

    `message` commits to the message as it came, with its signatures: a commitment, since numbers of an answer
    could be guessed from a digest or a signature. A sender's messages of one kind and fault are logged once
    for each question put to the sender, all others once a day.
    """

    TYPE: ClassVar[str] = "message-refused"
    sender: str
    kind: MessageKind
    fault: MessageFault
    message: Commitment
    at: datetime
