"""Fixed periods of years: the period of a year, and the relation of other periods to the pools."""

from collections import Counter

Pools = int | tuple[tuple[int, int], ...]
"""Periods of so many years, counted from years that the number divides; or (first, last) years of each."""


def nested(pools: Pools, length: int) -> bool:
    """Whether bands of `length` years, which begin with years that `length` divides, contain or fit the
    pools.

    Otherwise a difference of bands and pools discloses single years.
    """
    if isinstance(pools, int):
        return pools % length == 0 or length % pools == 0
    return all(
        first // length == last // length or (first % length == 0 and (last + 1) % length == 0)
        for first, last in pools
    )


def holding(pools: Pools, length: int) -> bool:
    """Whether bands of `length` years consist of whole pools only, so that the bands may be shown."""
    if isinstance(pools, int):
        return length % pools == 0
    bands: Counter[int] = Counter()
    for first, last in pools:
        if first // length != last // length:
            return False
        bands[first // length] += last - first + 1
    return all(years == length for years in bands.values())


def pool_of(pools: Pools, year: int) -> tuple[int, int] | None:
    """First and last year of the pool of a year, None for a year without a pool."""
    if isinstance(pools, int):
        first = year // pools * pools
        return first, first + pools - 1
    return next((pool for pool in pools if pool[0] <= year <= pool[1]), None)


def made_of(pools: Pools, parts: Pools) -> bool:
    """Whether each of some periods consists of whole periods among `parts`: the parts then disclose no
    less.
    """
    if isinstance(parts, int):
        bounds = ((0, pools - 1),) if isinstance(pools, int) else pools
        return all(first % parts == 0 and (last + 1) % parts == 0 for first, last in bounds)
    if isinstance(pools, int):
        return False  # these go on for ever
    return all(_filled(pool, parts) for pool in pools)


def _filled(pool: tuple[int, int], parts: tuple[tuple[int, int], ...]) -> bool:
    within = [part for part in parts if pool[0] <= part[0] and part[1] <= pool[1]]
    years = Counter(year for first, last in within for year in range(first, last + 1))
    return years == Counter(range(pool[0], pool[1] + 1))
