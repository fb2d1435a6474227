"""Questions saved under a name: found again with their arrangement, shared with colleagues, never more."""

import json
import re

import pytest
from analyst_desk import Desk
from entrances import Browser
from sqlalchemy import update

from gateway.accounts.model import Role
from gateway.store.hub.saved_questions import saved_questions


def save(desk: Desk, question: str, name: str, arranged: str = "", shared: str = "") -> int:
    page = f"/questions/{question}{'?' + arranged if arranged else ''}"
    kept = {"question": question, "name": name, "arranged": arranged, "shared": shared}
    return desk.browser.post("/saved", kept, page=page).status_code


def answered(desk: Desk, **slots: object) -> str:
    question = desk.ask(**slots)
    for code in desk.members:
        desk.answers(code)
    desk.release()
    return question


def saved_ids(browser: Browser) -> dict[str, str]:
    return {one["name"]: one["id"] for one in twin(browser)["mine"]}


def twin(browser: Browser) -> dict[str, list[dict[str, str]]]:
    page = browser.get("/saved").text
    rows = re.findall(r"<strong>([^<]*)</strong>.*?(?=<li>|</ul>)", page, re.S)
    ids = re.findall(r"/saved/(s-[0-9a-f]+)/delete", page)
    return {"mine": [{"name": name, "id": one} for name, one in zip(rows, ids, strict=False)]}


def test_a_saved_question_opens_its_newest_table_as_it_was_arranged(desk: Desk) -> None:
    question = answered(desk, by=["country", "outcome"])
    arranged = "across=country&down=outcome&show=share-row"

    assert save(desk, question, "  Shares   by country ", arranged) == 303

    page = desk.browser.get("/saved").text
    assert "Shares by country" in page
    link = re.search(r'href="(/questions/[^"]*)"', page[page.index("Shares by country") :])
    assert link is not None
    opened = desk.browser.get(link[1].replace("&amp;", "&")).text
    assert re.search(r'<strong id="show-share-row" aria-current="true"', opened)
    assert "Your newest table" in page


def test_the_page_of_a_table_offers_to_save_it_as_it_is_arranged(desk: Desk) -> None:
    question = answered(desk, by=["country", "outcome"])
    page = desk.browser.get(f"/questions/{question}?release=1&show=share-row&sort=K").text
    assert 'name="arranged" value="show=share-row&amp;sort=K"' in page


def test_colleagues_see_what_is_shared_and_open_it_as_their_own_question(desk: Desk) -> None:
    question = answered(desk, by=["sex"])
    save(desk, question, "Men and women", shared="yes")
    save(desk, question, "Not for others")
    colleague = desk.house.signed_in(desk.house.person("cora", Role.ANALYST, "regional-reporting"))

    page = colleague.get("/saved").text

    assert "Men and women" in page
    assert "Not for others" not in page
    assert f"/questions/{question}" not in page, "a table is its owner's alone"
    assert re.search(r'href="/ask\?[^"]*by=sex', page)
    assert colleague.get(f"/questions/{question}").status_code == 404


def test_nobody_shares_or_deletes_for_another(desk: Desk) -> None:
    question = answered(desk, by=["sex"])
    save(desk, question, "Mine alone", shared="yes")
    saved = saved_ids(desk.browser)["Mine alone"]
    other = desk.house.signed_in(desk.house.person("olga", Role.ANALYST, "regional-reporting"))

    for act in ("share", "delete"):
        assert other.post(f"/saved/{saved}/{act}", {"shared": ""}, page="/saved").status_code == 404
    assert other.post("/saved", {"question": question, "name": "Theirs"}, page="/saved").status_code == 404
    assert "Mine alone" in other.get("/saved").text

    desk.browser.post(f"/saved/{saved}/share", {"shared": ""}, page="/saved")
    assert "Mine alone" not in other.get("/saved").text
    desk.browser.post(f"/saved/{saved}/delete", {}, page="/saved")
    assert "Mine alone" not in desk.browser.get("/saved").text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("   ", "needs a name"),
        ("n" * 81, "at most 80 characters"),
        ("Taken ALREADY", "a saved question of this name"),
    ],
)
def test_a_name_that_cannot_be_is_shown_again_with_the_reason(desk: Desk, name: str, said: str) -> None:
    question = answered(desk, by=["sex"])
    save(desk, question, "taken already")
    kept = {"question": question, "name": name, "arranged": "sort=F", "shared": "yes"}
    response = desk.browser.post("/saved", kept, page=f"/questions/{question}")

    assert response.status_code == 422
    assert said in response.text
    assert 'name="arranged" value="sort=F"' in response.text
    assert "checked" in response.text


def test_an_arrangement_holds_nothing_but_an_arrangement(desk: Desk) -> None:
    question = answered(desk, by=["sex"])
    save(desk, question, "Odd", "release=1&cell=K&show=numbers&x=%3Cscript%3E&sort=%22%3E%3Cb%3E")

    page = desk.browser.get("/saved").text

    assert "script" not in page[page.index("Odd") : page.index("Odd") + 900]
    link = re.search(rf'href="/questions/{question}\?([^"]*)"', page)
    assert link is not None
    assert link[1] == "show=numbers&amp;sort=%22%3E%3Cb%3E"


def test_a_question_whose_words_left_the_dictionary_can_only_be_deleted(desk: Desk) -> None:
    question = answered(desk, by=["sex"])
    save(desk, question, "Of former words")
    saved = saved_ids(desk.browser)["Of former words"]
    former = json.dumps(
        {"measure": "casualties", "by": ["shoe"], "where": {}, "purpose": "regional-reporting"}
    )
    change = update(saved_questions).where(saved_questions.c.id == saved).values(question=former)
    with desk.hub.store.notes() as notes:
        notes.saved._connection.execute(change)  # type: ignore[attr-defined]

    page = desk.browser.get("/saved").text

    row = page[page.index("Of former words") :]
    assert "no longer has the words" in row[:600]
    assert desk.browser.post(f"/saved/{saved}/delete", {}, page="/saved").status_code == 303
