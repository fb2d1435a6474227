"""Refusals of the hub, in words for the requester."""

from gateway.errors import SafelaneError


class NotAuthenticatedError(SafelaneError):
    """Nobody, or nobody known, is asking."""


class NotPermittedError(SafelaneError):
    """An action that is not permitted to the person or member."""


class UnknownQuestionError(SafelaneError):
    """There is no such question, or the question is somebody else's: the two look alike on purpose."""


class AnswerRefusedError(SafelaneError):
    """A member's answer without proof, or to another question."""


class NotWitnessedError(SafelaneError):
    """Proved under a checkpoint of the member's log that this hub has not witnessed last; not kept yet."""


class AlreadyAnsweredError(SafelaneError):
    """The member has answered this question before; the first answer stays."""


class TooLateError(SafelaneError):
    """The question is closed."""


class InvitationRefusedError(SafelaneError):
    """An invitation that was used, has ended, or belongs to another member."""


class NotAMemberError(SafelaneError):
    """Nobody has applied, or is enrolled, under this name."""


class ReplayedError(SafelaneError):
    """A replayed call: each call counts once."""


class PollRefusedError(SafelaneError):
    """A member has seen more of the log than this hub has."""
