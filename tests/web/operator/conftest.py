"""The operator's desk of a hub with three members."""

from collections.abc import Iterator

import pytest
from analyst_desk import Desk, analysts_desk


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with analysts_desk(tmp_path_factory.mktemp("service")) as made:
        yield made
