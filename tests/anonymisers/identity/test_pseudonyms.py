"""Pseudonyms: the published vectors, the laws, and what is refused."""

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import IdentifierError, KeyStoreError
from anonymisers.identity.pseudonym_digits import ALPHABET, digests_of, pseudonym_texts
from anonymisers.identity.pseudonym_domain import Domain, domain_key, length_prefixed
from anonymisers.identity.pseudonyms import (
    canonical_value,
    parse,
    pseudonym,
    pseudonym_array,
    pseudonyms,
    verify,
)

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "pseudonyms.json").read_text("utf-8"))
KEY = bytes(range(32))
DOMAIN = Domain("KH", 3, "UNMAS", "assistance", "nid")


@pytest.mark.parametrize("vector", VECTORS, ids=[v["psn"] for v in VECTORS])
def test_published_vectors(vector: dict[str, object]) -> None:
    *parts, value = vector["args"]  # type: ignore[misc]
    domain = Domain(*parts)
    assert canonical_value(domain.kind, value) == vector["canon"]
    assert pseudonym(bytes.fromhex(str(vector["k_epoch"])), domain, value) == vector["psn"]


@given(st.lists(st.from_regex(r"[0-9a-z]{1,20}", fullmatch=True), min_size=1, max_size=30))
def test_a_column_agrees_with_the_definition_written_out(values: list[str]) -> None:
    key = domain_key(KEY, DOMAIN)
    for value, made in zip(values, pseudonyms(KEY, DOMAIN, values), strict=True):
        number = int.from_bytes(hmac.new(key, length_prefixed(value), hashlib.sha256).digest()[:16], "big")
        digits = "".join(ALPHABET[number >> (5 * i) & 31] for i in reversed(range(26)))
        check = ALPHABET[sum((i + 1) * ALPHABET.index(c) for i, c in enumerate(digits)) % 31]
        assert made == f"p1.3.{digits}{check}"


@pytest.mark.parametrize(
    "other",
    [
        replace(DOMAIN, member="TH"),
        replace(DOMAIN, epoch=4),
        replace(DOMAIN, recipient="AHA"),
        replace(DOMAIN, purpose="research"),
        replace(DOMAIN, kind="case_id"),
    ],
    ids=["member", "epoch", "recipient", "purpose", "kind"],
)
def test_nobody_can_join_across_a_part_of_the_domain(other: Domain) -> None:
    numbers = [f"{i:09d}" for i in range(200)]
    here = {p.rsplit(".", 1)[1] for p in pseudonyms(KEY, DOMAIN, numbers)}
    there = {p.rsplit(".", 1)[1] for p in pseudonyms(KEY, other, numbers)}
    assert len(here) == len(there) == 200
    assert not here & there


def test_parts_cannot_slide_into_each_other() -> None:
    assert length_prefixed("ab", "c") != length_prefixed("a", "bc") != length_prefixed("abc")


def test_a_number_in_khmer_digits_is_the_same_person() -> None:
    assert pseudonym(KEY, DOMAIN, "០១២ ៣៤៥-៦៧៨") == pseudonym(KEY, DOMAIN, "012345678")


def test_names_are_spelt_as_names() -> None:
    names = replace(DOMAIN, kind="name")
    assert pseudonym(KEY, names, "Keo  SOTHEA") == pseudonym(KEY, names, "keo sothea")
    assert pseudonym(KEY, names, "keosothea") != pseudonym(KEY, names, "keo sothea")


@given(st.integers(0, 25), st.sampled_from(ALPHABET[:31]))
def test_one_mistyped_digit_is_found(position: int, digit: str) -> None:
    text = pseudonym(KEY, DOMAIN, "012345678")
    start = len("p1.3.")
    typed = text[: start + position] + digit + text[start + position + 1 :]
    if typed == text:
        assert str(parse(typed)) == text
    elif (ALPHABET.index(digit) - ALPHABET.index(text[start + position])) % 31:
        with pytest.raises(IdentifierError):
            parse(typed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p1.3.33CKX1RJ96AQR3G9D8H7CS80G8",
        "p1.3.33CKX1RJ96AQR3G9D8H7CS80G8R\n",
        "p1.03.33CKX1RJ96AQR3G9D8H7CS80G8R",
        "p1.٣.33CKX1RJ96AQR3G9D8H7CS80G8R",
        "p1.3.33ckx1rj96aqr3g9d8h7cs80g8r",
        "p2.3.33CKX1RJ96AQR3G9D8H7CS80G8R",
        "p1.3.83CKX1RJ96AQR3G9D8H7CS80G8R",
        "p1.3.33CKX1RJ96AQR3G9D8H7CS80G8S",
    ],
)
def test_what_is_not_a_pseudonym_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        parse(text)


def test_what_is_parsed_serialises_back() -> None:
    text = pseudonym(KEY, DOMAIN, "1")
    assert str(parse(text)) == text


def test_verify_raises_for_another_person_and_is_silent_for_the_right_one() -> None:
    text = pseudonym(KEY, DOMAIN, "012345678")
    verify(KEY, DOMAIN, "012-345-678", text)
    with pytest.raises(IdentifierError):
        verify(KEY, DOMAIN, "012345679", text)
    with pytest.raises(IdentifierError):
        verify(KEY, replace(DOMAIN, recipient="AHA"), "012345678", text)


@pytest.mark.parametrize("value", ["", " ", "-- ()", "\u200b"])
def test_an_empty_identifier_is_refused_by_its_position(value: str) -> None:
    with pytest.raises(IdentifierError, match="value 1 of kind nid"):
        pseudonyms(KEY, DOMAIN, ["1", value, "2"])


def test_half_a_surrogate_is_refused_without_quoting_it() -> None:
    with pytest.raises(IdentifierError) as refusal:
        pseudonym(KEY, DOMAIN, "7\ud800")
    assert "7" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_the_wrong_length_is_refused(length: int) -> None:
    with pytest.raises(KeyStoreError):
        pseudonym(bytes(length), DOMAIN, "1")


@pytest.mark.parametrize("part", ["member", "recipient", "purpose", "kind"])
def test_an_empty_part_of_the_domain_is_refused(part: str) -> None:
    with pytest.raises(IdentifierError, match=part):
        replace(DOMAIN, **{part: ""})


def test_a_column_as_an_array_holds_the_same_pseudonyms() -> None:
    values = [f"C-{n % 9000}" for n in range(9001)]  # more than are made at once

    made = pseudonym_array(KEY, DOMAIN, values)

    assert made.tolist() == [text.encode() for text in pseudonyms(KEY, DOMAIN, values)]
    with pytest.raises(IdentifierError, match="value 1 of kind"):
        pseudonym_array(KEY, DOMAIN, ["C1", "--"])


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=30), st.integers(0, 10**9 - 1))
def test_the_digits_of_a_column_are_read_back(digests: list[bytes], epoch: int) -> None:
    prefix = f"p1.{epoch}.".encode()
    texts = pseudonym_texts(prefix, b"".join(digests))

    assert digests_of(texts) == (prefix, b"".join(digests))
    assert all(str(parse(text.decode())) == text.decode() for text in texts.tolist())


@pytest.mark.parametrize("place", [0, 2, 3, 5, 6, -1])
def test_a_column_with_one_text_that_is_no_pseudonym_has_no_digests(place: int) -> None:
    texts = pseudonym_array(KEY, DOMAIN, ["1", "2", "3"])
    spoilt = bytearray(texts[1])
    spoilt[place] = ord("U")  # no digit of this alphabet
    texts[1] = bytes(spoilt)

    assert digests_of(texts) is None
    assert digests_of(texts[:0]) is None
