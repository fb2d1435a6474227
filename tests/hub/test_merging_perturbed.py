"""Numbers that members changed stay known as such in a regional table, and bound nothing as though exact."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.hub.merging import Bounds, merge
from gateway.question import ask
from gateway.wire.answer import Answer, AnswerError, AskedEntry, answer_from_json
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.perturbation_notice import Mechanism, Noise, Perturbation, perturbation_from_json

DICTIONARY = regional()
OUTCOMES = ("K", "I", "U", TOTAL)


def answer(member: str, cells: tuple[int | None, ...], most: int = 0) -> Answer:
    made = Answer(
        "q-1",
        AskedEntry("region/log", 3, "00" * 32),
        member,
        "1",
        "s",
        "2024-12-31",
        (Axis("outcome", OUTCOMES),),
        cells,
    )
    return replace(made, perturbation=Perturbation(Mechanism.CELL_KEY, most)) if most else made


def merged(*answers: Answer, bounds: Bounds | None = None) -> dict[tuple[str, ...], Cell]:
    question = ask(
        DICTIONARY, measure="casualties", by=("country", "outcome"), where={}, purpose="regional-reporting"
    )
    found = merge(DICTIONARY, question, {a.member: a for a in answers}, bounds or {})[1]
    return {cell.key: cell for cell in found}


def test_a_sum_says_how_far_all_its_parts_can_be_off() -> None:
    table = merged(
        answer("KH", (7, 20, 0, 31), 6), answer("LA", (5, 6, 0, 11), 4), answer("TH", (1, 1, 1, 3))
    )

    assert table["KH", "K"].largest_deviation == 6
    assert table["TH", "K"].largest_deviation == 0
    assert table[TOTAL, "K"] == Cell((TOTAL, "K"), Status.VALUE, 13, largest_deviation=10)


def test_the_bounds_of_a_withheld_sum_hold_for_every_count_behind_a_changed_number() -> None:
    known = {"TH": {("K",): (1, 4)}}
    table = merged(answer("KH", (7, 3, 0, 31), 6), answer("TH", (None, None, 1, 9)), bounds=known)

    assert (table[TOTAL, "K"].at_least, table[TOTAL, "K"].at_most) == (1 + 1, 13 + 4)
    assert table[TOTAL, "I"].at_least is None, "3 may have been 0"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-6, 6)), min_size=4, max_size=4))
def test_the_true_sum_lies_within_the_reported_bounds(parts: list[tuple[int, int]]) -> None:
    shown = tuple(max(0, count + change) for count, change in parts)
    table = merged(answer("KH", shown, 6), answer("TH", (None, None, 3, None)))

    for (count, _), outcome in zip(parts, OUTCOMES, strict=True):
        cell = table[TOTAL, outcome]
        if cell.value is None:
            assert (cell.at_least or 0) <= count
        else:
            assert abs(cell.value - (count + 3)) <= cell.largest_deviation


def test_an_answer_says_on_the_wire_how_its_numbers_were_changed() -> None:
    made = answer("KH", (7, 20, 0, 31), 6)

    assert made.as_json()["perturbation"] == {"mechanism": "cell-key", "most": 6}
    assert answer_from_json(made.as_json()) == made
    assert "perturbation" not in answer("KH", (7, 20, 0, 27)).as_json()
    for field, value in product(["mechanism", "most"], [0, "none", None, True]):
        spoilt = made.as_json() | {"perturbation": {**made.as_json()["perturbation"], field: value}}
        with pytest.raises(AnswerError):
            answer_from_json(spoilt)


def test_an_answer_under_the_former_name_is_read() -> None:
    """A hub keeps signed answers, and gives them again while a member is away."""
    made = answer("KH", (7, 20, 0, 31), 6)
    former = made.as_json()
    former["changed"] = former.pop("perturbation")

    assert answer_from_json(former) == made
    with pytest.raises(AnswerError):
        answer_from_json({**former, "perturbation": former["changed"]})


def noisy(cells: tuple[int | None, ...], draws: tuple[int, ...] = (1, 1, 1, 3), member: str = "KH") -> Answer:
    changed = Perturbation(Mechanism.PRIVACY, noise=Noise("0.25", draws))
    return replace(answer(member, (0, 0, 0, 0)), cells=cells, perturbation=changed)


def test_noise_of_several_members_adds_up_by_its_variance_and_bounds_nothing() -> None:
    known = {"TH": {("K",): (1, 4)}}
    table = merged(
        noisy((-7, 20, 0, 13)),
        noisy((9, 9, 9, 9), member="LA"),
        answer("TH", (None, 6, 0, 9)),
        bounds=known,
    )

    assert table["KH", "K"] == Cell(("KH", "K"), Status.VALUE, -7, standard_deviation=6)
    assert table["KH", TOTAL].standard_deviation == 10
    assert table[TOTAL, "I"] == Cell((TOTAL, "I"), Status.VALUE, 35, standard_deviation=8)
    assert (table[TOTAL, "K"].at_least, table[TOTAL, "K"].at_most) == (1, None), "TH alone is at least 1"


def test_an_answer_says_on_the_wire_with_what_noise_its_numbers_were_drawn() -> None:
    made = noisy((-7, 20, 0, 13))

    reported = made.as_json()["perturbation"]
    assert reported == {
        "mechanism": "differential-privacy",
        "epsilon": "0.25",
        "scale": "4",
        "draws": [1, 1, 1, 3],
    }
    assert answer_from_json(made.as_json()) == made
    for field, value in [
        *product(["mechanism", "epsilon", "scale", "draws"], [0, "none", None, True, [0, 1, 1, 3], [1]]),
        *product(["epsilon"], ["0", "0.0", "1.50", "00.1", ".5", "1e3", "-1", "0.25 "]),
        ("most", 5),
    ]:
        with pytest.raises(AnswerError):
            answer_from_json(made.as_json() | {"perturbation": {**reported, field: value}})
    with pytest.raises(AnswerError):
        answer_from_json({**made.as_json(), "perturbation": {"mechanism": "cell-key", "most": 6}})
    with pytest.raises(AnswerError, match="below 0 and no noise"):
        answer("KH", (-1, 2, 3, 4))
    assert made.perturbation is not None
    assert perturbation_from_json(made.perturbation.in_general.as_json()).noise == Noise("0.25")
