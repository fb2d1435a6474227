"""A question in an address: the same link is the same question, and no typed address does harm."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.question import Question, QuestionError, ask
from gateway.web.analyst.draft import WITHIN, Draft, draft_again, draft_of, with_read_years
from gateway.web.analyst.typed_years import read_years

DICTIONARY = regional()
years = st.lists(st.integers(1990, 2030), min_size=1, max_size=6, unique=True).map(
    lambda found: {"year": [str(year) for year in found]}
)
wheres = st.one_of(
    st.just({}),
    years,
    st.just({"sex": ["F", "M"], "country": ["KH"]}),
    st.just({"year_band5": ["2020-2024"], "device_type": ["APM"]}),
)
questions = st.builds(
    lambda by, where, purpose: ask(DICTIONARY, measure="casualties", by=by, where=where, purpose=purpose),
    st.permutations(["country", "outcome", "adult_child"]),
    wheres,
    st.sampled_from(sorted(DICTIONARY.purposes)),
)


def through_an_address(draft: Draft) -> Draft:
    return draft_of(parse_qsl(draft.query(), keep_blank_values=True))


@given(questions, st.sampled_from(WITHIN))
def test_a_link_asks_the_same_question_again(question: Question, within: int) -> None:
    again = through_an_address(draft_again(question, within))

    assert again.question(DICTIONARY) == question
    assert again.within == within


@given(st.lists(st.tuples(st.sampled_from(["by", "where", "from", "to", "within", "x"]), st.text())))
def test_every_address_is_a_draft_that_survives_a_round_trip(pairs: list[tuple[str, str]]) -> None:
    draft = draft_of(pairs)

    assert through_an_address(draft) == draft
    with pytest.raises(QuestionError):
        draft.question(DICTIONARY)  # it has no measure


def test_years_are_in_fives_where_the_breakdown_is() -> None:
    draft = Draft("casualties", ("year_band5",), since="2013", until="2016", purpose="research")

    question = draft.question(DICTIONARY)

    assert [f.codes for f in question.where] == [("2010-2014", "2015-2019")]


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2020", "", "both years"),
        ("", "2020", "both years"),
        ("20x0", "2021", "“20x0” is not a year"),
        ("2020", "99999", "“99999” is not a year"),
        ("²⁰²⁰", "2021", "not a year"),
        ("15", "2021", "all four digits"),
        ("1066", "2021", "not a year between 1945 and 2100"),
        ("2020", "2031", "2031 is in the future"),
        ("2020", "2574", "2031 is in the future"),
        ("2020 2021 2022", "", "both years"),
    ],
)
def test_years_that_cannot_be(since: str, until: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        Draft("casualties", since=since, until=until, purpose="research").question(DICTIONARY, 2030)


@pytest.mark.parametrize(
    ("since", "until", "remarks"),
    [
        ("2015", "2017", []),
        (" 2015\u00a0", "\u200b2 017\t", []),
        ("2017", "2015", ["The years are read as 2015 to 2017."]),
        ("2558", "2017", ["2558 is read as a year of the Buddhist era: 2015."]),
        ("๒๕๕๘", "២០១៧", ["2558 is read as a year of the Buddhist era: 2015."]),
        ("2015–2017", "", []),
        ("", "2015 to 2017", []),
    ],
)
def test_years_are_understood_as_people_type_them(since: str, until: str, remarks: list[str]) -> None:
    draft = Draft("casualties", since=since, until=until, purpose="research")

    assert [f.codes for f in draft.question(DICTIONARY).where] == [("2015", "2016", "2017")]
    read = read_years(since, until)
    assert read is not None
    assert list(read.remarks) == remarks
    assert with_read_years(draft).query().endswith("from=2015&to=2017&purpose=research")


def test_years_twice_are_a_fault() -> None:
    draft = Draft("casualties", where=(("year", "2020"),), since="2020", until="2021", purpose="research")

    with pytest.raises(QuestionError, match="keep one"):
        draft.question(DICTIONARY)
