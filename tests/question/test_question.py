"""A question exists only when every word of it is known; otherwise every wrong word is named."""

import pytest

from gateway.dictionary import regional
from gateway.question import Filter, Question, QuestionError, ask, members_asked, parse

DICTIONARY = regional()


def question(**changes: object) -> Question:
    words: dict[str, object] = {
        "measure": "casualties",
        "by": ["country", "year", "outcome"],
        "where": {"sex": ["F"]},
        "purpose": "regional-reporting",
        **changes,
    }
    return ask(DICTIONARY, **words)  # type: ignore[arg-type]


def test_a_question_of_known_words() -> None:
    asked = question()

    assert asked.by == ("country", "year", "outcome")
    assert asked.where == (Filter("sex", ("F",)),)


def test_equal_questions_are_equal_however_their_filters_are_written() -> None:
    one = question(where={"sex": ["M", "F", "M"], "outcome": ["K"]}, by=["year"])
    other = question(where={"outcome": ["K"], "sex": ["F", "M"]}, by=["year"])

    assert one == other
    assert one.as_json() == other.as_json()


def test_a_question_is_read_back_as_it_was_logged() -> None:
    assert parse(DICTIONARY, question().as_json()) == question()


def test_inside_a_member_there_are_no_countries() -> None:
    asked = question(where={"country": ["KH"], "sex": ["F"]}).inside()

    assert asked.by == ("year", "outcome")
    assert [f.level for f in asked.where] == ["sex"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measure": "casualtys"}, "'casualties'"),
        ({"purpose": "regional-report"}, "'regional-reporting'"),
        ({"by": ["country", "yaer"]}, "'year'"),
        ({"where": {"sx": ["F"]}}, "'sex'"),
        ({"where": {"sex": ["Q"]}}, "'Q'"),
        ({"where": {"country": ["KR"]}}, "'KR'"),
        ({"where": {"sex": []}}, "no code"),
        ({"where": {"sex": ["F"] * 501}}, "Z"),
        ({"by": ["year", "year_band5"]}, "date twice"),
        ({"by": ["year", "year"]}, "date twice"),
        ({"by": ["device_group"], "where": {"device_type": ["APM"]}}, "finer than"),
    ],
)
def test_a_wrong_word_is_named(changes: dict[str, object], said: str) -> None:
    if said == "Z":
        changes, said = {"where": {"year": [str(y) for y in range(1500, 2010)]}}, "at most 500"

    with pytest.raises(QuestionError) as refusal:
        question(**changes)

    assert said in refusal.value.message


def test_every_fault_is_named_not_only_the_first() -> None:
    with pytest.raises(QuestionError) as refusal:
        question(measure="x", purpose="y", by=["z"])

    assert len(refusal.value.faults) == 3


def test_a_coarser_filter_on_a_dimension_that_is_broken_down_is_fine() -> None:
    assert question(by=["year"], where={"year_band5": ["2020-2024"]}).where[0].codes == ("2020-2024",)


@pytest.mark.parametrize(
    ("where", "members"),
    [
        ({}, ("KH", "LA", "TH")),
        ({"country": ["KH", "VN"]}, ("KH",)),
        ({"province": ["TH-10", "LA-VT"]}, ("LA", "TH")),
        ({"province": ["TH-10"], "country": ["KH"]}, ()),
    ],
)
def test_only_members_that_the_question_concerns_are_asked(
    where: dict[str, list[str]], members: tuple[str, ...]
) -> None:
    asked = question(by=["outcome"], where=where)

    assert members_asked(DICTIONARY, asked, ["TH", "LA", "KH"]) == members
