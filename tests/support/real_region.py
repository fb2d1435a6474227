"""A region of real processes on real sockets: made in this process, then served by `safelane` commands.

What can go wrong with processes, connections, clocks and disks is done to them from outside. They are started
as by users, or, by `popen` of `forked_processes`, forked from a process that has imported what they need.
"""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from federation import federation
from federation import snapshot as usual_people

from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import add_user
from gateway.config import HubConfig, read_config, write_config
from gateway.hub.model import Role
from gateway.member.model.snapshot import Snapshot
from gateway.wire.release import Release, release_from_json

PURPOSE = "regional-reporting"
NEVER = datetime.max.replace(tzinfo=UTC)
WRONG_CLOCK = """
import sys
from datetime import UTC, datetime, timedelta
from gateway.bootstrap.setup import clock
type(clock.SYSTEM).now = lambda self: datetime.now(UTC) + timedelta(hours={hours})
from gateway.cli import main
main(sys.argv[1:])
"""
AN_OLDER_NODE = """
import sys
from gateway.http import link
from gateway.wire.versions import NOTHING_MORE
new = link.fields_for
link.FEATURES = ()
link.BOUNDS = 'none'
link.fields_for = lambda _, poll: new(NOTHING_MORE, poll)
link.HttpLink.takes_batches = lambda _: False
from gateway.cli import main
main(sys.argv[1:])
"""
"""One that knows nothing that came later: it greets without features, and says and expects the least."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Wire:
    """A way between a node and the hub that can be cut: after so many bytes, or altogether."""

    target: tuple[str, int] | str
    port: int = field(default_factory=free_port)
    down: bool = False
    cut_after: int | None = None
    _open: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection that is open ends now."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def close(self) -> None:
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            if self.down:
                near.close()
                continue
            try:
                far = self._connect()
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self.target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target)
            return far
        return socket.create_connection(self.target)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if self.cut_after is not None:
                    part, self.cut_after = data[: self.cut_after], max(0, self.cut_after - len(data))
                    sink.sendall(part)
                    if self.cut_after == 0:
                        self.cut_after = None
                        break
                else:
                    sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@dataclass
class RealRegion:
    """Directories of a hub and its members, and the processes that serve them."""

    directory: Path
    codes: tuple[str, ...]
    token: str
    key: str
    port: int
    hub_log: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    started: dict[str, datetime] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    popen: Callable[..., "subprocess.Popen[bytes]"] = subprocess.Popen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_hub(self) -> None:
        self._start("hub", ["hub", "serve", "--dir", str(self.directory / "hub")])

    def start(
        self, code: str, *, program: str = "", directory: Path | None = None, name: str = "", url: str = ""
    ) -> None:
        """Start a node, or another `program` with a node's arguments."""
        place = directory or self.directory / code
        command = ["member", "serve", "--dir", str(place), "--hub", url or self.urls.get(code, self.url)]
        self._start(name or code, command, program)

    def start_all(self) -> None:
        self.start_hub()
        self.wait_for_hub()
        for code in self.codes:
            self.start(code)
        self.wait_for_members()

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def wait_for_hub(self, seconds: float = 300) -> float:
        """Seconds until it answers."""
        began = time.monotonic()
        wait_until(self._healthy, "the hub", seconds)
        return time.monotonic() - began

    def wait_for_members(self, *codes: str, seconds: float = 300) -> None:
        """Until every member, or these, have called within the last moments."""
        with self.client() as client:
            wanted = set(codes or self.codes)

            def called() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    reply = client.get("/api/v1/members")
                    return reply.is_success and wanted <= self._heard(reply.json())
                return False

            wait_until(called, f"a call of {sorted(wanted)}", seconds)

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=40, trust_env=False)

    def ask(self, client: httpx.Client, *by: str, deadline: int = 10) -> str:
        body = {
            "measure": "casualties",
            "by": list(by),
            "purpose": PURPOSE,
            "deadline_seconds": deadline,
        }
        reply = client.post("/api/v1/questions", json=body)
        reply.raise_for_status()
        return str(reply.json()["id"])

    def shown(
        self, client: httpx.Client, question: str, *, after: int = 0, wait: float = 25
    ) -> dict[str, Any]:
        reply = client.get(f"/api/v1/questions/{question}", params={"wait": wait, "after": after})
        reply.raise_for_status()
        return dict(reply.json())

    def released(
        self, client: httpx.Client, question: str, *, after: int = 0, seconds: float = 60
    ) -> Release:
        """The newest release of a question, once it has more than `after`."""
        end = time.monotonic() + seconds
        while True:
            shown = self.shown(client, question, after=after, wait=min(20, max(0.1, end - time.monotonic())))
            if len(shown["releases"]) > after:
                return release_from_json(shown["release"])
            if time.monotonic() > end:
                raise TimeoutError(f"no release of {question} in {seconds} s: {shown['state']}")

    def fill_disk(self, name: str) -> None:
        """From now on nothing the process writes finds room."""
        resource.prlimit(self.processes[name].pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def empty_disk(self, name: str) -> None:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self.processes[name].pid, resource.RLIMIT_FSIZE, unlimited)

    def memory(self, name: str) -> float:
        """Resident memory of a process at its highest, in megabytes."""
        status = Path(f"/proc/{self.processes[name].pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024

    def cpu(self, *names: str, children: bool = False) -> float:
        """Processor time that processes have had, in seconds; with that of children which have ended."""
        stats = [Path(f"/proc/{self.processes[n].pid}/stat").read_text() for n in names]
        ticks = [
            sum(map(int, stat.rpartition(")")[2].split()[11 : 15 if children else 13])) for stat in stats
        ]
        return sum(ticks) / os.sysconf("SC_CLK_TCK")

    def _heard(self, members: Any) -> set[str]:
        """Members that have called since they were started."""
        return {
            m["member"]
            for m in members
            if m["last_seen"] is not None
            and datetime.fromisoformat(m["last_seen"]) >= self.started.get(m["member"], NEVER)
        }

    def _start(self, name: str, arguments: Sequence[str], program: str = "") -> None:
        command = ["-c", program] if program else ["-m", "gateway.cli"]
        popen = subprocess.Popen if program else self.popen
        self.started[name] = datetime.now(UTC)
        with (self.directory / f"{name}.log").open("ab") as output:
            self.processes[name] = popen(
                [sys.executable, *command, *arguments],
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONWARNINGS": "default", **self.environment},
            )

    def _healthy(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).is_success
        return False


def wait_until(ready: Callable[[], bool], what: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.05)


@contextmanager
def real_region(
    directory: Path,
    *codes: str,
    people: Callable[[str], Snapshot] = usual_people,
    popen: Callable[..., Any] = subprocess.Popen,
) -> Iterator[RealRegion]:
    """A region whose tables are ready; nothing of it runs yet. Whatever was started is killed at the end."""
    with federation(directory, *codes, people=people) as made:
        token = add_user(made.hub, "asker", "ARMAC", Role.ANALYST, [PURPOSE])
        key = str(made.hub.log.key)
    port = free_port()
    config = read_config(directory / "hub", HubConfig)
    write_config(directory / "hub", replace(config, listen=f"127.0.0.1:{port}"))
    region = RealRegion(directory, codes, token, key, port, Layout(directory / "hub").address, popen=popen)
    try:
        yield region
    finally:
        region.stop()
