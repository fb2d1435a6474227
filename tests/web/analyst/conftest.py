"""The analyst's desk for all its tests: each test asks questions of its own."""

from collections.abc import Iterator

import pytest
from analyst_desk import Desk, analysts_desk, stated


@pytest.fixture(scope="package")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with analysts_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """Cambodia and Laos declare what they share, Thailand does not; no question waits from other tests."""
    for code in one_desk.members:
        one_desk.finishes(code)
        one_desk.calls(code, sharing=None if code == "TH" else stated(code))
    one_desk.release()
    return one_desk
