"""A policy as a form and as text, kept in step. Pure.

The text is the document; the form shows the keys that a form can show, and changes in the form are written
into the text, key by key. For a key changed in both the text counts, and the page says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policies import Vocabulary, load_policy
from policies.editing.fields import (
    Approval,
    Finest,
    Key,
    Line,
    Population,
    Several,
    Shares,
    Values,
    families_of,
)
from policies.editing.patching import Data, patched, raw
from policies.model.terms import Appearance, Graded, Redistribution, Release, Reruns, Review, Zeros
from policies.model.terms import Approval as Leave

Submitted = Callable[[str], Sequence[str]]
"""A field's name -> the typed or chosen value."""

FIVE_LINES = """\
member: {member}
version: {version}
valid_from: {today}
share: []
"""
"""The first text for a member without a policy."""


@dataclass(frozen=True)
class Merged:
    """The text with the form's changes. `lost`: dropped comments; `overruled`: keys changed in both.

    `unread`: the form's changes wait, since the text cannot be read.
    """

    text: str
    lost: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    unread: bool = False


@lru_cache(maxsize=4)
def keys_of(words: Vocabulary, member: str) -> tuple[Key, ...]:
    """The keys that have fields, in the order of the form."""
    single = {name: levels for name, levels in words.dimensions.items() if "." not in name}
    least = FIVE_LINES.format(member=member, version=1, today="2026-01-01")
    usual = load_policy(least, words).scope.dimensions
    return (
        Shares(tuple(sorted(words.recipients)), tuple(words.purposes)),
        Finest(
            single,
            families_of(words),
            {name: words.root(name) for name in single},
            dict(usual),
            words.former_levels,
        ),
        Line("max_dimensions"),
        Line("threshold"),
        Line("zeros", _scale(Zeros)),
        Line("reruns", _scale(Reruns)),
        Approval(_scale(Leave)),
        Several("quota"),
        Population(tuple(sorted(words.consents)), tuple(sorted(words.victims))),
        Line("embargo"),
        Line("release", _scale(Release)),
        Line("appears", _scale(Appearance)),
        Line("valid_from"),
        Line("valid_until"),
        Line("valid_for"),
        Line("review", _scale(Review)),
        Line("legal_basis"),
        Line("retention"),
        Line("redistribution", _scale(Redistribution)),
        Line("hub_cache"),
    )


def default_levels(keys: Sequence[Key]) -> Mapping[str, str]:
    """The levels that hold where a document names none."""
    return next(key.usual for key in keys if isinstance(key, Finest))


def values_of(keys: Sequence[Key], document: Mapping[str, Data]) -> dict[str, Values]:
    """Key -> the values of its fields; keys that only the text can say are left out."""
    shown = {key.key: key.read(document.get(key.key)) for key in keys}
    return {name: values for name, values in shown.items() if values is not None}


def merged(keys: Sequence[Key], before: str, text: str, submitted: Submitted) -> Merged:
    """The changes typed into form and text since both showed `before`."""
    old, new = raw(before), raw(text)
    if old is None:
        return Merged(text)  # there was no form then
    changed = {key.key: key for key in keys if _differs(key, old, submitted)}
    if new is None:
        return Merged(text, unread=bool(changed))
    both = tuple(name for name in changed if old.get(name) != new.get(name))
    changes = {
        name: key.write(_typed(key, old, submitted), old.get(name))
        for name, key in changed.items()
        if name not in both
    }
    made = patched(text, changes)
    return Merged(made.text, made.lost, both)


def _differs(key: Key, document: Mapping[str, Data], submitted: Submitted) -> bool:
    shown = key.read(document.get(key.key))
    return shown is not None and shown != _typed(key, document, submitted)


def _typed(key: Key, document: Mapping[str, Data], submitted: Submitted) -> Values:
    """The current value of a key's fields; an empty field gives no value."""
    names = key.read(document.get(key.key)) or {}
    return {name: tuple(v.strip() for v in submitted(name) if v.strip()) for name in names}


def _scale(scale: type[Graded]) -> tuple[str, ...]:
    return tuple(str(word) for word in scale)
