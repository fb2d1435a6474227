"""Every reader of what comes from outside, by its name."""

from collections.abc import Mapping
from functools import cache

from outside import people_and_tables, registers, texts_and_messages, visits
from outside.reader import Reader


@cache
def all_readers() -> Mapping[str, Reader]:
    """In a fixed order. Raises ValueError where two have one name."""
    found: dict[str, Reader] = {}
    for reader in (
        *texts_and_messages.readers(),
        *people_and_tables.readers(),
        *registers.readers(),
        *visits.readers(),
    ):
        if reader.name in found:
            raise ValueError(reader.name)
        found[reader.name] = reader
    return found
