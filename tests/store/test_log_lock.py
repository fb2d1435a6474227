"""One server for a log."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from gateway.store.engine.log_lock import LogHeldError, hold_log, hold_log_once_free

HOLD = """
import sys, time
from gateway.store.engine.log_lock import hold_log
with hold_log(sys.argv[1], "log.example/hub"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_server_is_refused_until_the_first_is_gone(database_url: str) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, database_url], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"

    with pytest.raises(LogHeldError, match="serves the log"), hold_log(database_url, "log.example/hub"):
        pass

    first.kill()
    first.communicate()
    assert held_within(5, database_url)
    assert held_within(0, database_url)


def test_who_stands_by_takes_over(database_url: str) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, database_url], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 2:
            first.kill()
            first.communicate()
        time.sleep(0.05)
        return len(waits) > 100

    with hold_log_once_free(database_url, "log.example/hub", wait) as still_held:
        assert len(waits) >= 2
        assert still_held()
        with pytest.raises(LogHeldError), hold_log(database_url, "log.example/hub"):
            pass


def test_who_gives_up_standing_by_is_refused(database_url: str) -> None:
    with (
        hold_log(database_url, "log.example/hub"),
        pytest.raises(LogHeldError),
        hold_log_once_free(database_url, "log.example/hub", lambda _: True),
    ):
        pass


def test_a_lock_that_the_database_has_dropped_is_noticed(postgresql_url: str) -> None:
    with hold_log(postgresql_url, "log.example/hub") as still_held:
        assert still_held()
        engine = create_engine(postgresql_url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
            other.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )
        engine.dispose()
        assert not still_held()


def held_within(seconds: float, url: str) -> bool:
    """A database server may take a moment to notice that a client has died."""
    end = time.monotonic() + seconds
    while True:
        try:
            with hold_log(url, "log.example/hub"):
                return True
        except LogHeldError:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)


def test_two_logs_do_not_stand_in_each_others_way(postgresql_url: str) -> None:
    with hold_log(postgresql_url, "log.example/hub"), hold_log(postgresql_url, "log.example/kh"):
        pass
