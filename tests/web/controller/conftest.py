"""The controller's desk on a node of a real region."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_house import DeskHouse, desk_house
from forked_processes import forked


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskHouse]:
    with forked(), desk_house(tmp_path) as made:
        yield made
