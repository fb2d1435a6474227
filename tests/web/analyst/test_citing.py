"""Taking a table along in words: its definitions, its citation, and its address and code for programs."""

import html
import re
from dataclasses import replace

import pytest
from analyst_desk import Desk
from releases import made_release

from gateway.accounts.model import Scope, TokenRequest
from gateway.accounts.tokens import make_token
from gateway.dictionary import regional
from gateway.export.notes import Receipt
from gateway.picturing import ENGLISH, Words
from gateway.web.analyst.citation import Source, citation
from gateway.web.analyst.definitions import definitions
from gateway.wire.answer import Refusal
from gateway.wire.usage_terms import PassOn, Terms

DICTIONARY = regional()
SOURCE = Source("ARMAC", "https://hub.example", Receipt("region.example/log", 52, 53))


def released(desk: Desk) -> str:
    question = desk.ask(by=["country", "outcome"])
    for member in desk.members:
        desk.answers(member)
    desk.release()
    return question


def test_the_citation_names_the_members_that_gave_numbers_and_the_proof() -> None:
    release = made_release("country", "year", members=("KH", "LA"), refusals={"VN": Refusal.NOT_SHARED})
    cited = citation(release, DICTIONARY, ENGLISH, SOURCE, "/questions/q?release=1")

    assert cited.text == (
        "ARMAC (2025). People killed or injured, by country and year. From the national registers of "
        "Cambodia (up to 2024-12-31); Lao PDR (up to 2024-12-31). "
        "Release 1 of q-000000000000000000000001, 2025-01-10; entry 53 of region.example/log. https://hub.example/questions/q?release=1"
    )
    assert "Viet Nam" not in cited.text


def test_whoever_forbids_passing_on_or_is_silent_about_it_is_named() -> None:
    release = made_release("country", members=("KH", "LA", "TH"))
    terms = {"KH": Terms(None, PassOn.YES, None), "LA": Terms(365, PassOn.NO, None)}
    stated = tuple(replace(one, terms=terms.get(one.member)) for one in release.coverage)
    free = tuple(replace(one, terms=terms["KH"]) for one in release.coverage)

    def limits(coverage: tuple[object, ...]) -> str:
        changed = replace(release, coverage=coverage)  # type: ignore[arg-type]
        return citation(changed, DICTIONARY, ENGLISH, SOURCE, "/").limits

    assert "the terms of Lao PDR and Thailand do not allow it" in limits(stated)
    assert limits(free) == ""


@pytest.mark.parametrize("words", ["100 % of {all} & $more_ #1 ^~", "\\end{x}\n@misc{y,"])
def test_no_words_break_out_of_bibtex(words: str) -> None:
    said = Words(say=lambda text: words if text == "people killed or injured" else text, number=str)
    cited = citation(made_release("country"), DICTIONARY, said, replace(SOURCE, region=words), "/?sort={}\\")

    unescaped = re.sub(r"\\[{}%&#_$]", "", cited.bibtex)
    assert unescaped.count("{") == unescaped.count("}")
    assert len(re.findall(r"^@", cited.bibtex, re.MULTILINE)) == 1
    assert not re.search(r"(?<!\\)[%&#$]", cited.bibtex.partition("  url")[0])


def test_words_that_may_mislead_are_defined() -> None:
    terms = dict(definitions(made_release("country", "province", "year", "outcome"), DICTIONARY, ENGLISH))

    assert "not where the person lives" in terms["Province (ISO 3166-2)"]
    assert "not of the report" in terms["Year"]
    assert "Unknown" in terms
    assert "Withheld ◊" in terms
    assert "Country" not in terms


def test_the_page_has_them_and_the_address_gives_a_program_the_same_table(desk: Desk) -> None:
    question = released(desk)
    page = desk.browser.get(f"/questions/{question}?show=share-row&sort=K").text

    assert "Notes and definitions" in page
    assert f"{desk.house.url}/questions/{question}?release=1&amp;show=share-row&amp;sort=K" in page
    assert f"@misc{{{question}-1," in page
    code, in_r, address = (
        html.unescape(re.search(rf'aria-label="{label}">([^<]+)<', page)[1])  # type: ignore[index]
        for label in ("Python", "R", "Address")
    )
    name = desk.analyst.name
    token = make_token(desk.house.accounts, name, name, TokenRequest("a report", frozenset({Scope.ASK}), 30))
    with desk.house.browser(Authorization=f"Bearer {token}").client as program:
        table = program.get(address)
        in_xml = program.get(re.search(r'"(http[^"]+)"', in_r)[1])  # type: ignore[index]
    assert table.status_code == 200
    assert table.text.startswith("country,country_label,outcome,outcome_label,value,status")
    assert "StructureSpecificData" in in_xml.text
    assert citation(made_release(), DICTIONARY, ENGLISH, SOURCE, "/").r_code == ""
    compile(code, "page", "exec")
    assert f'region.release("{question}", 1)' in code.replace("'", '"')
