"""A hub with its pages, over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from entrances import House, hub_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with hub_house(tmp_path) as made:
        yield made
