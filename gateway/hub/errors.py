"""Refusals of the hub, in words for the requester."""

from audit.events.refusal_events import MessageFault
from gateway.errors import SafelaneError


class NotAuthenticatedError(SafelaneError):
    """Nobody, or nobody known, is asking."""


class NotPermittedError(SafelaneError):
    """An action that is not permitted to the person or member."""


class UnknownQuestionError(SafelaneError):
    """There is no such question, or the question is somebody else's: the two look alike on purpose."""


class AnswerRefusedError(SafelaneError):
    """A member's answer without proof, or to another question.

    `fault`: what is wrong with it, in the word of the log; None for a message in no form.
    """

    def __init__(self, message: str, *, remedy: str = "", fault: MessageFault | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.fault = fault


class NotWitnessedError(SafelaneError):
    """Proved under a checkpoint of the member's log that this hub has not witnessed last; not kept yet."""


class AlreadyAnsweredError(SafelaneError):
    """The member has answered this question before; the first answer stays."""


class TooLateError(SafelaneError):
    """The question is closed."""


class InvitationRefusedError(SafelaneError):
    """An invitation that was used, has ended, or belongs to another member."""


class KeysRefusedError(InvitationRefusedError):
    """Keys of an application that are another's, or are not proved to be the applicant's."""

    def __init__(self, message: str, *, fault: MessageFault) -> None:
        super().__init__(message, remedy="Make the node anew, with keys of its own.")
        self.fault = fault


class NotAMemberError(SafelaneError):
    """Nobody has applied, or is enrolled, under this name."""


class ReplayedError(SafelaneError):
    """A replayed call: each call counts once."""


class PollRefusedError(SafelaneError):
    """A member has seen more of the log than this hub has."""


class NoDecisionError(SafelaneError):
    """The entry is no decision of the hub's."""

    exit_code = 6
