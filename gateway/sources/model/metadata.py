"""What a source says of its headings and codes, beside its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from gateway.sources.model.words import plain


@dataclass(frozen=True)
class Metadata:
    """`headings`: plain heading -> name; `options`: plain heading or "" for all -> plain code -> name.
    `lacking`: plain headings whose options stand in a file that is missing.
    """

    headings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    options: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    lacking: frozenset[str] = frozenset()

    def words_of(self, heading: str) -> Mapping[str, str]:
        """Plain code -> name of each option of a column; empty where the source says nothing of them."""
        return self.options.get(plain(heading), NOTHING_SAID)


NOTHING_SAID: Mapping[str, str] = MappingProxyType({})


@runtime_checkable
class Explained(Protocol):
    """A source that says what its headings and codes mean, as a survey's form does."""

    @property
    def metadata(self) -> Metadata: ...


class Labels:
    """Gathers metadata. What tables say differently of columns with one heading is said of neither."""

    def __init__(self) -> None:
        self._headings: dict[str, set[str]] = {}
        self._options: dict[str, list[dict[str, str]]] = {}
        self._lacking: set[str] = set()

    def lack(self, heading: str) -> None:
        """Note that the options of a heading stand in a file that is missing."""
        self._lacking.add(plain(heading))

    def add(self, heading: str, label: str, codes: Mapping[str, str] = MappingProxyType({})) -> None:
        """Note what a heading is called, and what its codes mean; "" and nothing for what is not said.

        Raises TypeError where something else than texts is said.
        """
        if not all(isinstance(text, str) for text in (label, *codes, *codes.values())):
            raise TypeError("a label that is no text")
        name = plain(heading)
        self._headings.setdefault(name, set()).add(label)
        meant = {plain(code): word for code, word in codes.items()}
        known = self._options.setdefault(name, [])
        if meant not in known:
            known.append(meant)

    def metadata(self) -> Metadata:
        """What was said without contradiction."""
        headings = {name: next(iter(said)) for name, said in self._headings.items() if len(said) == 1}
        options = {name: said[0] for name, said in self._options.items() if len(said) == 1}
        return Metadata(
            MappingProxyType({name: label for name, label in headings.items() if label}),
            MappingProxyType({name: codes for name, codes in options.items() if codes}),
            frozenset(self._lacking),
        )
