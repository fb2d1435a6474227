"""A ready-made question of several tables is read as one table."""

import csv
import io
import re

import pytest
from analyst_desk import Desk

from gateway.wire.answer import Refusal

NAME = "accidents"
"""Accidents and casualties, each by country and year."""


def asked(desk: Desk) -> str:
    """Ask the whole question; the address of its one table."""
    fields = {"name": NAME, "table": "", "purpose": "regional-reporting"}
    return str(desk.browser.post("/ready-made", fields, page="/ready-made").headers["Location"])


def rows(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]


def test_one_click_leads_to_one_table_that_fills_as_answers_come(desk: Desk) -> None:
    address = asked(desk)
    assert address.startswith(f"/ready-made/{NAME}/table?of=")
    assert "0 of 2 tables are released" in desk.browser.get(address).text

    for member in ("KH", "LA", "TH"):
        desk.finishes(member)
    desk.release()
    page = desk.browser.get(address).text

    assert "tables are released" not in page, "nothing is awaited any more"
    assert re.search(r"\b7\b", rows(page)[2])
    assert page.count('<tr class="part">') == 2, "one for accidents, one for casualties"
    ids = re.findall(r"of=([^&]+)", address)
    assert all(f'href="/questions/{each}"' in page for each in ids), "each table has a page of its own"


def test_members_that_gave_nothing_have_no_rows_and_are_named(desk: Desk) -> None:
    address = asked(desk)
    desk.calls("TH")
    while desk.waiting.get("TH"):
        desk.answers("TH", refusals=(Refusal.NOT_SHARED,))
        desk.calls("TH")
    for member in ("KH", "LA"):
        desk.finishes(member)
    desk.release()
    page = desk.browser.get(address).text

    assert not any("Thailand" in row for row in rows(page))
    assert re.search(r"Without a row, since they gave nothing of this: Thailand", page)


def test_a_withheld_number_leads_to_the_page_that_explains_the_number(desk: Desk) -> None:
    address = asked(desk)
    for member in ("KH", "LA", "TH"):
        desk.calls(member)
        while desk.waiting.get(member):
            desk.answers(member, withhold=("2024",))
            desk.calls(member)
    desk.release()
    page = desk.browser.get(address).text

    link = re.search(r'href="(/questions/[^"]+\?cell=KH~2024)#explained"', page.replace("%7E", "~"))
    assert link is not None
    assert desk.browser.get(link[1]).status_code == 200


def test_the_file_says_of_each_row_which_table_it_is_of(desk: Desk) -> None:
    address = asked(desk)
    file = address.replace("/table?", "/download/csv?")
    assert desk.browser.get(file).status_code == 404, "before anything is released"
    for member in ("KH", "LA", "TH"):
        desk.finishes(member)
    desk.release()
    read = list(csv.DictReader(io.StringIO(desk.browser.get(file).text)))

    assert {row["table"] for row in read} == {"accidents", "casualties"}
    assert {row["value"] for row in read if row["country"] == "KH" and row["year"] == "2024"} == {"7"}
    assert desk.browser.get(address.replace("/table?", "/download/exe?")).status_code == 404
    book = desk.browser.get(address.replace("/table?", "/download/xlsx?"))
    assert (book.status_code, book.content[:2]) == (200, b"PK")


@pytest.mark.parametrize(
    "address",
    [
        "/ready-made/accidents/table",
        "/ready-made/accidents/table?of=q-0000000000000000",
        "/ready-made/outcome-by-year/table?of=x",
        "/ready-made/nothing/table?of=x",
    ],
)
def test_an_address_of_no_question_of_one_s_own_is_told(desk: Desk, address: str) -> None:
    assert desk.browser.get(address).status_code == 404


def test_another_question_is_no_part_of_the_table(desk: Desk) -> None:
    address, other = asked(desk), desk.ask(by=["sex"])

    assert desk.browser.get(f"{address}&of={other}").status_code == 200, "more than the tables are not read"
    assert desk.browser.get(f"/ready-made/{NAME}/table?of={other}").status_code == 404
