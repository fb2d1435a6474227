"""Counting the merged list, and the rule on what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from anonymisers.blinded.mixing import check_entries
from anonymisers.blinded.points import from_bytes
from anonymisers.errors import BlindedSetError


@dataclass(frozen=True)
class Count:
    """`people` are distinct over all members; `overlap` is how many more entries they have than that."""

    people: int
    overlap: int


def count(final: Sequence[bytes], size: int, members: int, entries_of_people: int) -> Count:
    """What a run found. `entries_of_people`: how many people the members' sets hold together.

    Points that fill up the sets are all different, so that only people can stand in the list twice. Raises
    BlindedSetError for a list of the wrong length, points off the curve, or more in common than there can be:
    a member has put somebody in twice, or other entries than its own.
    """
    check_entries(final, size * members, last=True)
    distinct = set(final)
    for point in distinct:
        from_bytes(point)
    overlap = len(final) - len(distinct)
    people = entries_of_people - overlap
    if people < 0 or people * members < entries_of_people or entries_of_people > size * members:
        raise BlindedSetError("the sets have more people in common than they can have")
    return Count(people, overlap)


def may_be_told(found: Count, threshold: int) -> bool:
    """The rule: nobody is known to several members, or at least `threshold` entries are."""
    return found.overlap == 0 or found.overlap >= threshold
