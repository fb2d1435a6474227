"""Applies a suggestion to the text of a policy, and says in one sentence what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from policies import PolicyError, Vocabulary, load_policy
from policies.editing.edits import Edit
from policies.editing.fields import permissions
from policies.editing.patching import Data, patched, raw

Levels = dict[str, Data]


@dataclass(frozen=True)
class AppliedSuggestion:
    """The text with a suggestion applied, and the change in words. `fault`: why nothing was applied."""

    text: str
    sentence: str
    lost: tuple[str, ...] = ()
    fault: str = ""


def apply_suggestion(
    text: str, edits: Sequence[Edit], words: Vocabulary, usual: Mapping[str, str]
) -> AppliedSuggestion:
    """Write the edits into a document; a document that cannot take the edits stays unchanged.

    A permission that says more than the changed data set is narrowed as well. `usual`: the levels of a
    document that names none.
    """
    document = raw(text)
    if document is None:
        return AppliedSuggestion(text, "", fault=_("The text cannot be read."))
    writer = _Writer(document, words, usual)
    sentence = [writer.write(edit) for edit in edits]
    made = patched(text, writer.changes)
    try:
        load_policy(made.text, words)
    except PolicyError as error:
        first = error.faults[0].problem if error.faults else error.message
        return AppliedSuggestion(text, "", fault=first)
    if not writer.changes:
        return AppliedSuggestion(text, _("The text already contains this setting; nothing was changed."))
    return AppliedSuggestion(
        made.text, _("Added to the draft: %(what)s.", what="; ".join(filter(None, sentence))), made.lost
    )


class _Writer:
    """Collects the changes of a document's keys."""

    def __init__(self, document: Mapping[str, Data], words: Vocabulary, usual: Mapping[str, str]) -> None:
        self._document = document
        self._words = words
        self._usual = usual
        self.changes: dict[str, Data | None] = {}

    def write(self, edit: Edit) -> str:
        """Add an edit; returns the change in words, empty for no change."""
        if edit.key == "finest":
            return self._level(edit.part, edit.value if isinstance(edit.value, str) else None)
        before = self._now(edit.key)
        value: Data | None = list(edit.value) if isinstance(edit.value, tuple) else edit.value
        if edit.key == "threshold" and isinstance(before, dict) and value is not None:
            value, before = _sizes(before, str(value)), before.get("usual")
        if self._now(edit.key) == value:
            return ""
        self.changes[edit.key] = value
        if edit.key == "max_dimensions":
            self._narrow_sizes(str(edit.value))
        new = ", ".join(edit.value) if isinstance(edit.value, tuple) else str(edit.value)
        return _instead(edit.key, new, before)

    def _level(self, dimension: str, level: str | None) -> str:
        held = self._now("finest")
        levels = self._single(dict(self._usual) if not isinstance(held, dict) else held, dimension)
        before = levels.get(dimension)
        if before == level or (level is None and before == self._words.root(dimension)):
            return ""
        self.changes["finest"] = _with(levels, dimension, level)
        self._narrow_levels(dimension, level)
        if level is None:
            return _("%(name)s is no longer shared", name=dimension)
        return _instead(dimension, level, before)

    def _narrow_levels(self, dimension: str, level: str | None) -> None:
        rank, items = self._words.rank, self._permissions()
        for item in items:
            held = item.get("finest")
            if not isinstance(held, dict):
                continue
            levels = self._single(held, dimension)
            own = levels.get(dimension)
            if own is None or (level is not None and rank(dimension, str(own)) <= rank(dimension, level)):
                continue
            item["finest"] = _with(levels, dimension, level)
            if not item["finest"]:
                del item["finest"]  # a permission without `finest` takes the data set's levels
            self.changes["share"] = list[Data](items)

    def _narrow_sizes(self, most: str) -> None:
        items = self._permissions()
        for item in items:
            own = item.get("max_dimensions")
            if isinstance(own, str) and own.isdecimal() and int(own) > int(most):
                item["max_dimensions"] = most
                self.changes["share"] = list[Data](items)

    def _permissions(self) -> list[dict[str, Data]]:
        return [dict(item) for item in permissions(self._now("share")) or []]

    def _single(self, levels: Mapping[str, Data], dimension: str) -> Levels:
        """The levels with each dimension of a family listed alone, where `dimension` belongs to one."""
        family = dimension.partition(".")[0]
        if family == dimension or family not in levels:
            return dict(levels)
        several = levels[family] in self._words.family_levels(family)
        each: Levels = {
            name: f"{levels[family]}.{name.partition('.')[2]}" if several else levels[family]
            for name in self._words.families.get(family, ())
        }
        return {name: level for name, level in levels.items() if name != family} | each

    def _now(self, key: str) -> "Data | None":
        return self.changes[key] if key in self.changes else self._document.get(key)


def _sizes(before: Mapping[str, Data], usual: str) -> Data:
    """Another default threshold, with the larger thresholds of single levels; smaller ones are dropped."""
    found: dict[str, Data] = {"usual": usual}
    for dimension, levels in before.items():
        kept = (
            {level: k for level, k in levels.items() if int(str(k)) > int(usual)}
            if isinstance(levels, dict)
            else {}
        )
        found |= {dimension: kept} if kept else {}
    return found if len(found) > 1 else usual


def _with(levels: Levels, dimension: str, level: str | None) -> Levels:
    rest = {name: each for name, each in levels.items() if name != dimension or level is not None}
    return rest if level is None else {**rest, dimension: level}


def _instead(name: str, new: str, before: "Data | None") -> str:
    if before is None:
        return _("%(name)s: %(new)s", name=name, new=new)
    old = ", ".join(map(str, before)) if isinstance(before, list) else str(before)
    return _("%(name)s: %(new)s instead of %(old)s", name=name, new=new, old=old)
