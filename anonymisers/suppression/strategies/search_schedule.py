"""The search schedule: the stages of the local search for one cell, from narrow to wide neighbourhoods.

A stage has a size, the number of inner cells of its neighbourhoods, and a cap, the largest published cell
(in people) that a move of the stage may suppress; None is no cap. `schedule_for` chooses the stages by the
size of the table and by the treatment of zeros.
"""

from dataclasses import dataclass

from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern

Stages = tuple[tuple[int, int | None], ...]
"""The size and the cap of each stage."""

NOTHING_MORE = -1
"""The cap with which no published cell may change."""
ZEROS_ONLY = 0
"""The cap with which published zeros may change and no other published cell."""


@dataclass(frozen=True)
class LocalSearchTuning:
    """The stages for each kind of table, and the sizes of tables and neighbourhoods that the search turns
    on."""

    small_table: int = 2500
    """Most inner cells with people for which a table is small: both directions of change are compared
    there."""
    medium_table: int = 10_000
    """Most inner cells with people for which a table is of medium size: each stage costs more, the more there
    are."""

    small: Stages = (
        (150, 10), (400, 15), (1000, 22), (2400, 35), (2400, 120), (2400, 1000), (2400, None),
    )  # fmt: skip
    """Small tables. Wide stages cost more for each cell, and suppress less."""
    after_cutting_planes: Stages = (
        (400, NOTHING_MORE), (2400, NOTHING_MORE), (2400, 22), (2400, 60), (2400, 150), (2400, None),
    )  # fmt: skip
    """Small tables whose pattern was solved by cutting planes: that pattern mostly suffices."""
    medium_zeros_published: Stages = (
        (150, 10), (400, 15), (1000, 25), (1500, 45), (2400, 120), (4500, 1000), (4500, None),
    )  # fmt: skip
    """Tables of medium size searched among inner cells with people. The few cells that reach a late stage
    cause most of the suppression."""
    medium_zeros_suppressed: Stages = (
        (150, 10), (400, 18), (1000, 35), (1800, 80), (2400, 200), (4500, 1000), (4500, None),
    )  # fmt: skip
    """The same where zeros may be suppressed: moves against singletons take time there too."""
    medium_known_positive: Stages = (
        (150, 10), (400, 15), (600, 25), (1000, 45), (1000, 120), (1500, 300), (2400, 1000), (2400, None),
    )  # fmt: skip
    """The same where suppressed cells are known to be at least 1: more cells reach a late stage there."""
    among_people: Stages = (
        (60, 10), (150, 15), (300, 22), (600, 35), (600, 60), (600, 120),
        (1000, 250), (1000, 500), (1000, 1000), (2400, 2500), (2400, None),
    )  # fmt: skip
    """Large tables searched among inner cells with people."""
    among_all: Stages = (
        (100, 10), (250, 15), (400, 22), (600, 35), (600, 60), (1000, 120),
        (1000, 250), (1000, 500), (1000, 1000), (2400, 2500), (2400, None),
    )  # fmt: skip
    """Large tables searched among all inner cells."""
    linked: Stages = ((150, 35), (300, None))
    """Linked tables for which no move of a few people was found: so many tables count each inner cell that
    one program of a wider stage takes seconds."""

    empty_share: float = 1 / 3
    """Inner cells without people that a neighbourhood holds, as a share of those with people: after cutting
    planes, and in large tables for a zero or against a singleton. Most inner cells are empty there, and a
    search among all of them finds less and takes longer."""
    free_size: int = 400
    """Size of the neighbourhood for a change of cells that are all suppressed already."""
    zero_sizes: tuple[int, ...] = (150, 600)
    """Sizes of the neighbourhoods for a zero that may be suppressed."""
    most_zeros: int = 30
    """Zeros that may have to be suppressed along with one zero."""


TUNING = LocalSearchTuning()


@dataclass(frozen=True)
class SearchSchedule:
    """The stages of one search, and how neighbourhoods and moves are chosen in them.

    `empty_share`: inner cells without people as a share of those with people, 1 for a search among all inner
    cells. `compares_amounts`: whether moves for all amounts are compared,
    or the first that is found is taken.
    """

    stages: Stages
    empty_share: float
    compares_amounts: bool
    tuning: LocalSearchTuning


def has_full_table(pattern: SuppressionPattern) -> bool:
    """Whether a table of block 0 names all dimensions."""
    system = pattern.system
    return any(len(axes) == len(system.dims) for axes in system.blocks[0].lattice.tables)


def schedule_for(pattern: SuppressionPattern, *, after_cutting_planes: bool, linked: bool) -> SearchSchedule:
    """Choose the schedule for a pattern.

    `after_cutting_planes`: whether cutting planes solved the pattern first; `linked`: whether moves of linked
    tables are tried before the stages.
    """
    tuning, rules, people = TUNING, pattern.rules, len(pattern.people.counts)
    small = people <= tuning.small_table
    large_full_table = has_full_table(pattern) and not small
    among_people = rules.zeros == "publish" or (rules.zeros == "partner" and large_full_table)
    medium = large_full_table and people <= tuning.medium_table and among_people
    if linked:
        stages = tuning.linked
    elif medium and rules.least:
        stages = tuning.medium_known_positive
    elif medium:
        published = rules.zeros == "publish"
        stages = tuning.medium_zeros_published if published else tuning.medium_zeros_suppressed
    elif small:
        stages = tuning.after_cutting_planes if after_cutting_planes else tuning.small
    else:
        stages = tuning.among_people if among_people else tuning.among_all
    return SearchSchedule(
        stages,
        empty_share=tuning.empty_share if after_cutting_planes else 0.0 if among_people else 1.0,
        compares_amounts=small,
        tuning=tuning,
    )
