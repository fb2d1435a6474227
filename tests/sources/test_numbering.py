"""Numbers for equal values, found the faster way, are those of numpy."""

from unittest import mock

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.member.model import column

OFTEN = [b"p1.1.0A", b"p1.1.0B", b"p1.1.0A12345678901", b""]
TEXTS = st.lists(st.binary(max_size=20) | st.sampled_from(OFTEN))


@settings(max_examples=60)
@given(texts=TEXTS)
@example(texts=[b"p1.1.000000000A", b"p1.1.000000000B", b"p1.1.000000000A"])  # alike in the first eight bytes
def test_texts_get_the_same_numbers_however_many_they_are(texts) -> None:
    values = np.array(texts, dtype="S20")

    with mock.patch.object(column, "MANY", 1):
        numbers = column.numbered(values)

    assert numbers.tolist() == np.unique(values, return_inverse=True)[1].tolist()
