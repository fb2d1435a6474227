"""One server for a log."""

import subprocess
import sys
import time

import pytest

from gateway.store.log_lock import LogHeldError, hold_log

HOLD = """
import sys, time
from gateway.store.log_lock import hold_log
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
