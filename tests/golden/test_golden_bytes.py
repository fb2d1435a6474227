"""For fixed keys and inputs the same bytes as ever: golden texts beside this test, one file a subject.

Where bytes change on purpose, `python tests/golden/write.py` writes the texts anew; a test never does.
"""

import pytest
from golden_text import FILES, file_of, written
from subjects import SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_bytes_are_what_they_were(subject: str) -> None:
    golden = file_of(subject).read_text("utf-8")

    assert written(SUBJECTS[subject]()).split("\n") == golden.split("\n"), subject


def test_every_golden_text_has_a_subject() -> None:
    assert {file.name for file in FILES.iterdir()} == {file_of(subject).name for subject in SUBJECTS}
