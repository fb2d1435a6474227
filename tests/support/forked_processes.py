"""`safelane` commands that run on, as processes, less their imports: one process has imported them and forks.

`popen` stands in for `subprocess.Popen` where a test needs processes that are killed, stopped and waited for,
and not how they begin: two seconds of the processor for each. What a user types is started in full by the
tests of the demo, of a region that is founded, of gunicorn and of what a desk's child says when it fails.
"""

import atexit
import faulthandler
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any
from unittest.mock import patch

import forking

from gateway.bootstrap.desk import worker_processes
from gateway.cli import __file__ as CLI  # noqa: N812 - where the command is, not what
from gateway.demo import processes

MODULES = (
    "gateway.cli.member.member_group",
    "gateway.cli.member.member_serving",
    "gateway.cli.member.prepare",
    "gateway.cli.member.worker",
    "gateway.cli.region.hub_group",
    "gateway.cli.region.hub_serving",
    "gateway.web.analyst.analyst_routes",
    "gateway.web.controller.controller_routes",
    "httpcore",
    "jinja2.ext",
)
"""Commands that tests start often, and what they import only once they need it."""
LARGEST = 200_000
"""Bytes of an order: a command and its environment."""
MOMENT = 0.02


class Fork:
    """A process like one of `subprocess.Popen`, which the process that forks has as its child."""

    def __init__(
        self, server: "_Server", args: Sequence[str], pid: int, pipes: Mapping[str, IO[bytes]]
    ) -> None:
        self._server = server
        self.args, self.pid = args, pid
        self.returncode: int | None = None
        self.stdin, self.stdout = pipes.get("stdin"), pipes.get("stdout")

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._server.asks({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                self.send_signal(signal.SIGUSR1)  # the test's own output says where its threads stand
                time.sleep(1)
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            time.sleep(MOMENT)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # until this is asked its number belongs to nobody else
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Server:
    """The process that forks, as seen from the tests."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno()), *MODULES], pass_fds=[theirs.fileno()]
            )
        atexit.register(self._end)

    def asks(self, order: Mapping[str, Any], streams: Sequence[int] = ()) -> Any:
        with self._turn:
            socket.send_fds(self._socket, [json.dumps(order).encode()], streams)
            return json.loads(self._socket.recv(LARGEST))

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()


@lru_cache(maxsize=1)
def _server() -> _Server:
    return _Server()


def popen(
    args: Sequence[str],
    *,
    stdin: int | None = None,
    stdout: Any = None,
    stderr: Any = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    start_new_session: bool = False,
) -> Fork:
    """Start `python -m gateway.cli ...` as `subprocess.Popen` does; only with what is used of it."""
    assert list(args[:3]) == [sys.executable, "-m", "gateway.cli"], args
    pipes: dict[str, IO[bytes]] = {}
    theirs: list[int] = []
    inherited = {"stdin": 0, "stdout": 1, "stderr": 2}
    for name, wanted in {"stdin": stdin, "stdout": stdout, "stderr": stderr}.items():
        if wanted == subprocess.PIPE:
            ends = os.pipe()
            ours = ends[1] if name == "stdin" else ends[0]
            pipes[name] = os.fdopen(ours, "wb" if name == "stdin" else "rb")
            theirs.append(ends[0] if name == "stdin" else ends[1])
        else:
            theirs.append(os.dup(inherited[name] if wanted is None else wanted.fileno()))
    order = {
        "words": list(args[3:]),
        "folder": str(cwd or Path.cwd()),
        "environment": dict(os.environ if env is None else env),
        "apart": start_new_session,
    }
    try:
        return Fork(_server(), args, _server().asks(order, theirs), pipes)
    finally:
        for stream in theirs:
            os.close(stream)


FORKING = SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)
"""In place of the module `subprocess`."""


@contextmanager
def forked() -> Iterator[None]:
    """Within the context, a demo's processes and the workers of a controller's desk are forked."""
    with (
        patch.object(processes, "subprocess", FORKING),
        patch.object(worker_processes, "subprocess", FORKING),
    ):
        yield


def _serve(orders: socket.socket) -> None:
    ended: dict[int, int] = {}  # two threads may wait for one process
    errors = os.dup(sys.stderr.fileno())
    while True:
        message, streams, _, _ = socket.recv_fds(orders, LARGEST, 3)
        if not message:
            return
        order = json.loads(message)
        if "ended" in order:
            orders.send(json.dumps(_code_of(order["ended"], ended)).encode())
            continue
        child = os.fork()
        if child == 0:
            orders.close()
            faulthandler.register(signal.SIGUSR1, errors)
            _become(order, streams)
            return
        for stream in streams:
            os.close(stream)
        orders.send(json.dumps(child).encode())


def _code_of(pid: int, ended: dict[int, int]) -> int | None:
    if pid not in ended:
        found, status = os.waitpid(pid, os.WNOHANG)
        if not found:
            return None
        ended[pid] = os.waitstatus_to_exitcode(status)
    return ended[pid]


def _become(order: Mapping[str, Any], streams: Sequence[int]) -> None:
    if order["apart"]:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    command = str(Path(CLI).with_name("__main__.py"))
    forking.be([command, *order["words"]], order["folder"], order["environment"])


if __name__ == "__main__":
    forking.import_all(sys.argv[2:])
    _serve(socket.socket(fileno=int(sys.argv[1])))
