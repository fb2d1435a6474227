"""What stands below a table, or in a file, about the reader's own groups in it."""

from collections.abc import Sequence

from gateway.picturing.grouping.own_groups import Group, put_together
from gateway.picturing.labels import Labels
from gateway.picturing.notes import Note
from gateway.picturing.words import msgid
from gateway.wire.release import Release

OWN_GROUP = "own-group"
COMPUTED = msgid(
    "Own group: %(codes)s. Added up by this desk from the numbers shown; where one is withheld, the range is "
    "the sum of ranges. No member was asked for it, and no entry of the log commits to it."
)


def group_notes(release: Release, groups: Sequence[Group], labels: Labels) -> tuple[Note, ...]:
    """For each group its codes in this table, and that the desk computed its numbers.

    `release`: as it was released, with the codes.
    """
    return tuple(
        Note(
            group.code,
            labels.words.filled(COMPUTED, codes=", ".join(labels.code(group.level, code) for code in codes)),
            OWN_GROUP,
        )
        for group in groups
        if (codes := put_together(release, group))
    )
