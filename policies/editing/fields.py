"""Keys of a policy as fields of a form: reading each key from a document and writing each key back. Pure.

A key may say more than a form can: then `read` gives None, and the key is left to the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from policies import Vocabulary
from policies.editing.patching import Data

Maybe: TypeAlias = "Data | None"
"""A value, or None where the key is not there."""

Values = dict[str, tuple[str, ...]]
"""Field -> the typed or chosen value; an empty value stands for the default."""


class Key(Protocol):
    """One key of the document."""

    @property
    def key(self) -> str: ...

    def read(self, value: Maybe) -> Values | None:
        """The values of the key's fields (None: the key is absent); returns None for a value beyond
        fields.
        """

    def write(self, values: Values, before: Maybe) -> Maybe:
        """The value of the key from its fields; None for no key. `before`: the former value."""


@dataclass(frozen=True)
class Line:
    """A word or a few, typed or chosen; `words` are the choices, none for free text."""

    key: str
    words: tuple[str, ...] = ()

    def read(self, value: Maybe) -> Values | None:
        if value is None:
            return {self.key: ()}
        if not isinstance(value, str) or (self.words and value not in self.words):
            return None
        return {self.key: (value,)}

    def write(self, values: Values, before: Maybe) -> Maybe:  # noqa: ARG002 - one line is all
        return values[self.key][0] if values[self.key] else None


@dataclass(frozen=True)
class Several:
    """Several phrases, such as quotas: `5 a day, 50 a month`."""

    key: str

    def read(self, value: Maybe) -> Values | None:
        if value is None:
            return {self.key: ()}
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            return None
        return {self.key: (", ".join(map(str, items)),)}

    def write(self, values: Values, before: Maybe) -> Maybe:  # noqa: ARG002
        typed = values[self.key][0] if values[self.key] else ""
        items: list[Data] = [item.strip() for item in typed.split(",") if item.strip()]
        return items[0] if len(items) == 1 else (items or None)


@dataclass(frozen=True)
class Approval:
    """Who approves answers: one word for all questions, or one for ready-made ones and one for the rest."""

    words: tuple[str, ...]
    key: str = "approval"

    def read(self, value: Maybe) -> Values | None:
        ready, others = f"{self.key}-ready_made", f"{self.key}-others"
        if value is None:
            return {ready: (), others: ()}
        if isinstance(value, str):
            return {ready: (value,), others: (value,)} if value in self.words else None
        if not isinstance(value, dict) or not set(value) <= {"ready_made", "others"}:
            return None
        found: Values = {}
        for field, name in ((ready, "ready_made"), (others, "others")):
            word = value.get(name)
            if word is not None and word not in self.words:
                return None
            found[field] = () if word is None else (str(word),)
        return found

    def write(self, values: Values, before: Maybe) -> Maybe:  # noqa: ARG002
        ready, others = values[f"{self.key}-ready_made"], values[f"{self.key}-others"]
        if not ready and not others:
            return None
        first, second = ((one or self.words[:1])[0] for one in (ready, others))
        return first if first == second else {"ready_made": first, "others": second}


@dataclass(frozen=True)
class Population:
    """Who is counted: by consent, and which kinds of victim."""

    consents: tuple[str, ...]
    victims: tuple[str, ...]
    key: str = "population"

    def read(self, value: Maybe) -> Values | None:
        held = {} if value is None else value
        if not isinstance(held, dict) or not set(held) <= {"consent", "victims"}:
            return None
        found: Values = {}
        for name, known in (("consent", self.consents), ("victims", self.victims)):
            words = _words(held.get(name))
            if words is None or not set(words) <= set(known):
                return None
            found[f"{self.key}-{name}"] = tuple(word for word in known if word in words)
        return found

    def write(self, values: Values, before: Maybe) -> Maybe:  # noqa: ARG002
        names = ("consent", "victims")
        found: dict[str, Data] = {
            name: list(values[f"{self.key}-{name}"]) for name in names if values[f"{self.key}-{name}"]
        }
        return found or None


@dataclass(frozen=True)
class Finest:
    """For each dimension the finest level that may be shared; an empty field for no sharing.

    `usual` is the level where the key is left out; `families` are attributes of many values, each with the
    levels that their dimensions have, `yes` for yes-or-no questions. `former`: what `yes` means for
    dimensions that had one level before.
    """

    levels: Mapping[str, tuple[str, ...]]
    families: Mapping[str, tuple[str, ...]]
    roots: Mapping[str, str]
    usual: Mapping[str, str]
    former: Mapping[str, str]
    key: str = "finest"

    def read(self, value: Maybe) -> Values | None:
        held: Mapping[str, Data] = self.usual if value is None else value if isinstance(value, dict) else {}
        known = {*self.levels, *self.families}
        if (value is not None and not isinstance(value, dict)) or not set(held) <= known:
            return None
        found: Values = {}
        for name in (*self.levels, *self.families):
            level = held.get(name)
            if level == "yes" and len(self.levels.get(name, ("",))) == 1 and name in self.levels:
                level = self.levels[name][0]
            elif level == "yes" and name in self.former:
                level = self.former[name]
            if level == self.roots.get(name, "all"):
                level = None
            allowed = self.families[name] if name in self.families else self.levels[name]
            if level is not None and level not in allowed:
                return None
            found[f"{self.key}-{name}"] = () if level is None else (str(level),)
        return found

    def write(self, values: Values, before: Maybe) -> Maybe:  # noqa: ARG002
        names = (*self.levels, *self.families)
        return {name: values[f"{self.key}-{name}"][0] for name in names if values[f"{self.key}-{name}"]}


@dataclass(frozen=True)
class Shares:
    """The permissions: recipients and purposes, other keys unchanged. The last permission is new."""

    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    key: str = "share"

    def read(self, value: Maybe) -> Values | None:
        items = permissions(value)
        if items is None:
            return None
        found: Values = {}
        for number, item in enumerate([*items, {}]):
            whom, purposes, only = _words(item.get("with")), _words(item.get("for")), item.get("only")
            if whom is None or purposes is None or only not in (None, "ready-made questions"):
                return None
            if not set(whom) <= set(self.recipients) or not set(purposes) <= set(self.purposes):
                return None
            at = f"{self.key}-{number}"
            found[f"{at}-with"] = tuple(word for word in self.recipients if word in whom)
            found[f"{at}-for"] = tuple(word for word in self.purposes if word in purposes)
            found[f"{at}-only"] = () if only is None else ("yes",)
            found[f"{at}-gone"] = ()
        return found

    def write(self, values: Values, before: Maybe) -> Maybe:
        made: list[Data] = []
        for number, item in enumerate([*(permissions(before) or []), {}]):
            at = f"{self.key}-{number}"
            if values[f"{at}-gone"] or not (item or values[f"{at}-with"]):
                continue
            more = {name: each for name, each in item.items() if name not in ("with", "for", "only")}
            only: dict[str, Data] = {"only": "ready-made questions"} if values[f"{at}-only"] else {}
            made.append(
                {"with": list(values[f"{at}-with"]), "for": list(values[f"{at}-for"]), **more, **only}
            )
        return made


def permissions(value: Maybe) -> list[dict[str, Data]] | None:
    """The permissions of a document; None where they cannot be distinguished."""
    items = [] if value is None else [value] if isinstance(value, dict) else value
    if not isinstance(items, list):
        return None
    found = [item for item in items if isinstance(item, dict)]
    return found if len(found) == len(items) else None


def families_of(words: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Attributes of many values, each with its levels: `yes` where the values are yes-or-no questions."""
    return {name: words.family_levels(name) or ("yes",) for name in words.families}


def _words(value: Maybe) -> list[str] | None:
    """A word or several words as a list; None for anything else."""
    items = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return None
    return [str(item) for item in items]
