"""Rows of several people are never counted as one; numbers that begin anew in each sheet are not one case."""

import pytest
from messy.writing import write_workbook
from served_registers import TODAY, load_place

from gateway.dictionary import regional
from gateway.sources.desk.corrections import stated_of
from gateway.sources.desk.desk_draft import desk_draft
from gateway.sources.files.opening import draft_mapping, draft_of
from gateway.sources.mapping.document_text import document_data, document_text
from gateway.sources.mapping.former_document import Former
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.mapping.stated import NOTHING_STATED, PART_OF_CASE
from gateway.sources.model.errors import MappingError, SourceError
from gateway.sources.rows.row_accounts import share_counted
from gateway.sources.services.service_source import NO_ACCESS

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    people: [Killed, Injured]
    columns: {Case: case_id, Date: date}
constants: {consent_share: AGG}
"""
HEAD = "Ref,Date of accident,Province,Sex,Outcome"
PLACES = ("Pailin", "Kampot", "Takeo", "Kandal")


@pytest.fixture
def several(small):
    small.mapping = MAPPING
    return lambda rows: small.load(victims="Case,Date,Killed,Injured\n" + rows)


def draft(folder, rows: list[str], head: str = HEAD) -> str:
    (folder / "list.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return draft_mapping(str(folder), "KH", regional(), TODAY)


def test_a_row_of_several_people_is_not_counted_and_lowers_the_share(small, several) -> None:
    loaded = several(
        "A1,2019-01-02,1,0\nA2,2019-02-03,,1\nA3,2019-02-03,1,1\nA4,2019-02-03,0,7.0\nA5,2019,x,\n"
    )

    assert len(loaded.snapshot) == 3
    assert small.problems(loaded) == {("", "ROW_OF_SEVERAL"): 2}
    assert share_counted(loaded.accounts) == 3 / 5


def test_a_column_of_people_that_is_gone_is_an_error(small) -> None:
    small.mapping = MAPPING
    with pytest.raises(SourceError, match="Injured"):
        small.load(victims="Case,Date,Killed\nA1,2019,1\n")


@pytest.mark.parametrize(
    ("head", "numbers"),
    [
        (",No. of victims", lambda n: f",{1 + n % 3}"),
        (",Killed,Injured", lambda n: f",{n % 2},{n % 3}"),
        (",Men,Women,Children", lambda n: f",{n % 2},{n % 3},{n % 2}"),
        (",จำนวนผู้ประสบภัย", lambda n: f",{1 + n % 4}"),
    ],
)
def test_a_draft_sees_that_rows_are_of_several_people_and_counts_none_of_them(
    tmp_path, head, numbers
) -> None:
    rows = [f"R{n:03d},2019-0{1 + n % 9}-02,{PLACES[n % 4]},F,Killed{numbers(n)}" for n in range(60)]
    text = draft(tmp_path, rows, HEAD + head)

    loaded = load_place(str(tmp_path), text, NO_ACCESS)

    people = parse_mapping(text, regional()).tables[0].people
    assert people == tuple(head[1:].split(","))
    several = sum(sum(map(int, row.split(",")[5:])) > 1 for row in rows)
    assert several
    assert len(loaded.snapshot) == 60 - several


@pytest.mark.parametrize("case", ["number of the accident", "day and province"])
def test_a_number_of_victims_beside_each_victim_of_an_accident_is_of_the_accident(tmp_path, case) -> None:
    rows = []
    for accident in range(40):
        many = 1 + accident % 3
        day = f"20{10 + accident % 10}-0{1 + accident // 10}-07"
        rows += [
            f"V{accident:02d}{k},{day},{PLACES[accident % 4]},M,Injured,{many},A{accident:03d}"
            for k in range(many)
        ]
    head = HEAD + ",Number of victims,Accident No"
    if case == "day and province":
        rows, head = [row.rpartition(",")[0] for row in rows], head.rpartition(",")[0]
    text = draft(tmp_path, rows, head)

    assert parse_mapping(text, regional()).tables[0].people == ()
    assert len(load_place(str(tmp_path), text, NO_ACCESS).snapshot) == len(rows)


def test_numbers_of_other_things_are_no_people(tmp_path) -> None:
    head = HEAD + ",Number of devices,Children,Injured"
    rows = [
        f"R{n:03d},2019-0{1 + n % 9}-02,{PLACES[n % 4]},F,Killed,{n % 5},{n % 4},{(1, 2, 9)[n % 3]}"
        for n in range(60)
    ]

    assert parse_mapping(draft(tmp_path, rows, head), regional()).tables[0].people == ()


SHEETS = ["No", "Name", "Date of accident", "Province", "Sex"]


def named(number: int) -> str:
    """A name of its own for a number."""
    letters = "".join("abcdefghij"[int(digit)] for digit in str(number))
    return f"Sok {letters.title()}"


def sheet(year: int, *, copied: bool = False, of: int = 30) -> list[list[object]]:
    return [
        SHEETS,
        *(
            [
                n,
                named(n if copied else year * n),
                f"{2020 if copied else year}-0{1 + n % 9}-11",
                PLACES[n % 4],
                "F",
            ]
            for n in range(1, of + 1)
        ),
    ]


def test_numbers_that_begin_anew_in_each_sheet_are_cases_with_the_name_of_their_sheet(tmp_path) -> None:
    write_workbook(
        tmp_path / "book.xlsx", {"2020": sheet(2020), "2021": sheet(2021), "2022": sheet(2022, of=7)}
    )
    text = draft_mapping(str(tmp_path), "KH", regional(), TODAY)

    loaded = load_place(str(tmp_path), text, NO_ACCESS)

    assert 'case_of: ["{table}", No]' in text
    assert len(loaded.snapshot) == 67
    assert sorted(loaded.snapshot.links["case"].tolist())[0] == b"case_id:2020x1"


def test_a_sheet_that_repeats_another_is_not_counted_twice(tmp_path) -> None:
    write_workbook(
        tmp_path / "book.xlsx", {"now": sheet(2020, copied=True), "copy": sheet(2021, copied=True)}
    )
    text = draft_mapping(str(tmp_path), "KH", regional(), TODAY)

    assert "case_of" not in text
    assert len(load_place(str(tmp_path), text, NO_ACCESS).snapshot) == 30


def test_a_case_of_several_columns_is_blank_where_one_of_them_is(small) -> None:
    small.mapping = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    case_of: [Accident, Victim]
    columns: {"{case}": case_id, Date: date}
constants: {consent_share: AGG}
"""
    loaded = small.load(victims="Accident,Victim,Date\nA1,1,2019\nA1,2,2019\nA2,1,2019\nA3,,2019\n")

    assert sorted(loaded.snapshot.links["case"].tolist()) == [
        b"case_id:a1x1",
        b"case_id:a1x2",
        b"case_id:a2x1",
    ]
    assert small.problems(loaded) == {("{case}", "BLANK"): 1}


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            "people: [Killed, Injured]",
            "people: [Killed]\n    repeat: 2",
            "people cannot stand beside 'repeat'",
        ),
        ("people: [Killed, Injured]", "case_of: [Case, Date]", "'case_of' and a column"),
        ("Case: case_id", '"{case}": case_id', "'case_of' and a column"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(before: str, after: str, fault: str) -> None:
    with pytest.raises(MappingError, match=fault):
        parse_mapping(MAPPING.replace(before, after), regional())


def meanings_as_shown(draft, **instead):
    """What a person sends who changes nothing at the mapping desk, or only the headings named."""
    return {c.number: instead.get(c.heading, c.meaning) for c in draft.columns}


def test_the_mapping_desk_keeps_what_rows_are_of_and_a_person_can_say_otherwise(tmp_path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    rows = [f"R{n:03d},2019-0{1 + n % 9}-02,{PLACES[n % 4]},F,Killed,{1 + n % 3}" for n in range(60)]
    draft(folder, rows, HEAD + ",Victims")

    def shown(stated=NOTHING_STATED):
        return desk_draft(draft_of(str(folder), "KH", regional(), TODAY, stated=stated), regional(), TODAY)

    first = shown()
    again = shown(stated_of(first, meanings_as_shown(first), {}))
    other = shown(stated_of(first, meanings_as_shown(first, Victims=""), {}))
    made = shown(stated_of(first, meanings_as_shown(first, Ref=PART_OF_CASE, Sex=PART_OF_CASE), {}))

    def table(one):
        return parse_mapping(document_text(one.document), regional()).tables[0]

    assert table(first).people == table(again).people == ("Victims",)
    assert table(other).people == ()
    assert table(made).case_of == ("Ref", "Sex")


def test_a_former_mapping_says_what_the_rows_of_the_next_file_are_of(tmp_path) -> None:
    book = tmp_path / "book.xlsx"
    write_workbook(book, {"2020": sheet(2020), "2021": sheet(2021)})
    before = Former(document_data(draft_mapping(str(book), "KH", regional(), TODAY)))
    write_workbook(book, {"2020": sheet(2020), "2021": sheet(2021), "2022": sheet(2022, of=1)})

    next_one = desk_draft(
        draft_of(str(book), "KH", regional(), TODAY, former=before), regional(), TODAY, before
    )

    rules = parse_mapping(document_text(next_one.document), regional()).tables[0]
    assert (rules.case_of, rules.also) == (("{table}", "No"), ("2021", "2022"))


def test_sheets_that_are_called_by_their_province_say_where_the_accidents_were(tmp_path) -> None:
    def of(name: str) -> list[list[object]]:
        return [[cell for place, cell in enumerate(row) if place != 3] for row in sheet(len(name) + 2000)]

    write_workbook(
        tmp_path / "book.xlsx", {name: of(name) for name in ("Pailin", "Kampong Thom", "Takeo province")}
    )

    loaded = load_place(str(tmp_path), draft_mapping(str(tmp_path), "KH", regional(), TODAY), NO_ACCESS)

    assert (
        sorted(loaded.snapshot.columns["place"].values()) == ["KH-21"] * 30 + ["KH-24"] * 30 + ["KH-6"] * 30
    )
