"""The structure of a table in terms of SDMX 3.0: code lists, concepts, data structure, dataflow, constraint.

Names are in every language that the reader has. How they are written down is another matter:
`sdmx_structure_json` and `sdmx_structure_ml` write the same artefacts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.dictionary.model import COUNTRY
from gateway.export.observations import Observations
from gateway.export.sdmx.sdmx_terms import (
    AGENCY,
    CONFIDENTIAL,
    MISSING,
    NAMES,
    NUMBERS,
    OBSERVED,
    TIME,
    UNIT,
    component,
    identifier,
    series_of,
)
from gateway.picturing import Words
from gateway.picturing.labels import Labels
from gateway.picturing.words import capital
from gateway.wire.cells import TOTAL, Axis

VERSION = "1.0"
CONCEPTS = "CONCEPTS"
"""The concept scheme of every table."""
MEASURE = "OBS_VALUE"

Names = Mapping[str, str]
"""A name in each language, by the language's code; English is always among them."""


@dataclass(frozen=True)
class CodeList:
    """A code list; `codes` by identifier."""

    id: str
    names: Names
    codes: Mapping[str, Names]


@dataclass(frozen=True)
class Component:
    """A dimension, measure or attribute. `codes`: its code list; None for numbers and texts.

    `of`: the dimensions to which an attribute belongs, none for the whole table; None for each observation.
    """

    id: str
    names: Names
    codes: str | None = None
    text: str = "String"
    role: str | None = None
    of: tuple[str, ...] | None = None

    @property
    def is_time(self) -> bool:
        """Whether this is the time dimension, which no key has."""
        return self.id == TIME


@dataclass(frozen=True)
class Structure:
    """Everything about one table. `found`: for each dimension the identifiers that observations have."""

    id: str
    names: Names
    dimensions: tuple[Component, ...]
    measure: Component
    attributes: tuple[Component, ...]
    code_lists: tuple[CodeList, ...]
    found: Mapping[str, Sequence[str]]


def flow(table: str) -> str:
    """The identifier of the dataflow of a table."""
    return identifier(table.replace(".", "_").replace("-", "_")).upper()


def urn(kind: str, artefact: str, item: str = "") -> str:
    """The name of an artefact of ours, of a kind such as `Dataflow`, `Codelist` or `Concept`."""
    package = {"Codelist": "codelist", "Concept": "conceptscheme", "ConceptScheme": "conceptscheme"}
    place = package.get(kind, "datastructure")
    return f"urn:sdmx:org.sdmx.infomodel.{place}.{kind}={AGENCY}:{artefact}({VERSION}){item and f'.{item}'}"


def structure(table: str, observations: Observations, languages: Mapping[str, Words]) -> Structure:
    """The structure of a table. `observations`: those that the table has; their totals are codes too."""
    release, dictionary = observations.release, observations.dictionary
    said = {code: Labels(dictionary, words) for code, words in languages.items()}
    axes = (*observations.one_year, *observations.axes)
    return Structure(
        id=flow(table),
        names={code: labels.caption(release) for code, labels in said.items()},
        dimensions=tuple(_dimension(axis, said) for axis in axes),
        measure=Component(
            MEASURE, {code: capital(labels.measure(release)) for code, labels in said.items()}, text="Integer"
        ),
        attributes=(
            Component("OBS_STATUS", {"en": NAMES["OBS_STATUS"]}, "CL_OBS_STATUS"),
            Component("CONF_STATUS", {"en": NAMES["CONF_STATUS"]}, "CL_CONF_STATUS"),
            *(Component(name, {"en": NAMES[name]}, text="Integer") for name in NUMBERS),
            Component(MISSING, {"en": NAMES[MISSING]}),
            Component(UNIT, {"en": NAMES[UNIT]}, of=series_of(axes)),
        ),
        code_lists=(
            *(_code_list(axis, said) for axis in axes if component(axis) != TIME),
            _of_statuses("OBS_STATUS", OBSERVED),
            _of_statuses("CONF_STATUS", CONFIDENTIAL),
        ),
        found={component(axis): [identifier(code) for code in axis.codes if code != TOTAL] for axis in axes},
    )


def _dimension(axis: Axis, said: Mapping[str, Labels]) -> Component:
    name = component(axis)
    names = {code: capital(labels.level(axis.level)) for code, labels in said.items()}
    if name == TIME:
        return Component(name, names, text="GregorianYear")
    return Component(name, names, f"CL_{name}", role="REF_AREA" if axis.level == COUNTRY else None)


def _code_list(axis: Axis, said: Mapping[str, Labels]) -> CodeList:
    return CodeList(
        f"CL_{component(axis)}",
        {code: capital(labels.level(axis.level)) for code, labels in said.items()},
        {
            identifier(one): {code: labels.code(axis.level, one) for code, labels in said.items()}
            for one in axis.codes
        },
    )


def _of_statuses(name: str, codes: Mapping[str, str]) -> CodeList:
    return CodeList(f"CL_{name}", {"en": NAMES[name]}, {code: {"en": said} for code, said in codes.items()})
