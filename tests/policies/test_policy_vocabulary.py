"""The words of a vocabulary: levels and their order, families, the nearest valid word."""

from dataclasses import replace

import pytest

from policies import Vocabulary
from policies.model.vocabulary import nearest


def test_levels_rank_from_the_root_to_the_finest(words: Vocabulary) -> None:
    assert [words.rank("place", lv) for lv in ("country", "province_group", "province", "district")] == [
        0,
        1,
        2,
        3,
    ]
    assert words.from_level("date", "year") == ("year", "year_band5")
    assert words.from_level("date", "all") == ()
    assert words.coarser("date", "quarter", "year") == "year"
    assert words.coarser("place", "country", "district") == "country"


def test_a_multi_valued_attribute_is_a_family_of_dimensions(words: Vocabulary) -> None:
    assert words.families == {
        "injury": ("injury.EYE", "injury.EAR"),
        "status": ("status.REH", "status.PSS"),
    }
    assert words.family_levels("status") == ("status", "met")
    assert words.family_levels("injury") == ()


@pytest.mark.parametrize("levels", [(), ("year", "year"), ("year", "all")])
def test_a_dimension_needs_distinct_levels_below_its_root(words: Vocabulary, levels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="dimension date"):
        replace(words, dimensions={"date": levels})


def test_a_pack_holds_ready_made_questions_only(words: Vocabulary) -> None:
    with pytest.raises(ValueError, match="pack odd"):
        replace(words, packs={"odd": ("no-such-question",)})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("treshold", "threshold"),
        ("Threshold", "threshold"),
        ("valid-from", "valid_from"),
        ("max dimensions", "max_dimensions"),
        ("pool", "pooled_years"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_proposed_and_no_far_one(written: str, meant: str | None) -> None:
    valid = frozenset({"threshold", "valid_from", "valid_until", "max_dimensions", "pooled_years"})

    assert nearest(written, valid) == meant
