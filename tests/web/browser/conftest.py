"""A browser before the one demo region of the run, with the demo's people signed in.

`SAFELANE_REGION` may name the directory of a demo that runs already: then none is started for these tests.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Browsing, browsing_at
from chromium import CHROMIUM


@pytest.fixture(scope="session")
def browsing(request: pytest.FixtureRequest) -> Iterator[Browsing]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium here")
    running = os.environ.get("SAFELANE_REGION")
    directory = Path(running) if running else request.getfixturevalue("demo").directory
    with browsing_at(directory) as opened:
        yield opened


@pytest.fixture
def look(browsing: Browsing) -> Iterator[Browsing]:
    """The browser for one test: fails where a page reports an error, or loads anything from elsewhere."""
    yield browsing
    browsing.close()
