"""One person, one spelling: what may differ between two registers without making two people."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.identity.normalisation import (
    canonical_identifier,
    canonical_identifiers,
    canonical_name,
    canonical_names,
    characters,
)

SCRIPTS = {"Khmer": 0x17E0, "Lao": 0x0ED0, "Thai": 0x0E50, "Burmese": 0x1040, "full-width": 0xFF10}
SEPARATORS = [" ", "-", "\u2011", "\u2013", "\u2014", "/", ".", "(", ")", "[", "]", "\u00a0", "\u2212"]
INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e"]

identifiers = st.text(st.sampled_from("0123456789ABCXYZabcxyz"), min_size=1, max_size=15)


@pytest.mark.parametrize("zero", SCRIPTS.values(), ids=SCRIPTS)
@given(number=st.from_regex(r"[0-9]{1,13}", fullmatch=True))
def test_digits_of_every_script_are_the_same_number(zero: int, number: str) -> None:
    local = "".join(chr(zero + int(digit)) for digit in number)
    assert canonical_identifier(local) == number


@given(
    identifiers, st.lists(st.tuples(st.integers(0, 15), st.sampled_from(SEPARATORS + INVISIBLE)), max_size=8)
)
def test_separators_and_invisible_characters_do_not_count(value: str, extra: list[tuple[int, str]]) -> None:
    written = list(value)
    for position, character in extra:
        written.insert(position, character)
    assert canonical_identifier("".join(written)) == canonical_identifier(value)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("N. ០៧០៦០២៧៥៣", "n070602753"),
        ("037778017 (01)", "03777801701"),
        ("3-1009-01234-56-1", "3100901234561"),
        ("ＣＭＶＩＳ－２０１０", "cmvis2010"),
        ("၁၂/မကန(နိုင်)၁၂၃၄၅၆", "12မကနနိုင်123456"),
        ("Straße", "strasse"),
        ("a,b", "a,b"),
        ("", ""),
        (" \u200b- ", ""),
    ],
)
def test_identifiers(written: str, canonical: str) -> None:
    assert canonical_identifier(written) == canonical


@pytest.mark.parametrize("typed", ["၀၉၄၂", "ဝ၉၄၂", "\u101d\u200b၉၄၂"])
def test_burmese_wa_typed_for_zero(typed: str) -> None:
    assert canonical_identifier(typed) == "0942"


def test_burmese_wa_counts_as_zero_only_beside_a_digit() -> None:
    assert canonical_identifier("1\u101d\u101d2\u101d\u101d") == "100200"
    assert canonical_identifier("\u101d\u1019\u1014") == "\u101d\u1019\u1014"
    assert canonical_identifier("\u101d\u10195") == "\u101d\u10195"


def test_burmese_nya_typed_for_the_vowel_u() -> None:
    assert canonical_identifier("\u1009\u1000\u1019") == canonical_identifier("\u1025\u1000\u1019")
    assert canonical_name("\u1009\u102e\u1038") == canonical_name("\u1026\u1038")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("  Keo   SOTHEA ", "keo sothea"),
        ("Nguyễn Thị Hoa", "nguyễn thị hoa"),
        ("Nguye\u0302\u0303n", "nguy\u1ec5n"),
        ("កែវ\u200b ធីតា", "កែវ ធីតា"),
        ("Jun-jun O'Neil 3", "junjun oneil"),
        ("ลัดดา\u00a0ใจดี", "ลัดดา ใจดี"),
    ],
)
def test_names_keep_letters_marks_and_single_spaces(written: str, canonical: str) -> None:
    assert canonical_name(written) == canonical


@given(st.lists(st.text(max_size=12), max_size=20))
def test_a_column_is_spelt_like_its_values(values: list[str]) -> None:
    assert canonical_identifiers(values) == [canonical_identifier(value) for value in values]
    assert canonical_names(values) == [canonical_name(value) for value in values]


@given(
    st.lists(st.sampled_from(["a\nb", "1\u2028", "\u101d", "5", "", "e", "\u0301", "\u200b"]), max_size=12)
)
def test_neighbours_in_a_column_never_touch(values: list[str]) -> None:
    assert canonical_identifiers(values) == [canonical_identifier(value) for value in values]
    assert canonical_names(values) == [canonical_name(value) for value in values]


def test_no_character_that_matters_stands_where_the_walk_over_unicode_does_not_go() -> None:
    assert characters() == characters([range(sys.maxunicode + 1)])
