"""Two hub processes on one PostgreSQL behave as one: when the first dies, the second serves in seconds."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from forked_processes import Fork, popen

from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub

PATIENCE = 120.0
"""Seconds for a start on a busy machine; what is promised is the time of the second one, below."""
SECONDS = 15.0


@pytest.fixture
def hubs(tmp_path: Path, postgresql_url: str) -> tuple[Path, Path]:
    """Two directories with the same keys and the same database, as on two machines."""
    create_hub(tmp_path / "first", "region.example/log", database=postgresql_url)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    return tmp_path / "first", tmp_path / "second"


@pytest.fixture
def processes() -> Iterator[list[Fork]]:
    started: list[Fork] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def serve(directory: Path) -> Fork:
    command = [sys.executable, "-m", "gateway.cli", "hub", "serve", "--stand-by", "--dir", str(directory)]
    with (directory / "output.log").open("wb") as output:
        return popen(command, stdout=output, stderr=output)


def address_of(directory: Path, process: Fork) -> str:
    end = time.monotonic() + PATIENCE
    while not Layout(directory).address.exists():
        assert process.poll() is None, (directory / "output.log").read_text()
        assert time.monotonic() < end, (directory / "output.log").read_text()
        time.sleep(0.05)
    return Layout(directory).address.read_text().strip()


def checkpoint(url: str) -> str:
    return httpx.get(f"{url}/log/checkpoint", timeout=5, trust_env=False).raise_for_status().text


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_second_takes_over(hubs: tuple[Path, Path], processes: list, how: signal.Signals) -> None:
    first, second = hubs
    processes.append(serve(first))
    seen = checkpoint(address_of(first, processes[0]))
    processes.append(serve(second))
    time.sleep(1.5)
    assert not Layout(second).address.exists()  # it stands by, and takes nothing in

    os.kill(processes[0].pid, how)
    died = time.monotonic()
    url = address_of(second, processes[1])

    assert time.monotonic() - died < SECONDS
    assert checkpoint(url).partition("\n\n")[0] == seen.partition("\n\n")[0]
