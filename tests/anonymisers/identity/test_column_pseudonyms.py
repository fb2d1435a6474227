"""Pseudonyms of whole columns: BLAKE2b as another library has it, apart from every other domain."""

import numpy as np
import pytest
from Crypto.Hash import BLAKE2b
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.errors import IdentifierError, KeyStoreError
from anonymisers.identity.column_pseudonyms import LABEL, column_pseudonyms
from anonymisers.identity.normalisation import canonical_identifier
from anonymisers.identity.pseudonym_digits import digests_of
from anonymisers.identity.pseudonym_domain import Domain, domain_key
from anonymisers.identity.pseudonyms import packed_pseudonyms
from anonymisers.identity.text_column import TextColumn

KEY = b"k" * 32
DOMAIN = Domain("KH", 1, "internal", "internal", "case_id")
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=20)


@settings(max_examples=12)
@given(values=TEXTS)
def test_each_value_has_the_keyed_digest_of_its_canonical_spelling(values) -> None:
    values = [value for value in values if canonical_identifier(value)]
    made = column_pseudonyms(KEY, DOMAIN, TextColumn.of(values))
    key = domain_key(KEY, DOMAIN, label=LABEL)

    for value, digest in zip(values, made.digests.tolist(), strict=True):
        other = BLAKE2b.new(digest_bits=128, key=key, data=canonical_identifier(value).encode())
        assert digest.ljust(16, b"\0") == other.digest()
    if values:
        assert digests_of(made.texts()) == (b"p2.1.", made.digests.tobytes())


@settings(max_examples=20)
@given(values=TEXTS)
def test_a_column_gives_its_texts_back(values) -> None:
    column = TextColumn.of(values)
    mask = np.array([len(value) % 2 == 0 for value in values], dtype=np.bool_)

    assert column.values() == values
    assert column.some(np.flatnonzero(mask)) == [value for value in values if len(value) % 2 == 0]
    assert column.only(mask).values() == ["" if len(value) % 2 else value for value in values]
    assert column.filled().values() == [value for value in values if value]


def test_no_domain_and_no_function_shares_a_pseudonym_with_another() -> None:
    others = [
        Domain("LA", 1, "internal", "internal", "case_id"),
        Domain("KH", 1, "internal", "internal", "nid"),
    ]
    made = [column_pseudonyms(KEY, domain, TextColumn.of(["c1"])).digests[0] for domain in (DOMAIN, *others)]

    assert len({*made, packed_pseudonyms(KEY, DOMAIN, ["c1"]).digests[0]}) == 4


def test_what_identifies_nobody_and_other_keys_are_refused() -> None:
    with pytest.raises(IdentifierError, match="value 1 of kind case_id"):
        column_pseudonyms(KEY, DOMAIN, TextColumn.of(["c1", "--"]))
    with pytest.raises(IdentifierError, match="surrogate") as caught:
        TextColumn.of(["secret\ud800"])
    assert caught.value.__cause__ is None
    with pytest.raises(KeyStoreError):
        column_pseudonyms(KEY[1:], DOMAIN, TextColumn.of(["c1"]))
