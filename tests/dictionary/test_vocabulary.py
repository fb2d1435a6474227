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
    assert len(dictionary.ready_made) == 12
    for question in dictionary.ready_made.values():
        assert dictionary.measure(question.measure)
        dimensions = [dictionary.level(level).dimension for level in question.by]
        assert len(set(dimensions)) == len(dimensions)
