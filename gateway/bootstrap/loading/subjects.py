"""The people whom a node's pseudonyms may be about: the people of its newest snapshot."""

from gateway.member.errors import NothingToProtectError
from gateway.member.node.context import Node
from gateway.member.records.reidentification import persons_by_value


def values_of(node: Node) -> list[str]:
    """Return the values that extracts turn into pseudonyms: every person and case of the newest snapshot.

    Raises NothingToProtectError.
    """
    with node.store.reading() as view:
        loaded = view.snapshot()
    if loaded is None:
        raise NothingToProtectError(f"{node.member} has no snapshot yet.", remedy="Load the register first.")
    return sorted(persons_by_value(loaded[1]))
