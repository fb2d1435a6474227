"""Structures of SDMX: names in every language, and identifiers that messages of data have."""

import json
from xml.etree import ElementTree

from any_releases import any_releases
from hypothesis import given, settings

from gateway.dictionary import regional
from gateway.export.observations import Observations, Selection
from gateway.export.sdmx.sdmx_artefacts import structure
from gateway.export.sdmx.sdmx_csv import to_sdmx_csv
from gateway.export.sdmx.sdmx_structure_json import to_structure_json
from gateway.export.sdmx.sdmx_structure_ml import to_structure_ml
from gateway.picturing import ENGLISH, Words
from gateway.wire.release import Release

KINDS = {"codelists", "conceptSchemes", "dataStructures", "dataflows", "dataConstraints"}
KHMER = Words(lambda text: f"km {text}", str)
NOW = "2026-01-01T00:00:00+00:00"
_STR = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure}"


@settings(max_examples=20)
@given(any_releases())
def test_both_messages_name_every_code_of_the_data_in_every_language(release: Release) -> None:
    observations = Observations.of(release, regional(), Selection.ALL)
    made = structure("table-of.x", observations, {"en": ENGLISH, "km": KHMER})

    said = json.loads(to_structure_json([made], KINDS, NOW))["data"]
    tree = ElementTree.fromstring(to_structure_ml([made], KINDS, NOW))  # noqa: S314 - ours

    for one in said["codelists"]:
        names = {code["id"]: code["names"] for code in one["codes"]}
        in_ml = tree.find(f".//{_STR}Codelist[@id='{one['id']}']")
        assert in_ml is not None
        assert [code.get("id") for code in in_ml.iter(f"{_STR}Code")] == list(names)
        if one["id"] not in ("CL_OBS_STATUS", "CL_CONF_STATUS"):
            assert all(set(each) == {"en", "km"} for each in names.values())
    head = to_sdmx_csv(observations, made.id).splitlines()[0].split(",")[3:]
    components = said["dataStructures"][0]["dataStructureComponents"]
    named = [each["id"] for each in components["dimensionList"]["dimensions"]]
    named += [components["dimensionList"]["timeDimension"]["id"]] if "TIME_PERIOD" in head else []
    attributes = [each["id"] for each in components["attributeList"]["attributes"]]
    assert sorted([*head, "UNIT_MEASURE"]) == sorted([*named, "OBS_VALUE", *attributes])
    assert made.id == "TABLE_OF_X"
