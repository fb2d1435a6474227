"""Damaged entries of a kept log, said to whoever reads it: their numbers, and what to do."""

from collections.abc import Sequence

from audit.events.search import Found
from audit.log.checked_reading import damaged_in
from audit.log.log import Storage
from audit.reading.messages import Message, message, msgid
from gateway.errors import SafelaneError

REMEDY = msgid(
    "Tell whoever keeps this log: safelane log check shows all that is damaged. Keep a copy of it, then "
    "restore the newest backup; members and witnesses know what the log had said."
)
MOST_NAMED = 20


class DamagedError(SafelaneError):
    """An entry that was asked for is not what was logged any more."""

    exit_code = 6


def say_damaged(numbers: Sequence[int]) -> Message:
    """Name the damaged entries, of very many the first ones."""
    named = ", ".join(map(str, numbers[:MOST_NAMED]))
    if len(numbers) == 1:
        return message("Entry %(number)s is damaged: what is stored is not what was logged.", number=named)
    if len(numbers) <= MOST_NAMED:
        return message(
            "Entries %(numbers)s are damaged: what is stored is not what was logged.", numbers=named
        )
    return message(
        "%(count)s entries are damaged: what is stored is not what was logged. The first are %(numbers)s.",
        count=len(numbers),
        numbers=named,
    )


def words_of_damage(storage: Storage) -> str:
    """Name the damaged entries that were met in this storage; empty where none was."""
    numbers = damaged_in(storage)
    return say_damaged(numbers) if numbers else ""


def damaged_after(storage: Storage, found: Sequence[Found]) -> tuple[int, ...]:
    """The damaged entries that may belong to the found ones of a question, which begins with its first."""
    return tuple(n for n in damaged_in(storage) if not found or n > found[0].number)


def damaged(numbers: Sequence[int]) -> DamagedError:
    """The error that names these entries."""
    return DamagedError(say_damaged(numbers), remedy=REMEDY)
