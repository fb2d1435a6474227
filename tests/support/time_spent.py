"""Where the time of tests goes: processor seconds of each test and fixture, and of what they start.

`SAFELANE_TIME_SPENT=file make test` writes a line for each; `python tests/support/time_spent.py file` adds
them up. Processor time is the same on a busy machine. A process counts where it was started, however much
later it ends, with all processes that it started itself.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "SAFELANE_TIME_SPENT"
MOST = 25
"""Lines of each table."""


class TimeSpent:
    """A plugin of pytest; workers beside each other write to one file."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8")
        self._test = ""
        self._fixtures: list[str] = []
        """Those that are being set up, the innermost last."""
        self._running: dict[int, dict[str, Any]] = {}
        """Lines about processes that have not ended, by their numbers."""
        self._note_processes()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        name = f"{fixturedef.baseid} {fixturedef.argname}"
        self._fixtures.append(name)
        try:
            with self._measured("fixture", name):
                return (yield)
        finally:
            self._fixtures.pop()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._test = item.nodeid
        with self._measured("test", item.nodeid):
            return (yield)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._write(kind="collecting", name="", spent=time.process_time(), tests=len(session.items))

    def pytest_sessionfinish(self) -> None:
        for line in self._running.values():
            self._write(**line, passed=time.monotonic() - line["began"])

    @contextmanager
    def _measured(self, kind: str, name: str) -> Iterator[None]:
        before, began = time.process_time(), time.monotonic()
        yield
        spent, passed = time.process_time() - before, time.monotonic() - began
        self._write(kind=kind, name=name, test=self._test, spent=spent, passed=passed)

    def _note_processes(self) -> None:
        """Each process that is started, and what it has spent when its end is noticed."""
        start, wait = subprocess.Popen.__init__, os.waitpid

        def started(process: Any, args: Any, *more: Any, **options: Any) -> None:
            start(process, args, *more, **options)
            self._running[process.pid] = {
                "kind": "process",
                "name": _command(args),
                "test": self._test,
                "fixtures": list(self._fixtures),
                "began": time.monotonic(),
            }

        def waited(pid: int, options: int) -> tuple[int, int]:
            ended, status, usage = os.wait4(pid, options)
            if line := self._running.pop(ended, None):
                passed = time.monotonic() - line["began"]
                self._write(**line, spent=usage.ru_utime + usage.ru_stime, passed=passed)
            return ended, status

        subprocess.Popen.__init__ = started  # type: ignore[method-assign]
        os.waitpid = waited
        # It keeps the function that it was defined with, for a time when the interpreter ends.
        poll = subprocess.Popen._internal_poll  # type: ignore[attr-defined]
        poll.__defaults__ = tuple(waited if value is wait else value for value in poll.__defaults__)

    def _write(self, **line: Any) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _command(args: Any) -> str:
    """The first words of a command, without the folders of its files."""
    words = [args] if isinstance(args, (str, os.PathLike)) else list(args)
    return " ".join(" ".join(Path(str(word)).name for word in words[:5]).split())[:60]


def tables(lines: Iterator[str]) -> Iterator[str]:
    """The profile as tables of a page: what takes most first."""
    spent: dict[str, Counter[str]] = defaultdict(Counter)
    passed: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, Counter[str]] = defaultdict(Counter)
    for line in map(json.loads, lines):
        own = line["kind"], line["name"]
        passed[own[0]][own[1]] += line.get("passed", 0.0)
        times[own[0]][own[1]] += 1
        for kind, name in [own, *_above(line)]:
            spent[kind][name] += line.get("spent", 0.0)
    for kind in ("collecting", "folder", "file", "test", "fixture", "process"):
        if kind in spent:
            yield f"\n| {kind} | processor s | s | times |\n| --- | ---: | ---: | ---: |"
            sums = (sum(spent[kind].values()), sum(passed[kind].values()), sum(times[kind].values()))
            yield "| all | {:.1f} | {:.1f} | {} |".format(*sums)
            for name, _ in spent[kind].most_common(MOST):
                yield f"| {name} | {spent[kind][name]:.1f} | {passed[kind][name]:.1f} | {times[kind][name]} |"


def _above(line: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a test or a process is a part of."""
    if line["kind"] in ("test", "process"):
        file = line["test"].partition("::")[0]
        yield from (("file", file), ("folder", "/".join(file.split("/")[:2])))
    if line["kind"] == "process":
        yield "test", line["test"]
        yield from (("fixture", name) for name in line["fixtures"])


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        sys.stdout.writelines(f"{line}\n" for line in tables(iter(file)))
