"""A process that is asked to stop ends, whatever it does at that moment."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gateway.bootstrap.serving.shutdown import Stop

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "bootstrap" / "programs" / "stopped_at_random.py"


def test_a_signal_at_any_moment_ends_the_process() -> None:
    """Most are signalled while their main thread holds the lock that the stop needs."""
    run = subprocess.run(
        [sys.executable, str(PROGRAM), "60"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # this code, wherever another one is installed
    )

    assert (run.stdout, run.stderr) == ("60 of 60 ended, their hooks before them\n", "")


WAITING = """
import signal, threading
from gateway.bootstrap.serving.shutdown import Stop
from gateway.cli.common.serving import stop_on_signals

stop = Stop()
stop_on_signals(stop)
give = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
threading.Timer(0.2, give).start()
stop.wait()
"""
"""The system may give a signal to any thread of a process."""


def test_a_signal_that_another_thread_gets_ends_the_process_as_well() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WAITING], timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )

    assert run.returncode == 0


def test_every_hook_has_run_when_the_request_returns() -> None:
    stop, began, ran = Stop(), threading.Event(), list[str]()

    def slow() -> None:
        began.set()
        time.sleep(0.05)
        stop()  # a hook that asks once more waits for nobody
        ran.append("slow")

    stop.on_stop(slow)
    stop.on_stop(lambda: ran.append("next"))
    first = threading.Thread(target=stop)
    first.start()
    began.wait()
    assert stop.asked
    stop()

    assert sorted(ran) == ["next", "slow"]
    stop.on_stop(lambda: ran.append("late"))
    assert ran[-1] == "late"
    first.join()


def test_a_hook_that_fails_keeps_no_other_from_running() -> None:
    stop, ran = Stop(), list[int]()
    stop.on_stop(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    stop.on_stop(lambda: ran.append(1))

    with pytest.raises(ZeroDivisionError):
        stop()

    assert ran == [1]
    assert stop.asked
