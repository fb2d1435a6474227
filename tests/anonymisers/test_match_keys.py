"""Match keys: one for the spellings of a name, and none that a recipient could use."""

import pytest

from anonymisers.errors import IdentifierError
from anonymisers.match_keys import match_key
from anonymisers.pseudonym_domain import Domain
from anonymisers.pseudonyms import pseudonym

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sok Dara", "DARA sok"),
        ("Sok Dara", "សុខ ដារ៉ា"),
        ("Khampheng", "ຄຳແພງ"),
        ("Somchai", "สมชาย"),
        ("Nguyễn Thị Hoa", "Nguyen Thi Hoa"),
    ],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert match_key(KEY, "KH", 1, one) == match_key(KEY, "KH", 1, other)


def test_names_that_sound_different_do_not() -> None:
    assert match_key(KEY, "KH", 1, "Sok Dara") != match_key(KEY, "KH", 1, "Sok Sophal")


def test_words_do_not_run_into_each_other() -> None:
    assert match_key(KEY, "KH", 1, "Sok Dara") != match_key(KEY, "KH", 1, "Sokdara")


def test_no_recipient_has_it() -> None:
    theirs = pseudonym(KEY, Domain("KH", 1, "UNMAS", "match", "name-sound"), "sk|tr")
    assert match_key(KEY, "KH", 1, "Sok Dara") != theirs


@pytest.mark.parametrize("name", ["", "123", "Анна"])
def test_a_name_without_a_known_consonant_has_none(name: str) -> None:
    with pytest.raises(IdentifierError):
        match_key(KEY, "KH", 1, name)
