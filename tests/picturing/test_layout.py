"""A release as a table: every cell once, in its row and column, with a text for its meaning."""

from collections import Counter
from dataclasses import replace

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import WITHHELD, LayoutError, Words, layout
from gateway.picturing.layout import ABSENT
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
SMALL = Release(
    "q-1",
    {"by": ["country", "outcome"], "measure": "casualties", "purpose": "regional-reporting", "where": {}},
    (Axis("country", ("KH", "TH", TOTAL)), Axis("outcome", ("K", "I", TOTAL))),
    (
        Cell(("KH", "K"), Status.VALUE, 1234),
        Cell(("KH", "I"), Status.WITHHELD),
        Cell(("KH", TOTAL), Status.VALUE, 1238),
        Cell(("TH", "K"), Status.NO_ANSWER),
        Cell(("TH", "I"), Status.NOT_SHARED),
        Cell(("TH", TOTAL), Status.NOT_COLLECTED),
        Cell((TOTAL, "K"), Status.VALUE, 1234, missing_members=("TH",)),
        Cell((TOTAL, "I"), Status.WITHHELD, at_least=3, at_most=9),
        Cell((TOTAL, TOTAL), Status.VALUE, 1238, missing_members=("TH",), masked_members=("KH",)),
    ),
    (),
    "2025-01-10T08:00:00Z",
    "2025-01-10T08:00:04Z",
)


@settings(max_examples=40)
@given(any_releases())
def test_every_cell_appears_exactly_once_under_its_own_heads(release: Release) -> None:
    table = layout(release, DICTIONARY)
    expected = {cell.key: cell for cell in release.cells}

    shown = [cell for row in table.rows for cell in row.cells if cell.kind != ABSENT]
    assert Counter(cell.key for cell in shown) == Counter(expected.keys())
    for cell in shown:
        assert cell.kind == expected[cell.key].status


@settings(max_examples=40)
@given(any_releases())
def test_the_heads_of_a_cell_are_its_key(release: Release) -> None:
    table = layout(release, DICTIONARY)
    columns = [[head.code for head in line for _ in range(head.span)] for line in table.heads]
    down: list[str] = []
    for row in table.rows:
        down = [*down[: len(table.corner) - len(row.heads)], *(head.code for head in row.heads)]
        for number, cell in enumerate(row.cells):
            if cell.kind != ABSENT:
                heads = [*down, *(line[number] for line in columns)]
                assert sorted(code for code in heads if code) == sorted(cell.key)


@settings(max_examples=40)
@given(any_releases())
def test_a_withheld_cell_begins_with_the_symbol_and_no_other_cell_has_it(release: Release) -> None:
    for row in layout(release, DICTIONARY).rows:
        for cell in row.cells:
            assert cell.text.startswith(WITHHELD) == (cell.kind == Status.WITHHELD)
            assert (cell.text == "") == (cell.kind == ABSENT)


def test_the_texts_of_cells() -> None:
    rows = layout(SMALL, DICTIONARY).rows

    assert [[cell.text + cell.marks for cell in row.cells] for row in rows] == [
        ["1,234", "◊", "1,238"],
        ["no answer", "not shared", "not collected"],
        ["1,234*", "◊ 3 to 9", "1,238+*"],
    ]
    assert [row.total for row in rows] == [False, False, True]


def test_the_notes_explain_what_the_table_uses_and_nothing_else() -> None:
    kinds = [note.kind for note in layout(SMALL, DICTIONARY).notes]
    plain = replace(SMALL, cells=SMALL.cells[:1], axes=(Axis("country", ("KH",)), Axis("outcome", ("K",))))

    assert kinds == [
        "withheld", "bounds", "not-shared", "no-answer", "not-collected", "under-masks", "lacks",
    ]  # fmt: skip
    assert layout(plain, DICTIONARY).notes == ()


def test_numbers_and_words_are_those_of_the_reader() -> None:
    german = Words(
        say=lambda text: {"killed": "getötet"}.get(text, text), number=lambda n: f"{n:,}".replace(",", ".")
    )
    table = layout(SMALL, DICTIONARY, german)

    assert table.rows[0].cells[0].text == "1.234"
    assert table.heads[0][0].text == "getötet"


def test_every_word_and_number_is_looked_up_once() -> None:
    asked: list[str | int] = []

    def say(text: str) -> str:
        asked.append(text)
        return text

    def number(value: int) -> str:
        asked.append(value)
        return str(value)

    layout(made_release("country", "year", "sex", "outcome"), DICTIONARY, Words(say, number))

    assert len(asked) == len(set(asked))


def test_a_province_stands_below_its_own_country_only() -> None:
    table = layout(made_release("country", "province", members=("BN", "SG")), DICTIONARY)
    below: dict[str, set[str]] = {}
    for row in table.rows:
        if len(row.heads) == 2:
            country = row.heads[0].code
        below.setdefault(country, set()).add(row.heads[-1].code[:2])

    assert below["BN"] == {"BN", TOTAL[:2]}
    assert all(cell.kind != ABSENT for row in table.rows for cell in row.cells)


def test_places_of_several_countries_name_theirs_where_no_head_does() -> None:
    heads = [
        row.heads[0].text
        for row in layout(made_release("province_group", members=("KH", "TH")), DICTIONARY).rows
    ]

    assert "North (Cambodia)" in heads
    assert "North (Thailand)" in heads
    assert "Province unknown (Thailand)".lower() in {head.lower() for head in heads}


def test_four_levels_make_two_down_and_two_across() -> None:
    table = layout(made_release("country", "year", "sex", "outcome", members=("TH",)), DICTIONARY)

    assert table.corner == ("country", "year")
    assert [head.span for head in table.heads[0]] == [4] * 5
    assert len(table.heads[1]) == 20


def test_levels_that_should_run_across_can_be_named() -> None:
    release = made_release("year", "outcome", members=("TH",))

    assert layout(release, DICTIONARY, across=["year"]).corner == ("outcome",)
    with pytest.raises(LayoutError, match="'sex'"):
        layout(release, DICTIONARY, across=["sex"])


def test_one_number_is_a_table_too() -> None:
    table = layout(made_release(members=("TH",)), DICTIONARY)

    assert [cell.text for row in table.rows for cell in row.cells] != []
    assert len(table.rows) == len(table.rows[0].heads) == 1


def test_a_refused_table_says_so_in_every_cell() -> None:
    table = layout(made_release("country", members=("TH",), refusals={"VN": Refusal.NOT_SHARED}), DICTIONARY)

    assert [cell.text for row in table.rows for cell in row.cells if row.heads[0].code == "VN"] == [
        "not shared"
    ]


def test_as_json_has_the_same_table_in_plain_values() -> None:
    table = layout(SMALL, DICTIONARY)
    plain = table.as_json()

    assert [[c["text"] for c in row["cells"]] for row in plain["rows"]] == [
        [c.text for c in row.cells] for row in table.rows
    ]
    assert plain["notes"][0] == {"kind": "withheld", "sign": WITHHELD, "text": table.notes[0].text}
