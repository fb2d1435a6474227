"""Observations as SDMX-JSON 2.0, a flat list of observations (https://github.com/sdmx-twg/sdmx-json)."""

import json
from typing import Any

from gateway.dictionary.model import COUNTRY
from gateway.export.observations import Observations
from gateway.export.sdmx.sdmx_terms import (
    AGENCY,
    CONFIDENTIAL,
    MISSING,
    NAMES,
    NUMBERS,
    OBSERVED,
    STATUS,
    TIME,
    component,
    dataflow,
    identifier,
    numbers,
)
from gateway.picturing.notices.coarser_tables import sentences
from gateway.picturing.words import capital
from gateway.wire.cells import Axis, Cell

SCHEMA = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/v2.0.0/data-message/tools/schemas/2.0.0/sdmx-json-data-schema.json"
_PLACES = {
    status: (list(OBSERVED).index(observed), list(CONFIDENTIAL).index(confidential))
    for status, (observed, confidential) in STATUS.items()
}
_EACH = {"observation": dict[str, str]()}
"""The relationship of an attribute that differs from observation to observation."""


def to_sdmx_json(observations: Observations, flow: str = "") -> str:
    """Return a message with one structure and one data set. A table of one number has no key: ValueError.
    `flow`: the dataflow, if it is none of the measure.

    The array of an observation has its value, the places of its OBS_STATUS and CONF_STATUS among their codes,
    then the other attributes; what is missing at the end of an array is null.
    """
    axes = (*observations.one_year, *observations.axes)
    if not axes:
        raise ValueError("an observation of SDMX has a dimension")
    release = observations.release
    places = [{code: str(place) for place, code in enumerate(axis.codes)} for axis in observations.axes]
    year = ["0" for _ in observations.one_year]
    found = {
        ":".join([*year, *(by[code] for by, code in zip(places, cell.key, strict=True))]): _array(cell)
        for cell in observations.cells
    }
    urn = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={AGENCY}:{flow or dataflow(observations)}(1.0)"
    links = [{"urn": urn, "rel": "dataflow"}]
    message = {
        "meta": {
            "schema": SCHEMA,
            "id": f"{release.question_id}-{release.number}",
            "prepared": release.released_at,
            "test": False,
            "sender": {"id": AGENCY},
        },
        "data": {
            "structures": [_structure(observations, links)],
            "dataSets": [{"structure": 0, "action": "Information", "links": links, "observations": found}],
        },
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _array(cell: Cell) -> list[int | str | None]:
    missing = " ".join(cell.missing_members) or None
    array = [cell.value, *_PLACES[cell.status], *numbers(cell), missing]
    while array[-1] is None:
        array.pop()
    return array


def _structure(observations: Observations, links: list[dict[str, str]]) -> dict[str, Any]:
    labels = observations.labels
    said = sentences(observations.release, labels)
    coded = (("OBS_STATUS", OBSERVED), ("CONF_STATUS", CONFIDENTIAL))
    return {
        "links": links,
        "name": labels.caption(observations.release),
        **({"description": " ".join(said)} if said else {}),
        "dimensions": {
            "observation": [
                _dimension(observations, axis, n)
                for n, axis in enumerate((*observations.one_year, *observations.axes))
            ]
        },
        "measures": {
            "observation": [{"id": "OBS_VALUE", "name": capital(labels.measure(observations.release))}]
        },
        "attributes": {
            "observation": [
                *(
                    {
                        "id": name,
                        "name": NAMES[name],
                        "relationship": _EACH,
                        "values": [{"id": code, "name": said} for code, said in codes.items()],
                    }
                    for name, codes in coded
                ),
                *({"id": one, "name": NAMES[one], "relationship": _EACH} for one in (*NUMBERS, MISSING)),
            ]
        },
        "dataSets": [0],
    }


def _dimension(observations: Observations, axis: Axis, number: int) -> dict[str, Any]:
    labels, name = observations.labels, component(axis)
    role = {TIME: ["TIME_PERIOD"]}.get(name, ["REF_AREA"] if axis.level == COUNTRY else [])
    return {
        "id": name,
        "name": capital(labels.level(axis.level)),
        "keyPosition": number,
        **({"roles": role} if role else {}),
        "values": [{"id": identifier(code), "name": labels.code(axis.level, code)} for code in axis.codes],
    }
