"""Structures as an SDMX-ML 3.0 structure message (https://github.com/sdmx-twg/sdmx-ml), in all languages."""

from collections.abc import Collection, Sequence
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from gateway.export.sdmx.sdmx_artefacts import CONCEPTS, VERSION, Component, Names, Structure, urn
from gateway.export.sdmx.sdmx_structure_json import concepts, joined
from gateway.export.sdmx.sdmx_terms import AGENCY
from gateway.picturing.svg import clean

_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_MES, _STR, _COM = (f"{{{_SCHEMAS}/{name}}}" for name in ("message", "structure", "common"))
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
for _prefix, _name in (("mes", "message"), ("str", "structure"), ("com", "common")):
    register_namespace(_prefix, f"{_SCHEMAS}/{_name}")


def to_structure_ml(structures: Sequence[Structure], kinds: Collection[str], prepared: str) -> str:
    """Return a message with the `kinds` of artefacts, named as in `to_structure_json`."""
    message = Element(f"{_MES}Structure")
    header = SubElement(message, f"{_MES}Header")
    for name, said in (("ID", "structures"), ("Test", "false"), ("Prepared", prepared)):
        SubElement(header, f"{_MES}{name}").text = said
    SubElement(header, f"{_MES}Sender", id=AGENCY)
    made = SubElement(message, f"{_MES}Structures")
    # In the order that the schema demands.
    for kind, group, write in (
        ("codelists", "Codelists", _code_lists),
        ("conceptSchemes", "ConceptSchemes", _concept_schemes),
        ("dataConstraints", "DataConstraints", _constraints),
        ("dataflows", "Dataflows", _dataflows),
        ("dataStructures", "DataStructures", _data_structures),
    ):
        if kind in kinds and structures:
            write(SubElement(made, f"{_STR}{group}"), structures)
    return tostring(message, encoding="unicode", xml_declaration=True)


def _maintained(within: Element, kind: str, identifier: str, names: Names, **more: str) -> Element:
    named = {"id": identifier, "agencyID": AGENCY, "version": VERSION, **more}
    made = SubElement(within, f"{_STR}{kind}", named)
    return _named(made, names)


def _named(made: Element, names: Names) -> Element:
    for language, name in names.items():
        SubElement(made, f"{_COM}Name", {_LANG: language}).text = clean(name)
    return made


def _code_lists(within: Element, structures: Sequence[Structure]) -> None:
    for one in joined(structures):
        made = _maintained(within, "Codelist", one.id, one.names)
        for code, names in one.codes.items():
            _named(SubElement(made, f"{_STR}Code", id=code), names)


def _concept_schemes(within: Element, structures: Sequence[Structure]) -> None:
    made = _maintained(within, "ConceptScheme", CONCEPTS, {"en": "Concepts"})
    for name, names in concepts(structures).items():
        _named(SubElement(made, f"{_STR}Concept", id=name), names)


def _dataflows(within: Element, structures: Sequence[Structure]) -> None:
    for one in structures:
        made = _maintained(within, "Dataflow", one.id, one.names)
        SubElement(made, f"{_STR}Structure").text = urn("DataStructure", one.id)


def _constraints(within: Element, structures: Sequence[Structure]) -> None:
    for one in structures:
        made = _maintained(within, "DataConstraint", f"CR_{one.id}", one.names, role="Actual")
        attached = SubElement(made, f"{_STR}ConstraintAttachment")
        SubElement(attached, f"{_STR}Dataflow").text = urn("Dataflow", one.id)
        region = SubElement(made, f"{_STR}CubeRegion", include="true")
        for name, codes in one.found.items():
            values = SubElement(region, f"{_STR}KeyValue", id=name, include="true")
            for code in codes:
                SubElement(values, f"{_STR}Value").text = code


def _data_structures(within: Element, structures: Sequence[Structure]) -> None:
    for one in structures:
        made = _maintained(within, "DataStructure", one.id, one.names)
        parts = SubElement(made, f"{_STR}DataStructureComponents")
        dimensions = SubElement(parts, f"{_STR}DimensionList", id="DimensionDescriptor")
        keyed = [each for each in one.dimensions if not each.is_time]
        for place, each in enumerate(keyed, start=1):
            _component(dimensions, "Dimension", each, position=str(place))
        for each in one.dimensions:
            if each.is_time:
                _component(dimensions, "TimeDimension", each)
        attributes = SubElement(parts, f"{_STR}AttributeList", id="AttributeDescriptor")
        for each in one.attributes:
            attribute = _component(attributes, "Attribute", each, usage="optional")
            related = SubElement(attribute, f"{_STR}AttributeRelationship")
            if each.of is None:
                SubElement(related, f"{_STR}Observation")
            elif not each.of:
                SubElement(related, f"{_STR}Dataflow")
            for dimension in each.of or ():
                SubElement(related, f"{_STR}Dimension").text = dimension
        measures = SubElement(parts, f"{_STR}MeasureList", id="MeasureDescriptor")
        _component(measures, "Measure", one.measure, usage="optional")


def _component(within: Element, kind: str, one: Component, **more: str) -> Element:
    made = SubElement(within, f"{_STR}{kind}", {"id": one.id, **more})
    SubElement(made, f"{_STR}ConceptIdentity").text = urn("Concept", CONCEPTS, one.id)
    shown = SubElement(made, f"{_STR}LocalRepresentation")
    if one.codes is None:
        SubElement(shown, f"{_STR}TextFormat", textType=one.text)
    else:
        SubElement(shown, f"{_STR}Enumeration").text = urn("Codelist", one.codes)
    return made
