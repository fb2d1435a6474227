"""A FeatureServer of ArcGIS: domains, dates, relationships, tokens; and pages that lack rows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from register_services import ARCGIS_PATH, Answer, ArcGis, Asked, Reply, Service
from served_registers import columns, draft, load_place

from gateway.sources.model.errors import SourceError
from gateway.sources.services import arcgis
from gateway.sources.services.service_source import Access

PASSWORD = "open sesame"
ACCIDENTS = {
    "name": "Accidents",
    "objectIdField": "OBJECTID",
    "maxRecordCount": 2,
    "fields": [
        {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"},
        {"name": "GlobalID", "type": "esriFieldTypeGlobalID", "alias": "GlobalID"},
        {"name": "acc_date", "type": "esriFieldTypeDate", "alias": "Date of accident"},
        {
            "name": "prov", "type": "esriFieldTypeInteger", "alias": "Province",
            "domain": {"type": "codedValue", "codedValues": [{"name": "Battambang", "code": 2}]},
        },
        {"name": "Shape", "type": "esriFieldTypeGeometry", "alias": "Shape"},
    ],
    "relationships": [
        {"id": 4, "role": "esriRelRoleOrigin", "relatedTableId": 1, "keyField": "GlobalID"}
    ],
}  # fmt: skip
VICTIMS = {
    "name": "Victims",
    "objectIdField": "OBJECTID",
    "maxRecordCount": 2,
    "fields": [
        {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"},
        {"name": "GlobalID", "type": "esriFieldTypeGlobalID", "alias": "GlobalID"},
        {"name": "ParentGUID", "type": "esriFieldTypeGUID", "alias": "Accident"},
        {"name": "born", "type": "esriFieldTypeDateOnly", "alias": "Date of birth"},
        {
            "name": "vsex", "type": "esriFieldTypeInteger", "alias": "Sex",
            "domain": {"codedValues": [{"name": "Male", "code": 1}, {"name": "Female", "code": 2}]},
        },
    ],
    "relationships": [
        {"id": 4, "role": "esriRelRoleDestination", "relatedTableId": 0, "keyField": "ParentGUID"}
    ],
}  # fmt: skip
MAPPING = """\
mapping: 1
member: KH
source: arcgis
tables:
  Victims:
    columns:
      GlobalID: case_id
      born: birth_date
      vsex: {to: sex, codes: {"1": M, "2": F}}
    left_out: {ParentGUID: joins, OBJECTID: tool}
  Accidents:
    join: {GlobalID: ParentGUID}
    columns:
      acc_date: {to: date, formats: [EPOCHMS], zone: "+07:00"}
      prov: {to: place, codes: {"2": KH-2}}
    left_out: {OBJECTID: tool}
constants: {consent_share: AGG}
"""
MAY_5 = 1_714_867_200_000  # 2024-05-05T00:00Z


def rows(accidents: int = 3, victims: int = 5) -> dict[int, tuple[Any, list[dict[str, Any]]]]:
    guid = "{{00000000-0000-0000-0000-{:012d}}}".format
    return {
        0: (ACCIDENTS, [
            {"OBJECTID": n, "GlobalID": guid(n), "acc_date": MAY_5, "prov": 2}
            for n in range(1, accidents + 1)
        ]),
        1: (VICTIMS, [
            {
                "OBJECTID": 10 * n, "GlobalID": guid(100 + n), "ParentGUID": guid(1 + n % accidents),
                "born": "1990-02-01", "vsex": 1 + n % 2,
            }
            for n in range(1, victims + 1)
        ]),
    }  # fmt: skip


@pytest.fixture
def opened(
    serving: Callable[[Answer], Service], credentials: Callable[[str, Mapping[str, str]], Path]
) -> Callable[..., tuple[Service, str, Access]]:
    """The server, its address, and how a node opens it."""

    def made(server: ArcGis) -> tuple[Service, str, Access]:
        service = serving(server)
        secret = {"user": "reader", "password": PASSWORD, "tokens": f"{service.url}/tokens"}
        return service, f"{service.url}{ARCGIS_PATH}/0", Access(credentials(service.url, secret))

    return made


def test_layers_are_joined_dated_and_decoded(opened: Any) -> None:
    _, place, access = opened(ArcGis(rows(), PASSWORD))
    loaded = load_place(place, MAPPING, access)

    assert loaded.findings == ()
    assert columns(loaded) == {
        "age": ["25-34"] * 5, "date": ["2024-05"] * 5, "place": ["KH-2"] * 5,
        "sex": ["F", "M", "F", "M", "F"],
    }  # fmt: skip


def test_a_draft_reads_aliases_domains_and_relationships(opened: Any) -> None:
    _, place, access = opened(ArcGis(rows(8, 30), PASSWORD))
    text = draft(place, "KH", access)

    assert "join: {GlobalID: ParentGUID}" in text
    assert '"1": M' in text
    assert '"2": KH-2' in text
    assert "EPOCHMS" in text
    assert PASSWORD not in text


def test_fewer_rows_than_asked_for_are_asked_for_again(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = rows()
    held[1][0]["maxRecordCount"] = 0  # says nothing of its limit
    service, place, access = opened(ArcGis(held, PASSWORD))
    held[1][0]["maxRecordCount"] = 2
    service.fault = lambda _n, asked: (
        Reply({**held[1][0], "maxRecordCount": None}) if asked.path == f"{ARCGIS_PATH}/1" else None
    )
    assert len(load_place(place, MAPPING, access).snapshot) == 5
    assert arcgis.PAGE > 5


@pytest.mark.parametrize("spoil", [
    lambda features: features[:-1] and features[:0],
    lambda features: [*features, *features],
    lambda features: [{"attributes": {**features[0]["attributes"], "OBJECTID": 9999}}],
])  # fmt: skip
def test_rows_left_out_doubled_or_not_asked_for_load_nothing(opened: Any, spoil: Any) -> None:
    service, place, access = opened(ArcGis(rows(), PASSWORD))

    def fault(_number: int, asked: Asked) -> Reply | None:
        if "objectIds" not in asked.form:
            return None
        reply = service.answer(asked)
        reply.body["features"] = spoil(reply.body["features"])
        return reply

    service.fault = fault
    with pytest.raises(SourceError, match="gave rows twice, or left rows out"):
        load_place(place, MAPPING, access)


def test_a_token_that_ends_on_the_way_is_asked_for_anew(opened: Any) -> None:
    server = ArcGis(rows(), PASSWORD)
    service, place, access = opened(server)
    service.fault = lambda number, _asked: server.tokens.append("ended") if number == 7 else None
    assert len(load_place(place, MAPPING, access).snapshot) == 5
    assert all(PASSWORD not in f"{asked.path}{asked.query}" for asked in service.asked)


def test_a_wrong_password_and_an_unnamed_address_for_tokens_are_told(
    opened: Any, credentials: Callable[[str, Mapping[str, str]], Path]
) -> None:
    service, place, access = opened(ArcGis(rows(), "another"))
    with pytest.raises(SourceError, match="let this node read") as caught:
        load_place(place, MAPPING, access)
    assert PASSWORD not in f"{caught.value} {caught.value.remedy}"

    for tokens in ("", "http://tokens.example/x"):
        credentials(service.url, {"user": "reader", "password": PASSWORD, "tokens": tokens})
        with pytest.raises(SourceError, match="name no address for tokens"):
            load_place(place, MAPPING, access)


@pytest.mark.parametrize("body", [[], {}, {"error": {"code": 500}}, {"layers": [{"id": "x", "name": 1}]}, 7])
def test_an_answer_of_another_form_is_told(opened: Any, body: Any) -> None:
    service, place, access = opened(ArcGis(rows(), PASSWORD))
    service.fault = lambda _n, asked: Reply(body) if asked.path == ARCGIS_PATH else None
    with pytest.raises(SourceError, match=r"another form|no casualty|no table"):
        load_place(place, MAPPING, access)
