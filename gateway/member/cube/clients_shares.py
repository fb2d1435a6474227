"""The share of each ready-made table about clients that can be read, of the last closed year of service.

The shares are those of `table_shares`: people in shown inner cells, of those in inner cells of at least as
many people as the threshold says. Pure; for the controller only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from gateway.dictionary import SERVICE_DATE, Dictionary
from gateway.member.cube.clients_counts import (
    AGE_NOW,
    MEASURES,
    MOST_DIMENSIONS,
    SEX,
    ClientsRead,
    last_service_year,
)
from gateway.member.cube.table_shares import ReadTable, TableShare
from gateway.member.model.clients import Clients


def clients_shares(
    dictionary: Dictionary, read: ClientsRead, clients: Clients, threshold: int
) -> tuple[TableShare, ...]:
    """The share of each table that the cube of clients has; none before a year of service is closed.

    `clients`: those who agreed to be counted.
    """
    years = last_service_year(read.trees)
    if not years:
        return ()
    rows = clients.of_year(int(years[0]))
    once = rows.taken(np.sort(np.unique(rows.person, return_index=True)[1]))
    return tuple(_share(dictionary, table, read, once, threshold) for table in _tables(dictionary, read))


def _tables(dictionary: Dictionary, read: ClientsRead) -> Iterator[ReadTable]:
    """The ready-made tables about clients whose levels the cube has."""
    for question in dictionary.ready_made.values():
        for table in question.tables:
            levels = {dictionary.level(level).dimension: level for level in table.levels}
            levels.pop(SERVICE_DATE, None)
            has = all(name in read.trees and level in read.trees[name].at for name, level in levels.items())
            dims = {SEX if name == AGE_NOW else name for name in levels}  # both stand in one dimension
            fits = table.measure in MEASURES and has and 0 < len(dims) <= MOST_DIMENSIONS
            if fits and _stands(read, levels):
                yield ReadTable(tuple(sorted(levels.items())), table.name)


def _stands(read: ClientsRead, levels: Mapping[str, str]) -> bool:
    """Whether the cube has the table: a policy may permit fewer dimensions together."""
    try:
        read.read({name: read.trees[name].at[level][0] for name, level in levels.items()})
    except KeyError:
        return False
    return True


def _share(
    dictionary: Dictionary, table: ReadTable, read: ClientsRead, once: Clients, threshold: int
) -> TableShare:
    """The share of one table. `once`: the clients of the year, each person in one row."""
    columns = [_codes(dictionary, once, name, level) for name, level in table.levels]
    counted = Counter(zip(*columns, strict=True))
    enough = {codes: people for codes, people in counted.items() if people >= threshold}
    names = [name for name, _ in table.levels]
    shown = (codes for codes in enough if read.read(dict(zip(names, codes, strict=True))) is not None)
    return TableShare(table, sum(enough[codes] for codes in shown), sum(enough.values()))


def _codes(dictionary: Dictionary, once: Clients, name: str, level: str) -> list[str]:
    """Each client's code of a dimension, at a level."""
    return once.columns[name].recoded(lambda code: dictionary.lift(code, level)).values()
