"""Codes of dates, and the years within or around a code. Pure."""

from collections.abc import Collection


def lies_in(code: str, years: Collection[int]) -> bool:
    """Whether a code of dates lies in, or holds, any of the years: `2023`, `2023-05`, `2021-2025`."""
    first, last = code[:4], code[5:9] if len(code) == len("2021-2025") else code[:4]
    return any(int(first) <= year <= int(last) for year in years)
