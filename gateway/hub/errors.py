"""What the hub refuses, in words for the one who asked."""

from gateway.errors import SafelaneError


class NotAuthenticatedError(SafelaneError):
    """Nobody, or nobody known, is asking."""


class NotPermittedError(SafelaneError):
    """This person or member may not do this."""


class UnknownQuestionError(SafelaneError):
    """There is no such question, or it is somebody else's: the two look alike on purpose."""


class AnswerRefusedError(SafelaneError):
    """A member's answer that proves nothing, or answers something else."""


class AlreadyAnsweredError(SafelaneError):
    """The member has answered this question before; the first answer stands."""


class TooLateError(SafelaneError):
    """The question is closed."""


class InvitationRefusedError(SafelaneError):
    """An invitation that was used, has ended, or is another member's."""


class NotAMemberError(SafelaneError):
    """Nobody has applied, or is enrolled, under this name."""


class ReplayedError(SafelaneError):
    """A call that was taken before: each counts once."""


class PollRefusedError(SafelaneError):
    """A member has seen more of the log than this hub has."""
