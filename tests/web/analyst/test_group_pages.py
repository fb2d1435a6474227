"""An analyst's own groups: made from a table, kept with the account, shown in the owner's tables."""

import csv
import io
import re

import httpx
import pytest
from analyst_desk import Desk
from entrances import Browser
from openpyxl import load_workbook

from gateway.accounts.leaving import export
from gateway.accounts.model import Role
from gateway.hub.saved.own_groups import OwnGroupError, keep_group


def answered(desk: Desk, withhold: tuple[str, ...] = (), **slots: object) -> str:
    question = desk.ask(**slots)
    for code in desk.members:
        desk.answers(code, withhold=withhold)
    desk.release()
    return question


def put(browser: Browser, question: str, name: str, *codes: str, level: str = "outcome") -> httpx.Response:
    fields = {"question": question, "level": level, "name": name, "codes": list(codes)}
    return browser.post("/groups", fields, page=f"/groups?question={question}&level={level}")


def made(desk: Desk, question: str, name: str, *codes: str, level: str = "outcome") -> str:
    """Where the page leads to after a group was kept."""
    answer = put(desk.browser, question, name, *codes, level=level)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("#")[0]


def test_a_group_is_put_together_from_a_table_and_shown_in_it(desk: Desk) -> None:
    question = answered(desk, by=["country", "outcome"])
    form = desk.browser.get(f"/groups?question={question}&level=outcome").text
    assert re.findall(r'name="codes" value="([^"]+)"', form) == ["K", "I", "U"]

    page = desk.browser.get(made(desk, question, "  Killed  or injured ", "K", "I")).text

    table = page[page.index("<table") : page.index("</table>")]
    assert "[Killed or injured]" in table
    assert "<td" in table
    assert ">14<" in table, "seven and seven"
    assert "killed, injured. Added up by this desk" in page
    targets = re.findall(r'href="/glossary#([^"]+)"', page)
    assert "own-group" in targets
    glossary = desk.browser.get("/glossary").text
    assert all(f'<dt id="{target}"' in glossary for target in targets)
    turned = desk.browser.get(made(desk, question, "Two", "K", "U") + "&show=share-row&sort=~name").text
    assert "[Two]" in turned
    assert all(f'<dt id="{t}"' in glossary for t in re.findall(r'href="/glossary#([^"]+)"', turned))


def test_a_group_with_a_withheld_number_is_a_range_that_is_explained(desk: Desk) -> None:
    question = answered(desk, ("K",), by=["country", "outcome"])
    address = made(desk, question, "Hurt badly", "K", "I")
    page = desk.browser.get(address).text
    cell = re.search(r'href="(\?[^"]*cell=[^"]*%5BHurt(?:%20|\+)badly%5D[^"]*)#explained"', page)
    assert cell is not None
    said = desk.browser.get(f"/questions/{question}{cell[1].replace('&amp;', '&')}").text
    explained = said[said.index('id="explained"') :]
    assert "◊" in explained
    assert "No member was asked for it" in explained
    odd = desk.browser.get(f"{address}&cell=%5BElse%5D~K")
    assert odd.status_code == 404


def test_files_hold_the_groups_and_say_so_and_the_release_stays_as_it_was(desk: Desk) -> None:
    question = answered(desk, by=["outcome"])
    address = made(desk, question, "For files", "K", "I")
    base, _, query = address.partition("?")
    page = desk.browser.get(address).text
    assert f'href="{base}/download/csv?release=1&amp;{query}"' in page
    assert f'href="{base}/download/json?release=1"' in page

    found = desk.browser.get(f"{base}/download/csv?{query}")
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert "own-groups.csv" in found.headers["Content-Disposition"]
    assert next((row["outcome"], row["own_group"]) for row in rows) == ("[For files]", "K I")
    book = load_workbook(io.BytesIO(desk.browser.get(f"{base}/download/xlsx?{query}").content))
    notes = {row[0]: row[1] for row in book["Notes"].iter_rows(max_col=2, values_only=True)}
    assert "Added up by this desk" in notes["[For files]"]
    plain = desk.browser.get(f"{base}/download/json").text
    assert desk.browser.get(f"{base}/download/json?{query}").text == plain
    assert desk.browser.get(f"{base}/download/csv?group=g-none").status_code == 404


def test_a_group_is_its_owners_alone(desk: Desk) -> None:
    question = answered(desk, by=["outcome"])
    address = made(desk, question, "Mine", "K", "I")
    group = address.partition("group=")[2]
    other = desk.house.signed_in(desk.house.person("otto", Role.ANALYST, "regional-reporting"))
    assert "Mine" not in other.get("/groups").text
    assert other.post(f"/groups/{group}/delete", {}, page="/groups").status_code == 404
    assert other.get(f"/groups?question={question}").status_code == 404
    assert "Mine" in desk.browser.get("/groups").text
    assert [one["name"] for one in export(desk.house.accounts, "operator", "ana")["own_groups"]][-1:] != []
    assert desk.browser.post(f"/groups/{group}/delete", {}, page="/groups").status_code == 303
    page = desk.browser.get(address)
    assert page.status_code == 200
    assert "it was left out" in page.text


def test_a_group_of_another_table_is_left_out_and_named(desk: Desk) -> None:
    first = answered(desk, by=["outcome"])
    group = made(desk, first, "Of outcomes", "K", "I").partition("group=")[2]
    other = answered(desk, by=["sex"])
    page = desk.browser.get(f"/questions/{other}?group={group}&group=%3Cb%3E").text
    notice = page[page.index("it was left out") :][:300]
    assert "Of outcomes" in notice
    assert "&lt;b&gt;" in notice


@pytest.mark.parametrize(
    ("name", "codes", "said"),
    [
        ("  ", ("K", "I"), "needs a name"),
        ("n" * 41, ("K", "I"), "at most 40 characters"),
        ("=SUM(A1)", ("K", "I"), "letters, digits and spaces"),
        ("a]b", ("K", "I"), "letters, digits and spaces"),
        ("One", ("K",), "two codes or more"),
        ("Total", ("K", "Total"), "two codes or more"),
        ("Unknown", ("K", "I", "ZZ"), "not in this table"),
        ("TAKEN", ("K", "I"), "a group of this name"),
    ],
)
def test_what_cannot_be_a_group_is_shown_again_with_the_reason(
    desk: Desk, name: str, codes: tuple[str, ...], said: str
) -> None:
    question = answered(desk, by=["outcome"])
    put(desk.browser, question, "taken", "K", "U")
    answer = put(desk.browser, question, name, *codes)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="K" checked' in answer.text


def test_a_person_keeps_two_hundred_groups_and_no_more(desk: Desk) -> None:
    who = desk.house.person("many", Role.ANALYST, "regional-reporting")
    with desk.hub.store.reading() as view:
        principal = view.people.account(who.name).principal  # type: ignore[union-attr]
    for number in range(200):
        keep_group(desk.hub, principal, f"Group {number}", "outcome", ["K", "I"], known=["K", "I", "U"])
    with pytest.raises(OwnGroupError, match="as many groups"):
        keep_group(desk.hub, principal, "One more", "outcome", ["K", "I"], known=["K", "I", "U"])
    browser = desk.house.signed_in(who)
    page = browser.get("/groups")
    assert page.text.count("/delete") == 200
    assert len(page.content) < 150_000
