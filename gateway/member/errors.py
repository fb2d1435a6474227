"""What a member node refuses, in words for its data controller and operator."""

from gateway.errors import SafelaneError


class LinkError(SafelaneError):
    """The hub cannot be reached or does not behave like a hub. The node goes on and tries again."""


class ShorterLogError(LinkError):
    """The hub refused our call: its log is shorter than what we witnessed, or ours contradicts itself."""


class UnprovenError(SafelaneError):
    """A question without proof that it was logged: altered, unlogged, of another log, or not for us."""


class RepeatedError(SafelaneError):
    """A question that was answered before. It is answered once, however often it comes."""


class PolicyRefusedError(SafelaneError):
    """A policy that cannot come into force here. The one in force stays."""

    exit_code = 9


class NotYetProtectedError(PolicyRefusedError):
    """A policy whose tables are not protected yet beside what was given out: looking at it does that."""


class SignatureRefusedError(SafelaneError):
    """A signature that does not hold, is on something else, or is of a key that does not count."""

    exit_code = 9


class NotAcceptedError(SafelaneError):
    """A cube with something that the controller has to accept first. The former one stays."""

    exit_code = 9


class NotWaitingError(SafelaneError):
    """A question that does not wait for anybody's leave (any more)."""

    exit_code = 9


class KeyRefusedError(SafelaneError):
    """A personal key that cannot count here, or a person whose key does not."""

    exit_code = 9


class NoSuchPersonError(SafelaneError):
    """Nobody in the newest snapshot has this number."""

    exit_code = 4


class SnapshotDiffersError(SafelaneError):
    """The newest snapshot is not what its source, mapping and keys give."""

    exit_code = 5


class NothingToProtectError(SafelaneError):
    """A cube needs a policy and a snapshot."""

    exit_code = 9


class NotProtectedError(SafelaneError):
    """Disclosure control found no way to release the data under this policy."""

    exit_code = 9


class ExtractRefusedError(SafelaneError):
    """An extract of single records that may not be made, approved or sealed. Nothing was given out."""

    exit_code = 9


class ReidentificationRefusedError(SafelaneError):
    """A request to see who a pseudonym is that may not go on."""

    exit_code = 9


class FigureRefusedError(SafelaneError):
    """A published figure that cannot be registered, or is not there to be withdrawn."""

    exit_code = 4
