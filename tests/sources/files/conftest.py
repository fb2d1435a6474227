"""One MariaDB for all tests of sources that read it."""

from collections.abc import Iterator

import pytest
from mariadb import INSTALLED, mariadb_server


@pytest.fixture(scope="session")
def mariadb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server, for its administrator, without a database."""
    if not INSTALLED:
        pytest.skip("mariadb-server-core is not installed")
    with mariadb_server(tmp_path_factory.mktemp("mariadb")) as url:
        yield url
