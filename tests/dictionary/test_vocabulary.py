"""What of the dictionary a policy may say."""

import pytest

from gateway.dictionary import DictionaryError, regional
from gateway.dictionary.vocabulary import vocabulary


def test_a_policy_may_use_the_levels_that_its_member_has():
    words = vocabulary(regional(), recipients=["ARMAC"], member="KH")
    assert words.dimensions["place"] == ("province", "province_group")
    assert words.root("place") == "country"
    viet_nam = vocabulary(regional(), recipients=["ARMAC"], member="VN")
    assert viet_nam.dimensions["place"] == ("province", "province34", "province_group")


def test_what_must_not_be_learnt_of_a_person_is_marked():
    words = vocabulary(regional(), recipients=["ARMAC"])
    assert {"outcome", "device", "civ_status", "injury.EYE"} <= words.sensitive
    assert not {"place", "date", "sex", "age"} & words.sensitive


def test_only_consents_that_permit_sharing_are_offered():
    assert vocabulary(regional(), recipients=["ARMAC"]).consents == {"AGG", "REC"}


def test_names_and_numbers_can_be_refused_by_name():
    words = vocabulary(regional(), recipients=["ARMAC"])
    assert {"national_id", "name_local", "narrative", "birth_date"} <= words.never_shared
    assert not words.never_shared & set(words.dimensions)


def test_an_unknown_member_is_refused():
    with pytest.raises(DictionaryError, match="'KH'"):
        vocabulary(regional(), recipients=["ARMAC"], member="KHM")


def test_every_ready_made_question_uses_known_words_of_different_dimensions():
    dictionary = regional()
    former = dictionary.former_ready_made.values()
    for table in [*former, *(t for question in dictionary.ready_made.values() for t in question.tables)]:
        assert dictionary.measure(table.measure)
        dimensions = [dictionary.level(level).dimension for level in table.levels]
        assert len(set(dimensions)) == len(dimensions)


def test_the_region_asks_twelve_questions_every_year():
    dictionary = regional()
    twelve = [dictionary.ready_made[name] for name in dictionary.packs["canonical-questions"]]
    assert len({question.name for question in twelve}) == 12
    assert all(question.tables for question in twelve)


def test_a_question_of_several_tables_names_each():
    injuries = regional().ready_made["injury-by-outcome"].tables
    assert [table.by for table in injuries][:2] == [
        ("country", "injury.AMP_L", "outcome"),
        ("country", "injury.AMP_U", "outcome"),
    ]
    named = [table.name for question in regional().ready_made.values() for table in question.tables]
    assert "injury-by-outcome.EYE" in named
    assert len(set(named)) == len(named)


def test_the_tables_of_a_pack_are_listed_once():
    dictionary = regional()
    tables = dictionary.ready_tables("article-7")
    assert [table.name for table in tables][:1] == ["outcome-by-year"]
    assert len({(table.measure, frozenset(table.by)) for table in tables}) == len(tables) == 4 + 6
    assert [table.by for table in dictionary.ready_tables("services-by-sex")][:1] == [
        ("country", "status.DATA", "sex")
    ]
    with pytest.raises(DictionaryError, match="'outcome-by-year'"):
        dictionary.ready_tables("outcome-by-years")


def test_names_of_before_are_known_to_policies_and_offered_to_nobody():
    dictionary = regional()
    assert dictionary.former_ready_made.keys() <= vocabulary(dictionary, recipients=["ARMAC"]).ready_made
    assert not dictionary.former_ready_made.keys() & dictionary.ready_made.keys()
    assert [table.by for table in dictionary.ready_tables("status-by-year")] == [("year", "civ_status")]
