"""The dictionary's words as the vocabulary of policies."""

from collections.abc import Iterable

from gateway.dictionary.dictionary import Dictionary
from gateway.dictionary.model import ACTIVITIES, SERVICE_DATE
from policies.model.vocabulary import Vocabulary

RECIPIENTS = (
    "ARMAC",
    "Victim Assistance Network authorities",
    "Victim Assistance Network members",
    "accredited researchers",
    "public",
)
"""Organisations that a policy may name, until the hub sends its own list to the members."""


YEARS = range(1900, 2100)
"""Years that a policy may name."""


def vocabulary(dictionary: Dictionary, *, recipients: Iterable[str], member: str | None = None) -> Vocabulary:
    """Return the words of a policy; with `member`, only the words of this member's levels.

    `recipients` are the organisations known to the hub. Raises DictionaryError for an unknown member.
    """
    if member is not None:
        dictionary.member(member)
    dimensions = {name: dim.level_names(member) for name, dim in dictionary.dimensions.items()}
    texts = {level.name: level.label for level in dictionary.levels.values()}
    texts |= {dim.name: dim.label for dim in dictionary.dimensions.values() if dim.name not in texts}
    texts |= dictionary.families
    of_activities = tuple(sorted(dictionary.dimensions_of(ACTIVITIES)))
    return Vocabulary(
        dimensions=dimensions,
        measures={m.name: m.label for m in dictionary.measures.values()},
        purposes={p.name: p.label for p in dictionary.purposes.values()},
        recipients=frozenset(recipients),
        members=frozenset(dictionary.members),
        roots={"place": "country"},
        former_levels={d.name: d.former_level for d in dictionary.dimensions.values() if d.former_level},
        sensitive=frozenset(d.name for d in dictionary.dimensions.values() if d.sensitive),
        ready_made=frozenset({*dictionary.ready_made, *dictionary.former_ready_made}),
        packs=dictionary.packs,
        consents=frozenset(dictionary.consent) - {"N", "NAT"},
        victims=frozenset(dictionary.codes("victim_type")),
        never_shared=dictionary.never_shared,
        replaced=dictionary.replaced,
        apart={m.name: of_activities for m in dictionary.measures.values() if m.of_activities},
        broken_down={m.name: dictionary.dimensions_of(m.of) for m in dictionary.measures.values()},
        of_one_code=frozenset({SERVICE_DATE}),
        texts=texts,
        codes={name: _codes(dictionary, levels, member) for name, levels in dimensions.items()},
    )


def _codes(dictionary: Dictionary, levels: tuple[str, ...], member: str | None) -> dict[str, str]:
    """Return the codes of some levels, each with its coarsest level."""
    return {code: level for level in levels for code in dictionary.codes(level, member=member, years=YEARS)}
