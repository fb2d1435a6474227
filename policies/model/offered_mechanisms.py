"""Which mechanisms are offered for which dimensions: one rule for policies and for tables in files."""

from collections.abc import Iterable

from policies.model.terms import MechanismKind
from policies.model.vocabulary import Vocabulary


def not_offered(kind: MechanismKind, shown: Iterable[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The shown dimensions that the mechanism is not offered for.

    Under cell keys the same people have the same noise: a group's number that stands again beside one
    attribute, and zeros beside the others, say that everybody in the group has that attribute. So no
    dimension is shown that says something sensitive of a person.
    """
    return vocabulary.sensitive_among(shown) if kind is MechanismKind.CELL_KEY else ()
