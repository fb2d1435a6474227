"""Passphrases: long ones are welcome, those that are tried first are not, and none is kept as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from gateway.accounts import passphrases
from gateway.accounts.errors import PassphraseError

pytestmark = pytest.mark.usefixtures("hashed_anew")

KNOWN = ("ana.sok@armac.example", "ARMAC", "Safelane test")


WELCOME = [
    "correct horse battery staple",
    "ទឹកភ្នំ ផ្លូវ ដើមឈើ ស្ពាន",
    "žluťoučký kůň úpěl",
    "7 grey herons over Tonle Sap",
    "x9K#mQ2$vL7!pR4zT",
]
TRIED_FIRST = [
    "",
    "short",
    "fourteen chars",
    "x" * 201,
    "a" * 20,
    "abababababababab",
    "1234567890123456789",
    "abcdefghijklmnopqrst",
    "passwordpassword",
    "Password123456789",
    "p4ssw0rdp4ssw0rd!",
    "qwertyuiopasdfgh",
    "Welcome2Safelane!",
    "letmein-letmein-1",
    "ana.sok ana.sok ana",
    "armacarmacarmac1",
    "Summer2026Summer2026",
    "administrator-2026",
]


@pytest.mark.parametrize("passphrase", WELCOME)
def test_long_and_odd_is_enough(passphrase: str) -> None:
    passphrases.check(passphrase, KNOWN)


@pytest.mark.parametrize("passphrase", TRIED_FIRST)
def test_what_is_tried_first_is_refused(passphrase: str) -> None:
    with pytest.raises(PassphraseError) as refused:
        passphrases.check(passphrase, KNOWN)

    assert refused.value.remedy
    assert passphrase not in refused.value.message or not passphrase


@pytest.mark.parametrize(
    "passphrase", ["1qaz2wsx3edc4rfv", "1QAZ 2wsx 3edc 4rfv", "qweasdzxcqweasdzxc", "trustno1 trustno1"]
)
def test_what_breaches_hold_is_refused(passphrase: str) -> None:
    """However it is spaced, capitalised or doubled; nobody outside is asked."""
    with pytest.raises(PassphraseError, match="most commonly guessed"):
        passphrases.check(passphrase)


def test_every_breached_one_that_is_long_enough_is_refused() -> None:
    long = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= passphrases.LEAST]
    assert len(long) > 20

    for word in long:
        with pytest.raises(PassphraseError):
            passphrases.check(word)


def test_only_the_right_one_fits_and_it_is_kept_with_its_own_salt() -> None:
    first, second = passphrases.hashed("correct horse battery"), passphrases.hashed("correct horse battery")

    assert first != second
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passphrases.fits(first, "correct horse battery")
    assert not passphrases.fits(first, "correct horse batterY")


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$broken"])
def test_nothing_fits_where_nothing_is_kept(kept: str | None) -> None:
    assert not passphrases.fits(kept, "nobody has this passphrase")


@given(
    st.lists(st.sampled_from(["heron", "bridge", "copper", "violin"]), min_size=3, max_size=5, unique=True)
)
def test_words_that_do_not_belong_together_are_enough(words: list[str]) -> None:
    passphrase = " ".join(words)

    if len(passphrase) >= passphrases.LEAST:
        passphrases.check(passphrase, KNOWN)


@given(st.text(alphabet="ab1", max_size=200))
def test_few_different_signs_are_never_enough(passphrase: str) -> None:
    with pytest.raises(PassphraseError):
        passphrases.check(passphrase, KNOWN)


def test_nothing_is_cut_off() -> None:
    long = "x" * 150 + "correct horse battery staple"
    kept = passphrases.hashed(long)

    assert passphrases.fits(kept, long)
    assert not passphrases.fits(kept, long + "x" * 200)
    assert not passphrases.fits(kept, long[:-1])
