"""The hub over real HTTP on loopback, with an analyst, an auditor and two enrolled members."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from regions import Region, over_http
from simulation import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def region(tmp_path: Path, clock: HandClock) -> Iterator[Region]:
    with over_http(tmp_path / "hub", clock) as made:
        yield made


@pytest.fixture(scope="module")
def shared_region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """For tests that leave a region as they found it."""
    with over_http(tmp_path_factory.mktemp("shared") / "hub", HandClock()) as made:
        yield made
