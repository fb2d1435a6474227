"""The list that members of a run of counting once bind the number of their people to; on both sides one."""

from collections.abc import Mapping

from anonymisers.blinded.mixing import check_proof
from anonymisers.errors import BlindedSetError, MaskError
from anonymisers.masks.roster import Participant, Roster, Sum
from audit.count_events import CountBegun
from gateway.wire.counting import CountError, Joined

PEOPLE = ("people",)
"""The one sum of a run: how many people all sets hold together."""


def count_roster(run: bytes, event: CountBegun, joined: Mapping[str, Joined]) -> Roster:
    """The list of a run (`run`: its leaf hash). Every member must have shown that its key is its own.

    Raises CountError.
    """
    try:
        if set(joined) != set(event.members) or any(j.run != run for j in joined.values()):
            raise CountError("A member has not joined this run yet.")
        if any(j.member != member for member, j in joined.items()):
            raise CountError("A member's keys stand under another's name.")
        for member in event.members:
            check_proof(joined[member].key, run, joined[member].proof)
        return Roster(
            run,
            1,
            tuple(_participant(event.epoch, joined[m]) for m in event.members),
            (Sum(PEOPLE, event.members),),
        )
    except (BlindedSetError, MaskError) as error:
        raise CountError(f"The run cannot go on: {error.message}.") from None


def _participant(epoch: str, joined: Joined) -> Participant:
    """In place of a snapshot stands the key for mixing, so that all seal for the same keys or nobody does."""
    return Participant(joined.member, f"{epoch} {joined.key.hex()}", joined.mask)
