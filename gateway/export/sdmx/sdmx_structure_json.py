"""Structures as an SDMX-JSON 2.0 message of structures (https://github.com/sdmx-twg/sdmx-json)."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from gateway.export.sdmx.sdmx_artefacts import (
    CONCEPTS,
    VERSION,
    CodeList,
    Component,
    Names,
    Structure,
    urn,
)
from gateway.export.sdmx.sdmx_terms import AGENCY

SCHEMA = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/v2.0.0/structure-message/tools/schemas/2.0.0/sdmx-json-structure-schema.json"


def to_structure_json(structures: Sequence[Structure], kinds: Collection[str], prepared: str) -> str:
    """Return a message with the `kinds` of artefacts of the structures: names of Structures of the schema."""
    message = {
        "meta": {
            "schema": SCHEMA,
            "id": "structures",
            "prepared": prepared,
            "test": False,
            "sender": {"id": AGENCY},
        },
        "data": {kind: made for kind, made in _artefacts(structures).items() if kind in kinds},
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _artefacts(structures: Sequence[Structure]) -> dict[str, list[dict[str, Any]]]:
    return {
        "conceptSchemes": [_concepts(structures)] if structures else [],
        "codelists": [_code_list(one) for one in joined(structures)],
        "dataStructures": [_data_structure(one) for one in structures],
        "dataflows": [
            {**_maintained(one.id, one.names), "structure": urn("DataStructure", one.id)}
            for one in structures
        ],
        "dataConstraints": [_constraint(one) for one in structures],
    }


def joined(structures: Sequence[Structure]) -> list[CodeList]:
    """The code lists of all structures; a list that several have, has the codes of each."""
    found: dict[str, CodeList] = {}
    for each in (one for structure in structures for one in structure.code_lists):
        before = found.get(each.id)
        codes = {**(before.codes if before else {}), **each.codes}
        found[each.id] = CodeList(each.id, each.names, codes)
    return list(found.values())


def concepts(structures: Sequence[Structure]) -> dict[str, Names]:
    """The concepts of all structures, by identifier."""
    return {
        each.id: each.names for one in structures for each in (*one.dimensions, one.measure, *one.attributes)
    }


def _named(identifier: str, names: Names) -> dict[str, Any]:
    return {"id": identifier, "name": names["en"], "names": dict(names)}


def _maintained(identifier: str, names: Names) -> dict[str, Any]:
    return {**_named(identifier, names), "agencyID": AGENCY, "version": VERSION}


def _concepts(structures: Sequence[Structure]) -> dict[str, Any]:
    return {
        **_maintained(CONCEPTS, {"en": "Concepts"}),
        "concepts": [_named(name, names) for name, names in concepts(structures).items()],
    }


def _code_list(one: CodeList) -> dict[str, Any]:
    return {
        **_maintained(one.id, one.names),
        "codes": [_named(code, names) for code, names in one.codes.items()],
    }


def _relationship(attribute: Component) -> dict[str, Any]:
    if attribute.of is None:
        return {"observation": {}}
    return {"dimensions": [*attribute.of]} if attribute.of else {"dataflow": {}}


def _component(one: Component) -> dict[str, Any]:
    kind = {"dataType": one.text}
    shown = {"format": kind} if one.codes is None else {"enumeration": urn("Codelist", one.codes)}
    return {
        "id": one.id,
        "conceptIdentity": urn("Concept", CONCEPTS, one.id),
        "localRepresentation": shown,
    }


def _data_structure(one: Structure) -> dict[str, Any]:
    keyed = [each for each in one.dimensions if not each.is_time]
    dimensions: dict[str, Any] = {
        "id": "DimensionDescriptor",
        "dimensions": [{**_component(each), "position": n} for n, each in enumerate(keyed)],
    }
    for time in (each for each in one.dimensions if each.is_time):
        dimensions["timeDimension"] = _component(time)
    attributes = [
        {**_component(each), "usage": "optional", "attributeRelationship": _relationship(each)}
        for each in one.attributes
    ]
    return {
        **_maintained(one.id, one.names),
        "dataStructureComponents": {
            "dimensionList": dimensions,
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [{**_component(one.measure), "usage": "optional"}],
            },
            "attributeList": {"id": "AttributeDescriptor", "attributes": attributes},
        },
    }


def _constraint(one: Structure) -> dict[str, Any]:
    """The content of the table: for each dimension the codes that observations have."""
    return {
        **_maintained(f"CR_{one.id}", one.names),
        "role": "Actual",
        "constraintAttachment": {"dataflows": [urn("Dataflow", one.id)]},
        "cubeRegions": [
            {
                "isIncluded": True,
                "keyValues": [
                    {"id": name, "values": [{"value": code} for code in codes]}
                    for name, codes in one.found.items()
                ],
            }
        ],
    }
