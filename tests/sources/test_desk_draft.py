"""The mapping desk's values: a draft as a person sees it, and what the person says put into its document."""

from datetime import date
from pathlib import Path

import pytest

from gateway.dictionary import regional
from gateway.sources.desk.column_contents import contents_of
from gateway.sources.desk.corrections import Corrections, corrected, stated_of
from gateway.sources.desk.desk_draft import UNKNOWN, DeskDraft, desk_draft
from gateway.sources.desk.kept_draft import draft_json, read_draft
from gateway.sources.files.opening import draft_of
from gateway.sources.mapping.document_text import document_data, document_text
from gateway.sources.mapping.former_document import Former
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.dates import DateFormat

TODAY = date(2026, 11, 25)
HEAD = "Case,Name,Day,Sex,Fate"
ROWS = "".join(
    f'K-{n},"Sok, Dara",{1 + n % 12:02}/{1 + n % 9:02}/2020,{"MFM?"[n % 4]},{("hit", "dead")[n % 2]}\n'
    for n in range(40)
)
FORMER = """\
mapping: 1
member: KH
source: csv
tables:
  old.csv:
    columns:
      CASE: case_id
      Day: {to: date, formats: [DD/MM/YYYY]}
      Fate: {to: outcome, codes: {hit: I, Wounded: I}}
    left_out: {Name: never ours}
constants: {consent_share: REC, victim_type: DIR}
least_counted: 90
"""


def drafted(folder: Path, former: str = "", rows: str = ROWS) -> DeskDraft:
    (folder / "new.csv").write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    before = Former(document_data(former)) if former else None
    draft = draft_of(str(folder / "new.csv"), "KH", regional(), TODAY, former=before)
    return desk_draft(draft, regional(), TODAY, before, before)


def number(draft: DeskDraft, heading: str) -> int:
    return next(column.number for column in draft.columns if column.heading == heading)


def test_a_draft_is_kept_as_json_and_read_again_as_it_was(tmp_path: Path) -> None:
    draft = drafted(tmp_path)

    assert read_draft(draft_json(draft)) == draft
    assert read_draft({**draft_json(draft), "version": 0}) is None
    assert "Dara" not in str(draft_json(draft)), "a name is no example, in however many rows it stands"


@pytest.mark.parametrize("text", [FORMER, FORMER.replace("hit", '"no: #1"').replace("old.csv", '"2023"')])
def test_a_document_written_again_means_the_same(text: str) -> None:
    again = document_text(document_data(text))

    assert parse_mapping(again, regional()) == parse_mapping(text, regional())


def test_what_the_former_mapping_says_holds_for_the_new_file(tmp_path: Path) -> None:
    draft = drafted(tmp_path, FORMER)
    rules = parse_mapping(document_text(draft.document), regional())

    fate = rules.tables[0].columns["Fate"]
    assert fate.codes == {"hit": "I", "wounded": "I", "dead": "K"}
    assert rules.tables[0].columns["Day"].formats == (DateFormat("DD/MM/YYYY"),)
    assert rules.tables[0].left_out["Name"] == "never ours"
    assert rules.constants["consent_share"] == "REC"
    assert rules.least_counted == 90
    assert {column.heading: column.sureness for column in draft.columns}["Fate"] == "before"
    assert draft.lacking == ()


def test_corrections_stand_in_the_document_and_words_not_shown_stay(tmp_path: Path) -> None:
    draft = drafted(tmp_path, FORMER)
    fate = draft.columns[number(draft, "Fate")]
    codes = {"hit": "K", "dead": UNKNOWN}

    made = corrected(
        draft,
        Corrections(
            words={fate.number: [codes[word.word] for word in fate.words]},
            constants={"consent_share": "AGG"},
            formats={number(draft, "Day"): ["MM/DD/YYYY", "no such format"]},
        ),
    )
    rule = parse_mapping(document_text(made.document), regional()).tables[0].columns["Fate"]

    assert rule.codes == {"hit": "K", "wounded": "I"}
    assert rule.unknown == {"dead"}
    assert parse_mapping(document_text(made.document), regional()).constants["consent_share"] == "AGG"
    assert draft.document != made.document
    assert [word.code for word in made.columns[fate.number].words] == [
        codes[word.word] for word in fate.words
    ]


def test_a_meaning_that_a_person_says_is_drafted_around(tmp_path: Path) -> None:
    draft = drafted(tmp_path)
    said = stated_of(draft, {number(draft, "Fate"): "civ_status", number(draft, "Sex"): ""}, {})

    again = desk_draft(
        draft_of(str(tmp_path / "new.csv"), "KH", regional(), TODAY, stated=said), regional(), TODAY
    )

    meanings = {column.heading: (column.meaning, column.sureness) for column in again.columns}
    assert meanings["Fate"] == ("civ_status", "said")
    assert meanings["Sex"] == ("", "said")
    assert meanings["Case"][0] == "case_id"


def test_values_are_examples_only_where_few_of_them_fill_the_column() -> None:
    few = contents_of(Cells(["Male"] * 30 + ["Female"] * 10 + ["X1"]))
    names = contents_of(Cells([f"Person {n % 20}" for n in range(60)]))

    assert few.examples == ("Male", "Female")
    assert names.examples == ()
    assert set(names.forms) == {"aaa… 9", "aaa… 99"}
    assert contents_of(Cells(["Male"] * 30), personal=True).examples == ()
    assert contents_of(Cells(["", " "])).says == "nothing is filled in"
