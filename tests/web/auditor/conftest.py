"""A hub and a node with their auditors' pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from entrances import Browser, House, house_of

from gateway.accounts.model import Role, Side


@pytest.fixture(params=list(Side))
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with house_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def auditor(house: House) -> Browser:
    return house.signed_in(house.person("auditor@walk.example", Role.AUDITOR, organisation="Court"))
