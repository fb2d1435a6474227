"""Hierarchies of so many codes."""

from anonymisers.tables.hierarchy import Hierarchy


def flat(name: str, size: int) -> Hierarchy:
    """Codes with nothing between them and the total."""
    codes = tuple(f"{name}{n}" for n in range(size))
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def grouped(name: str, size: int) -> Hierarchy:
    """Codes in two groups."""
    leaves = tuple(f"{name}{n}" for n in range(size))
    groups = (f"{name} low", f"{name} high")
    parent = dict.fromkeys(groups, "Total") | {c: groups[n * 2 // size] for n, c in enumerate(leaves)}
    return Hierarchy(name, ("Total", *groups, *leaves), parent)
