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
