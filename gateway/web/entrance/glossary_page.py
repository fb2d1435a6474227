"""The glossary: one page that explains the words of all pages, in the language of the page."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.dictionary import Dictionary, regional
from gateway.picturing.words import capital
from gateway.web.analyst.definitions import COUNTED, COUNTED_BY
from gateway.web.entrance.terms import GROUPS
from gateway.web.shared.desk import Desk
from gateway.web.shared.languages import translated

desk = Desk("glossary")

PAGE = "/glossary"


@dataclass(frozen=True)
class ExplainedTerm:
    """A word; `id` is its place on the page, `more` why it is so or what to do."""

    id: str
    term: str
    meaning: str
    more: str


@dataclass(frozen=True)
class TermGroup:
    id: str
    heading: str
    terms: tuple[ExplainedTerm, ...]


@dataclass(frozen=True)
class Glossary:
    """`counted`: measures and dimensions of the region's dictionary whose labels alone may mislead."""

    groups: tuple[TermGroup, ...]
    counted: tuple[ExplainedTerm, ...]


@desk.page(PAGE, "glossary.html")
def glossary() -> Glossary:
    """Every word that the pages link to, and the definitions of what is counted."""
    return Glossary(
        tuple(
            TermGroup(
                key,
                str(heading),
                tuple(
                    ExplainedTerm(name, str(one.term), str(one.meaning), str(one.more))
                    for name, one in terms.items()
                ),
            )
            for key, (heading, terms) in GROUPS.items()
        ),
        tuple(_counted(regional())),
    )


def _counted(dictionary: Dictionary) -> Iterator[ExplainedTerm]:
    for name, measure in dictionary.measures.items():
        if name in COUNTED:
            label = capital(translated(measure.label))
            yield ExplainedTerm(f"measure-{name}", label, translated(COUNTED[name]), "")
    for name, dimension in dictionary.dimensions.items():
        if name in COUNTED_BY:
            label = capital(translated(dimension.label))
            yield ExplainedTerm(f"dimension-{name}", label, translated(COUNTED_BY[name]), "")
