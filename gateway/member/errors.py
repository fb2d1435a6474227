"""What a member node refuses, in words for its data controller and operator."""

from gateway.errors import SafelaneError


class LinkError(SafelaneError):
    """The hub cannot be reached or does not behave like a hub. The node goes on and tries again."""


class NotRestoredError(SafelaneError):
    """The node waits for nobody's word."""

    exit_code = 8


class ReasonError(SafelaneError):
    """A reason that the log cannot keep."""

    exit_code = 2


class ShorterLogError(LinkError):
    """The hub refused our call: its log is shorter than our witnessed log, or our log contradicts itself."""


class UnprovenError(SafelaneError):
    """A question without proof of logging: altered, unlogged, of another log, or not for us."""


class RepeatedError(SafelaneError):
    """A question that was answered before. A question is answered once, however often delivered."""


class NothingWithheldError(SafelaneError):
    """Perturbed counts: no cell is withheld, so that no cell has bounds."""


class PolicyRefusedError(SafelaneError):
    """A policy that cannot come into force here. The policy in force stays."""

    exit_code = 9


class NotYetProtectedError(PolicyRefusedError):
    """A policy whose tables are not yet protected beside the released tables: a preview protects them."""


class SignatureRefusedError(SafelaneError):
    """A signature that is invalid, is on another text, or is of an invalid key."""

    exit_code = 9


class NotAcceptedError(SafelaneError):
    """A cube with items that the controller has to accept first. The former cube stays."""

    exit_code = 9


class NotWaitingError(SafelaneError):
    """A question that does not wait for approval (any more)."""

    exit_code = 9


class KeyRefusedError(SafelaneError):
    """A personal key that cannot become valid here, or a person without a valid key."""

    exit_code = 9


class NoSuchPersonError(SafelaneError):
    """Nobody in the newest snapshot has this number."""

    exit_code = 4


class CasesMissingError(SafelaneError):
    """A load that lacks many known cases: nobody said whether it is a part or the whole. Nothing is kept."""

    exit_code = 5


class CannotBeAddedError(SafelaneError):
    """A load that cannot be added to the newest snapshot. Nothing is kept."""

    exit_code = 5


class NotReplayableError(SafelaneError):
    """The decision cannot be replayed: an input is gone, or the entry is no decision."""

    exit_code = 6


class SnapshotDiffersError(SafelaneError):
    """The newest snapshot differs from the result of its source, mapping and keys."""

    exit_code = 5


class NothingToProtectError(SafelaneError):
    """A cube needs a policy and a snapshot."""

    exit_code = 9


class NotProtectedError(SafelaneError):
    """Disclosure control found no way to release the data under this policy."""

    exit_code = 9


class NotWitnessedError(NotProtectedError):
    """Tables were charged to a privacy budget, and are drawn once the hub has cosigned the charge."""


class ExtractRefusedError(SafelaneError):
    """A record extract that may not be made, approved or sealed. Nothing was given out."""

    exit_code = 9


class ReidentificationRefusedError(SafelaneError):
    """A refused request for re-identification."""

    exit_code = 9


class FigureRefusedError(SafelaneError):
    """A published figure that cannot be registered, or is not registered and cannot be withdrawn."""

    exit_code = 4
