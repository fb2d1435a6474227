"""A release as a data value set of DHIS2: every number, and every blank with its reason."""

from typing import Any

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from regions import Region
from released_questions import ask_ready_made

from gateway.dictionary import regional
from gateway.export.dhis2 import Dhis2Mapping, MappingError, to_data_value_set
from gateway.export.observations import Observations
from gateway.wire.release import Release

MAPPING: dict[str, Any] = {
    "orgUnits": {"KH": "ImspTQPwCqd", "TH": "O6uvpzGd5pu"},
    "dataElements": {"": "fbfJHSPpUQD.pq2XI5kz2BY"},
    "dataSet": "lyLU2wR22tC",
}


@pytest.fixture(scope="module")
def address(shared_region: Region) -> str:
    return f"/api/v1/questions/{ask_ready_made(shared_region)}/releases/1/dhis2"


def test_a_number_is_a_value_and_a_blank_a_comment(shared_region: Region, address: str) -> None:
    made = shared_region.analyst.post(address, json=MAPPING).json()

    named = {"dataElement": "fbfJHSPpUQD", "categoryOptionCombo": "pq2XI5kz2BY"}
    assert made == {
        "dataSet": "lyLU2wR22tC",
        "dataValues": [
            {**named, "orgUnit": "ImspTQPwCqd", "period": "2023", "value": "7"},
            {**named, "orgUnit": "ImspTQPwCqd", "period": "2024", "value": "20"},
            {**named, "orgUnit": "O6uvpzGd5pu", "period": "2023",
             "comment": "withheld to protect people: at least 0, at most 3"},
            {**named, "orgUnit": "O6uvpzGd5pu", "period": "2024", "value": "6"},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"orgUnits": {"KH": "a"}}, "orgUnits lacks 'TH'"),
        ({"dataElements": {"K": "a"}}, "dataElements lacks ''"),
        ({"orgUnits": {"KH": "a", "TH": "a"}}, "Two cells would be one data value"),
        ({"orgUnits": {"KH": "a", "TH": 7}}, "orgUnits"),
        ({"orgUnits": {}, "more": 1}, "more"),
        ({"orgUnits": {"KH": "a" * 51}}, "orgUnits"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_what_it_lacks(
    shared_region: Region, address: str, changed: dict[str, Any], said: str
) -> None:
    reply = shared_region.analyst.post(address, json={**MAPPING, **changed})

    assert (reply.status_code, said in reply.text) == (422, True), reply.text


def test_null_leaves_out_and_others_tables_look_like_none(shared_region: Region, address: str) -> None:
    some = {**MAPPING, "orgUnits": {"KH": "a", "TH": None}}

    assert len(shared_region.analyst.post(address, json=some).json()["dataValues"]) == 2
    assert shared_region.other.post(address, json=MAPPING).status_code == 404
    assert shared_region.nobody.post(address, json=MAPPING).status_code == 401
    assert shared_region.analyst.post(address.replace("/1/", "/2/"), json=MAPPING).status_code == 404


class Anything(dict[str, str | None]):
    """An identifier for every code: the code itself."""

    def __contains__(self, code: object) -> bool:
        return True

    def __getitem__(self, code: str) -> str:
        return f"of {code}"


@settings(max_examples=25)
@given(any_releases())
def test_every_cell_comes_out_once_and_every_blank_says_why(release: Release) -> None:
    made = Observations.of(release, regional())
    levels = [regional().levels[axis.level].dimension for axis in made.axes if axis.level != "country"]
    mapping = Dhis2Mapping(Anything(), Anything(), Anything())
    if max(levels.count("place"), levels.count("date")) > 1:
        with pytest.raises(MappingError, match="two levels"):
            to_data_value_set(made, mapping)
        return

    values = to_data_value_set(made, mapping)["dataValues"]

    assert [one.get("value") for one in values] == [
        None if cell.value is None else str(cell.value) for cell in made.cells
    ]
    assert all(one.get("comment") or "value" in one for one in values)
