"""The tables that the region can be asked for, as a catalogue of DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/).

The catalogue tells of ready-made questions, the same to everybody who may read the dictionary, and of no
release: which of them somebody has asked, and what came out, is nobody else's.
"""

from collections.abc import Mapping
from typing import Any

from gateway.dictionary import Dictionary
from gateway.dictionary.model import COUNTRY, ReadyMade, ReadyTable
from gateway.export.sdmx.sdmx_artefacts import flow
from gateway.picturing.words import Words, capital, msgid

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
_TYPES = {
    "PxWeb API 2.0": "application/json",
    "SDMX REST 2": "application/vnd.sdmx.data+csv",
}
"""The media type of each service."""


def catalogue(
    dictionary: Dictionary, origin: str, region: str, languages: Mapping[str, Words]
) -> dict[str, Any]:
    """Return the catalogue as JSON-LD. `origin`: where the hub is; `region`: the name of its log."""
    services = {"PxWeb API 2.0": f"{origin}/api/pxweb/v2", "SDMX REST 2": f"{origin}/api/sdmx/v2"}
    publisher = {"@type": "foaf:Agent", "foaf:name": region}
    tables = [(made, table) for made in dictionary.ready_made.values() for table in made.tables]
    return {
        "@context": CONTEXT,
        "@id": f"{origin}/api/v1/catalogue/dcat",
        "@type": "dcat:Catalog",
        "dct:title": _said(msgid("Ready-made questions of the region"), languages),
        "dct:description": _said(
            msgid(
                "Tables of mine victims and their assistance, from national registers, as members share them."
            ),
            languages,
        ),
        "dct:publisher": publisher,
        "dct:language": list(languages),
        "dct:hasVersion": dictionary.version,
        "dcat:service": [
            {
                "@id": address,
                "@type": "dcat:DataService",
                "dct:title": {"@language": "en", "@value": name},
                "dcat:endpointURL": address,
                "dcat:endpointDescription": f"{origin}/openapi.json",
            }
            for name, address in services.items()
        ],
        "dcat:dataset": [
            _dataset(dictionary, made, table, services, languages) | {"dct:publisher": publisher}
            for made, table in tables
        ],
    }


def _dataset(
    dictionary: Dictionary,
    made: ReadyMade,
    table: ReadyTable,
    services: Mapping[str, str],
    languages: Mapping[str, Words],
) -> dict[str, Any]:
    levels = [dictionary.levels[level].label for level in table.by if level != COUNTRY]
    places = {
        "PxWeb API 2.0": f"/tables/{table.name}/data",
        "SDMX REST 2": f"/data/dataflow/SAFELANE/{flow(table.name)}/1.0",
    }
    return {
        "@id": f"{services['SDMX REST 2']}/structure/dataflow/SAFELANE/{flow(table.name)}/1.0",
        "@type": "dcat:Dataset",
        "dct:identifier": table.name,
        "dct:title": _said(table.label or made.label, languages),
        "dct:description": _said(made.note or made.label, languages),
        "dcat:keyword": [
            keyword
            for label in (dictionary.measures[table.measure].label, *levels)
            for keyword in _said(label, languages)
        ],
        "dct:spatial": sorted(dictionary.members),
        "dct:accessRights": {"@id": _RIGHTS},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:accessURL": {"@id": f"{address}{places[name]}"},
                "dcat:accessService": {"@id": address},
                "dcat:mediaType": _TYPES[name],
            }
            for name, address in services.items()
        ],
    }


def _said(text: str, languages: Mapping[str, Words]) -> list[dict[str, str]]:
    """A text in every language in which it is said."""
    return [{"@language": code, "@value": capital(words.say(text))} for code, words in languages.items()]
