"""The pages for programs: the same model, by token."""

from collections.abc import Iterator

import httpx
import pytest
from analyst_desk import Desk

from gateway.accounts.model import Scope, TokenRequest
from gateway.accounts.tokens import make_token
from gateway.dictionary import regional


@pytest.fixture
def program(desk: Desk) -> Iterator[httpx.Client]:
    name = desk.analyst.name
    token = make_token(desk.house.accounts, name, name, TokenRequest("a report", frozenset({Scope.ASK}), 30))
    with httpx.Client(
        base_url=f"{desk.house.url}/api/v1/desk",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=30,
    ) as client:
        yield client


def test_the_form_lists_the_choices(program: httpx.Client) -> None:
    found = program.get("/ask.json?by=country&by=year").json()

    assert found["sentence"] == "People killed or injured, by country and year"
    assert {one["expected"] for one in found["expectations"]} == {"answer", "unknown"}
    levels = [option["value"] for group in found["choices"]["by"][2] for option in group["options"]]
    assert "outcome" in levels


def test_a_question_has_its_table_with_names(desk: Desk, program: httpx.Client) -> None:
    question = desk.ask(by=["country", "outcome"])
    for member in desk.members:
        desk.answers(member, withhold=("K",))
    desk.release()

    found = program.get(f"/questions/{question}.json").json()
    cells = {tuple(c["key"]): c for row in found["result"]["table"]["rows"] for c in row["cells"]}
    assert cells["KH", "K"]["kind"] == "withheld"
    assert cells["KH", "I"]["text"] == "7"
    assert found["progress"]["moving"] is False


def test_exactly_the_questions_of_the_dictionary_are_offered(program: httpx.Client) -> None:
    """Nothing is offered beside the dictionary's list, and nothing of it that has no tables."""
    dictionary = regional()
    page = program.get("/ready-made.json").json()
    for pack, items in (("canonical-questions", page["twelve"]), ("article-7", page["article_7"])):
        assert [one["name"] for one in items] == list(dictionary.packs[pack])
        for one in items:
            assert len(one["tables"]) == len(dictionary.ready_made[one["name"]].tables)
            assert one["tables"] or not one["answerable"]
    listed = {one["name"] for one in [*page["twelve"], *page["article_7"]]}
    assert listed == dictionary.ready_made.keys()


def test_lists_and_the_matrix_have_twins_too(program: httpx.Client) -> None:
    assert program.get("/questions.json").json()["every"] >= 0
    columns = program.get("/sharing.json").json()["matrix"]["columns"]
    assert [one["stated"] for one in columns] == [True, True, False]
