"""In production gunicorn serves: what dies is restarted, strangers stop nobody, and the end is in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from processes import children
from slow_senders import strangers

from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub

pytestmark = pytest.mark.processes

SECONDS = 60.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    create_hub(tmp_path / "hub", "region.example/log")
    command = [sys.executable, "-m", "gateway.cli", "hub", "serve", "--server", "gunicorn"]
    with (tmp_path / "output.log").open("wb") as output:
        process = subprocess.Popen(
            [*command, "--dir", str(tmp_path / "hub")], stdout=output, stderr=subprocess.STDOUT
        )
    yield process, Layout(tmp_path / "hub").address
    if process.poll() is None:
        process.kill()
    process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/log/checkpoint", timeout=20, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def until(ready: object, what: str) -> None:
    end = time.monotonic() + SECONDS
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_a_worker_that_dies_is_replaced_and_the_end_is_in_order(served) -> None:
    process, address = served
    until(address.exists, "it listens")
    url = address.read_text().strip()
    until(lambda: answers(url), "it answers")
    with strangers((httpx.URL(url).host, httpx.URL(url).port or 0), 200):
        assert httpx.get(f"{url}/healthz", timeout=1, trust_env=False).is_success

    (worker,) = children(process.pid, "hub serve")
    os.kill(worker, signal.SIGKILL)
    until(lambda: children(process.pid, "hub serve") not in ([], [worker]), "another worker")
    until(lambda: answers(url), "it answers again")

    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0
    assert not address.exists()
