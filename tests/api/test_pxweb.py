"""PxWeb API 2.0: ready-made questions as tables of the person who asked them, read with a token."""

import json
from typing import Any

import pytest
from regions import Region
from released_questions import QUESTION, TABLE, ask_ready_made

from gateway.export.pxweb.px_saved_query import SavedQuery, number_of
from gateway.hub.model import Principal, Role
from gateway.hub.saved.saved_questions import save

BASE = "/api/pxweb/v2"
TWICE = number_of(SavedQuery("accidents.casualties", "", (("year", ("2024",)), ("year", ("2023",)))))
"""A number that no server gave out: one variable twice."""


@pytest.fixture(scope="module")
def asked(shared_region: Region) -> Region:
    """A region in which the analyst has asked one ready-made question, and others that are none."""
    return _asked(shared_region)


def _asked(region: Region) -> Region:
    ask_ready_made(region)
    region.analyst.post("/api/v1/questions", json={**QUESTION, "where": {"sex": ["F"]}})
    region.analyst.post("/api/v1/questions", json={**QUESTION, "by": ["country", "outcome"]})
    return region


def read(region: Region, path: str, **parameters: str) -> Any:
    reply = region.analyst.get(path, params=parameters)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_the_tables_are_the_ready_made_questions_with_a_release(asked: Region) -> None:
    config = read(asked, f"{BASE}/config")
    assert config["apiVersion"].startswith("2.")
    assert config["maxDataCells"] >= 1_000_000  # a client need not cut a table into pieces
    assert config["dataFormats"] == ["json-stat2"]

    listed = read(asked, f"{BASE}/tables")

    (table,) = listed["tables"]
    assert (table["id"], table["label"]) == (
        "accidents.casualties",
        "People killed or injured, by country and year",
    )
    assert (table["firstPeriod"], table["lastPeriod"]) == ("2023", "2024")
    assert listed["page"]["totalElements"] == 1
    assert read(asked, TABLE)["variableNames"] == ["Country", "Year"]
    assert read(asked, f"{BASE}/tables", query="province")["tables"] == []
    assert len(read(asked, f"{BASE}/tables", query="KILLED", pastDays="1")["tables"]) == 1
    assert read(asked, f"{BASE}/tables", pageNumber="2", pageSize="1")["tables"] == []


def test_data_by_address_and_by_body_are_the_same_and_read_off_the_release(asked: Region) -> None:
    before = asked.analyst.get("/api/v1/questions").json()
    by_address = read(
        asked,
        f"{TABLE}/data",
        **{"valuecodes[country]": "KH,TH", "valuecodes[year]": "from(2024)", "lang": "en"},
    )
    query = {"selection": [
        {"variableCode": "country", "valueCodes": ["KH", "TH"]},
        {"variableCode": "year", "valueCodes": ["from(2024)"]},
    ]}  # fmt: skip
    by_body = asked.analyst.post(f"{TABLE}/data", params={"outputFormat": "json-stat2"}, json=query)

    assert by_body.json() == by_address
    assert by_address["value"][::4] == [20, 6]  # a total follows no year
    whole = read(asked, f"{TABLE}/data")
    assert whole["value"][8:12] == [None, 0, 3, 1]
    assert whole["status"]["8"] == "withheld"
    assert read(asked, f"{TABLE}/data", **{"valuecodes[country]": "KH"})["value"][0] == 27
    assert "value" in read(asked, f"{TABLE}/metadata")
    assert asked.analyst.get("/api/v1/questions").json() == before  # nobody was asked anew


def test_a_saved_question_with_a_release_is_a_table_under_its_owners_name_for_it(
    region: Region,
) -> None:
    asked = _asked(region)
    who = Principal("analyst@armac.example", "ARMAC", Role.ANALYST, frozenset({"regional-reporting"}))
    with asked.hub.store.reading() as view:
        questions = view.questions_of(who.user)
    saved = {
        one.question.by: save(asked.hub, who, one, f"Ours {number}", arranged="", shared=True)
        for number, one in enumerate(questions)
        if not one.question.where
    }

    tables = read(asked, f"{BASE}/tables", query="ours")["tables"]

    released = saved["country", "year"]
    assert [(one["id"], one["description"]) for one in tables] == [(released.id, released.name)]
    assert read(asked, f"{BASE}/tables/{released.id}/data") == read(asked, f"{TABLE}/data")
    assert asked.other.get(f"{BASE}/tables/{released.id}").status_code == 404, "the question alone is shared"


def test_a_saved_query_is_its_own_number_and_reads_the_newest_release(asked: Region) -> None:
    selection = {"selection": [
        {"variableCode": "country", "valueCodes": ["K?"]},
        {"variableCode": "year", "valueCodes": ["from(2024)"]},
    ]}  # fmt: skip
    query = {"tableId": "accidents.casualties", "language": "en", "selection": selection}

    made = asked.analyst.post(f"{BASE}/savedqueries", json=query)

    assert (made.status_code, made.json()["savedQuery"]["selection"]) == (201, selection)
    at = made.headers["Location"]
    assert at == f"{BASE}/savedqueries/{made.json()['id']}"
    assert asked.analyst.post(f"{BASE}/savedqueries", json=made.json()["savedQuery"]).json() == made.json()
    assert read(asked, at) == made.json()
    codes = read(asked, f"{at}/selection")["selection"]
    assert codes[:2] == [
        {"variableCode": "country", "valueCodes": ["KH"]},
        {"variableCode": "year", "valueCodes": ["2024"]},
    ]
    assert read(asked, f"{at}/data") == asked.analyst.post(f"{TABLE}/data", json=selection).json()
    inner = read(asked, f"{TABLE}/defaultselection")["selection"]
    assert inner[1] == {"variableCode": "year", "valueCodes": ["2023", "2024"]}


def test_a_saved_query_opens_nothing_and_a_wrong_number_is_none(asked: Region) -> None:
    country = {"variableCode": "country", "valueCodes": ["KH"]}
    query = {"tableId": "accidents.casualties", "language": "", "selection": {"selection": [country]}}
    number = asked.analyst.post(f"{BASE}/savedqueries", json=query).json()["id"]

    assert asked.other.get(f"{BASE}/savedqueries/{number}/data").status_code == 404
    assert asked.nobody.get(f"{BASE}/savedqueries/{number}").status_code == 401
    assert asked.other.post(f"{BASE}/savedqueries", json=query).status_code == 404
    for wrong in (
        number[:-1],
        number + "=",
        number + "AAAA",
        number.upper(),
        "1",
        "é",
        "W10",
        "e30",
        "A" * 5_000,
        TWICE,
    ):
        assert asked.analyst.get(f"{BASE}/savedqueries/{wrong}").status_code == 404, wrong
    refused = {
        "no code": ({"selection": {"selection": [{**country, "valueCodes": ["XX"]}]}}, 400),
        "long": ({"selection": {"selection": [{**country, "valueCodes": ["KH" * 40] * 20}]}}, 400),
        "endless": ({"selection": {"selection": [{**country, "valueCodes": ["[*" * 5_000]}]}}, 422),
        "no table": ({"tableId": "none"}, 404),
        "language": ({"language": "xx"}, 406),
        "format": ({"outputFormat": "px"}, 422),
    }
    for said, (changed, status) in refused.items():
        reply = asked.analyst.post(f"{BASE}/savedqueries", json={**query, **changed})
        assert reply.status_code == status, (said, reply.text)
    assert asked.analyst.get(f"{BASE}/savedqueries/{number}/data?outputFormat=px").status_code == 400
    half = json.dumps({**query, "language": "half"}).replace("half", "\\ud800")  # of a character
    headers = {"Content-Type": "application/json"}
    assert asked.analyst.post(f"{BASE}/savedqueries", content=half, headers=headers).status_code == 422


def test_somebody_elses_table_and_one_not_asked_for_look_like_none(asked: Region) -> None:
    for path in ("", "/metadata", "/data"):
        assert asked.other.get(TABLE + path).status_code == 404
        assert asked.analyst.get(f"{BASE}/tables/outcome-by-year{path}").status_code == 404
        assert asked.auditor.get(TABLE + path).status_code == 403
        assert asked.nobody.get(TABLE + path).status_code == 401


def test_a_query_that_the_table_cannot_answer_is_refused_and_says_what_there_is(asked: Region) -> None:
    refused = {
        "valuecodes[planet]=X": (400, "no variable planet"),
        "valuecodes[country]=XX": (400, "'XX' selects nothing"),
        "outputFormat=px": (400, "json-stat2"),
        "colour=red": (400, "no parameter 'colour'"),
        "codelist[country]=agg_X": (400, "no parameter"),
        "lang=xx": (406, "labels in en"),
    }

    for query, (status, said) in refused.items():
        reply = asked.analyst.get(f"{TABLE}/data?{query}")
        assert (reply.status_code, said in reply.text) == (status, True), query


def test_the_list_of_questions_comes_a_page_at_a_time(asked: Region) -> None:
    whole = asked.analyst.get("/api/v1/questions")
    first = asked.analyst.get("/api/v1/questions?limit=2")
    rest = asked.analyst.get(first.links["next"]["url"])

    assert len(whole.json()) == 3
    assert first.json() + rest.json() == whole.json()
    assert "next" not in whole.links
    assert "next" not in rest.links
    assert asked.analyst.get("/api/v1/questions?start=9").json() == []
    for wrong in ("limit=0", "limit=1001", "start=-1", "start=x", "page=2"):
        assert asked.analyst.get(f"/api/v1/questions?{wrong}").status_code == 422
