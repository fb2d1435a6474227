"""The people whom a node's pseudonyms may be about: those of its newest snapshot."""

from gateway.member.context import Node
from gateway.member.errors import NothingToProtectError


def values_of(node: Node) -> list[str]:
    """The internal pseudonym of every person in the newest snapshot. Raises NothingToProtectError."""
    with node.store.reading() as view:
        loaded = view.snapshot()
    if loaded is None:
        raise NothingToProtectError(f"{node.member} has no snapshot yet.", remedy="Load the register first.")
    return sorted({link.decode("ascii") for link in loaded[1].links["person"].tolist()})
