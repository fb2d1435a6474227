"""Shapes for the dimensions of a document: their finest levels, prohibited levels, thresholds.

The name of a multi-valued attribute (`injury`, `status`) may stand for all its dimensions at once: with `yes`
where they are yes-or-no questions, else with a level (`status: met` is `met.REH` of `status.REH`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.model.composed_shapes import ByNode, MapOf
from policies.model.errors import Fault
from policies.model.messages import message
from policies.model.model import LevelOf
from policies.model.shapes import JsonSchema, Meaning, Number, OneOf, Shape
from policies.model.strict_yaml import Node
from policies.model.vocabulary import Vocabulary

ANY_LEVEL = "any"
"""In a prohibition: the dimension at any level."""
YES = "yes"
"""The only level of a single-level dimension, or of each dimension of a family; or the only one of before."""


@dataclass(frozen=True)
class LevelMap:
    """A mapping from dimensions or families to a level each; read as (dimension, level) pairs."""

    pairs: MapOf[str]
    families: Mapping[str, tuple[str, ...]]
    only_level: Mapping[str, str]
    of_families: Mapping[str, tuple[str, ...]]
    """The levels of each family whose dimensions have several."""

    def read(self, node: Node, faults: list[Fault]) -> tuple[LevelOf, ...] | None:
        written = self.pairs.read(node, faults)
        if written is None:
            return None
        levels: dict[str, str] = {}
        for name, level in written:
            for dimension in self.families.get(name, (name,)):
                if dimension in levels:
                    problem = message("%(dimension)s is named twice, once by its family", dimension=dimension)
                    faults.append(node.position.fault(problem))
                if level == YES:
                    levels[dimension] = self.only_level[dimension]
                elif level in self.of_families.get(name, ()):
                    levels[dimension] = f"{level}.{dimension.partition('.')[2]}"
                else:
                    levels[dimension] = level
        return tuple(sorted(levels.items()))

    def schema(self) -> JsonSchema:
        return self.pairs.schema()


def levels(words: Vocabulary | None, *, root: bool = False) -> Shape[tuple[LevelOf, ...]]:
    """Dimension -> level; with `root`, also the root, which shows nothing of the dimension."""

    def of(name: str, known: tuple[str, ...], top: str) -> Shape[str]:
        named = (*known, top) if root else known
        return _level(name, known, {level: level for level in named} | _yes(words, name, known, YES))

    return _map(words, of)


def banned_levels(words: Vocabulary | None) -> Shape[tuple[LevelOf, ...]]:
    """Dimension -> the coarsest prohibited level, `any` for every level."""

    def of(name: str, known: tuple[str, ...], top: str) -> Shape[str]:  # noqa: ARG001 - as for levels
        coarsest = YES if known == () else known[-1]
        named = {**{k: k for k in known}, ANY_LEVEL: coarsest}
        return _level(name, known, named | _yes(words, name, known, YES))

    return _map(words, of)


def thresholds(words: Vocabulary | None) -> Shape[Any]:
    """One number, or `usual` and larger numbers by dimension and level."""
    number = Number(2, 1000)

    def of(key: str) -> Shape[Any]:
        if key == "usual":
            return number
        return MapOf("level", words.dimensions[key] if words else None, lambda _: number)

    keys = ("usual", *words.dimensions) if words else None
    return ByNode[Any](number, MapOf("dimension (or usual)", keys, of))


def _map(words: Vocabulary | None, of: Any) -> Shape[tuple[LevelOf, ...]]:
    if words is None:
        return LevelMap(MapOf("dimension", None, lambda _: OneOf("level", None)), {}, {}, {})

    families = {name: many for name, many in words.families.items() if name not in words.dimensions}
    of_families = {name: words.family_levels(name) for name in families}

    def shape(name: str) -> Shape[str]:
        known = words.dimensions[name] if name in words.dimensions else of_families.get(name, ())
        made: Shape[str] = of(name, known, words.root(name))
        return made

    only = {name: known[0] for name, known in words.dimensions.items() if len(known) == 1}
    only |= words.former_levels
    pairs = MapOf("dimension", (*words.dimensions, *families), shape, words.never_shared, words.replaced)
    return LevelMap(pairs, families, only, of_families)


def _level(name: str, known: tuple[str, ...], named: Mapping[str, str]) -> Shape[str]:
    if len(known) > 1:
        kind = message("level of %(name)s, whose finest is %(finest)s", name=name, finest=known[0])
    else:
        kind = message("level of %(name)s", name=name)
    return Meaning(kind, named)


def _yes(words: Vocabulary | None, name: str, known: tuple[str, ...], meaning: str) -> dict[str, str]:
    former = words is not None and name in words.former_levels
    return {YES: meaning} if len(known) < 2 or former else {}
