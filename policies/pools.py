"""Fixed periods of years, and whether other periods lie within them."""

Pools = int | tuple[tuple[int, int], ...]
"""Periods of so many years, counted from years that the number divides; or (first, last) years of each."""


def nested(pools: Pools, length: int) -> bool:
    """Whether bands of `length` years, which begin with years that `length` divides, hold or fit the pools.

    Where they do not, a difference of bands and pools gives single years away.
    """
    if isinstance(pools, int):
        return pools % length == 0 or length % pools == 0
    return all(
        first // length == last // length or (first % length == 0 and (last + 1) % length == 0)
        for first, last in pools
    )
