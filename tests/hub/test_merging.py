"""Members' answers become one table: sums where all parts are there, and honest words where they are not."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.hub.merging import merge
from gateway.question import Question, ask
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.cells import TOTAL, Axis, Cell, Status

DICTIONARY = regional()
OUTCOMES = ("K", "I", "U", TOTAL)


def question(*by: str) -> Question:
    return ask(DICTIONARY, measure="casualties", by=by, where={}, purpose="regional-reporting")


def answer(
    member: str,
    cells: tuple[int | None, ...] = (),
    *refusals: Refusal,
    axes: tuple[Axis, ...] = (Axis("outcome", OUTCOMES),),
) -> Answer:
    return Answer(
        "q-1",
        AskedEntry("region/log", 3, "00" * 32),
        member,
        "1",
        "s",
        "2024-12-31",
        () if refusals else axes,
        cells,
        refusals,
    )


def merged(asked: Question, answers: dict[str, Answer | None]) -> dict[tuple[str, ...], Cell]:
    return {cell.key: cell for cell in merge(DICTIONARY, asked, answers)[1]}


def test_visible_parts_are_added() -> None:
    table = merged(
        question("country", "outcome"),
        {"KH": answer("KH", (7, 20, 0, 27)), "TH": answer("TH", (5, 6, 0, 11))},
    )

    assert table["KH", "K"].value == 7
    assert table[TOTAL, "K"] == Cell((TOTAL, "K"), Status.VALUE, 12)


def test_a_withheld_part_withholds_the_sum_and_leaves_an_at_least() -> None:
    table = merged(
        question("country", "outcome"),
        {"KH": answer("KH", (7, 20, 0, 27)), "TH": answer("TH", (None, None, 0, 11))},
    )

    assert table["TH", "K"].status is Status.WITHHELD
    assert table[TOTAL, "K"] == Cell((TOTAL, "K"), Status.WITHHELD, at_least=7)
    assert table[TOTAL, TOTAL].value == 38


def test_a_member_that_did_not_answer_is_named_beside_the_sum() -> None:
    table = merged(question("country", "outcome"), {"KH": answer("KH", (7, 20, 0, 27)), "TH": None})

    assert table["TH", "K"].status is Status.NO_ANSWER
    assert table[TOTAL, "K"] == Cell((TOTAL, "K"), Status.VALUE, 7, missing_members=("TH",))


def test_a_refusal_by_policy_and_one_that_may_pass_are_told_apart() -> None:
    table = merged(
        question("country", "outcome"),
        {
            "KH": answer("KH", (), Refusal.TOO_DETAILED),
            "LA": answer("LA", (), Refusal.NOT_COLLECTED),
            "TH": answer("TH", (), Refusal.NOT_READY),
            "VN": answer("VN", (1, 2, 3, 6)),
        },
    )

    assert table["KH", "K"].status is Status.NOT_SHARED
    assert table["LA", "K"].status is Status.NOT_COLLECTED
    assert table["TH", "K"].status is Status.NO_ANSWER
    assert table[TOTAL, "K"].missing_members == ("KH", "LA", "TH")


def test_nobody_answered() -> None:
    table = merged(question("country", "outcome"), {"KH": None, "TH": answer("TH", (), Refusal.NOT_SHARED)})

    assert table[TOTAL, TOTAL].status is Status.NO_ANSWER
    assert table["TH", TOTAL].status is Status.NOT_SHARED


def test_years_that_a_member_does_not_cover_are_not_zeros() -> None:
    short, long = Axis("year", ("2021", TOTAL)), Axis("year", ("2020", "2021", TOTAL))
    table = merged(
        question("country", "year"),
        {"KH": answer("KH", (4, 4), axes=(short,)), "TH": answer("TH", (1, 2, 3), axes=(long,))},
    )

    assert table["KH", "2020"].status is Status.NOT_COLLECTED
    assert table[TOTAL, "2020"] == Cell((TOTAL, "2020"), Status.VALUE, 1, missing_members=("KH",))
    assert [key[1] for key in table if key[0] == TOTAL] == ["2020", "2021", TOTAL]


def test_a_province_stands_with_its_own_country_only() -> None:
    table = merged(
        question("country", "province"),
        {
            "KH": answer("KH", (3, 3), axes=(Axis("province", ("KH-1", TOTAL)),)),
            "TH": answer("TH", (None, 9), axes=(Axis("province", ("TH-10", TOTAL)),)),
        },
    )

    assert ("KH", "TH-10") not in table
    assert ("TH", "KH-1") not in table
    assert table[TOTAL, "KH-1"].value == 3
    assert table[TOTAL, "TH-10"].status is Status.WITHHELD
    assert table[TOTAL, TOTAL].value == 12


def test_without_countries_only_the_region_is_shown() -> None:
    table = merged(question("outcome"), {"KH": answer("KH", (1, 2, 3, 6)), "TH": answer("TH", (1, 1, 1, 3))})

    assert table["K",].value == 2
    assert set(table) == {(o,) for o in OUTCOMES}


CELLS = st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=4, max_size=4)
MEMBERS = st.sampled_from(["KH", "LA", "MM", "TH", "VN"])


@given(st.dictionaries(MEMBERS, st.one_of(st.none(), CELLS), min_size=1))
def test_no_sum_is_ever_a_lower_bound_in_silence(given_cells: dict[str, list[int | None] | None]) -> None:
    answers = {m: None if c is None else answer(m, tuple(c)) for m, c in given_cells.items()}
    # Codes are known from those who answered: if nobody did, only the total is left to speak of.
    outcomes = OUTCOMES if any(answers.values()) else (TOTAL,)

    table = merged(question("country", "outcome"), answers)

    assert set(table) == set(product([*answers, TOTAL], outcomes))
    for outcome in outcomes:
        parts = [table[m, outcome] for m in answers]
        total = table[TOTAL, outcome]
        if any(p.status is Status.WITHHELD for p in parts):
            assert total.value is None
        elif total.value is not None:
            assert total.value == sum(p.value for p in parts if p.value is not None)
            if len(parts) > 1:
                assert set(total.missing_members) == {m for m in answers if table[m, outcome].value is None}
