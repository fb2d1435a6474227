"""Where the time of tests goes: processor seconds of each test and fixture, and the commands that they start.

`SAFELANE_TIME_SPENT=file make test` writes a line for each; `python tests/support/time_spent.py file` adds
them up. Processor time, of this process and of those that have ended, is the same on a busy machine.
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

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        with self._measured("fixture", f"{fixturedef.baseid} {fixturedef.argname}"):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._test = item.nodeid
        with self._measured("test", item.nodeid), self._commands():
            return (yield)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._write("collecting", "", seconds(), 0.0, tests=len(session.items))

    @contextmanager
    def _measured(self, kind: str, name: str) -> Iterator[None]:
        before, began = seconds(), time.monotonic()
        yield
        self._write(kind, name, seconds() - before, time.monotonic() - began)

    @contextmanager
    def _commands(self) -> Iterator[None]:
        """Notes each process that is started meanwhile, by the words of its command."""
        start = subprocess.Popen.__init__

        def noted(process: Any, args: Any, *more: Any, **options: Any) -> None:
            words = [args] if isinstance(args, (str, os.PathLike)) else list(args)
            self._write("process", " ".join(Path(str(w)).name[:30] for w in words[:3]), 0.0, 0.0)
            start(process, args, *more, **options)

        subprocess.Popen.__init__ = noted  # type: ignore[method-assign]
        try:
            yield
        finally:
            subprocess.Popen.__init__ = start  # type: ignore[method-assign]

    def _write(self, kind: str, name: str, spent: float, passed: float, **more: int) -> None:
        line = {"kind": kind, "name": name, "test": self._test, "spent": spent, "passed": passed, **more}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def seconds() -> float:
    """Processor seconds so far, of this process and of all its children that have ended."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def tables(lines: Iterator[str]) -> Iterator[str]:
    """The profile as tables of a page: what takes most first."""
    spent: dict[str, Counter[str]] = defaultdict(Counter)
    passed: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, Counter[str]] = defaultdict(Counter)
    for line in map(json.loads, lines):
        kinds = [(line["kind"], line["name"])]
        if line["kind"] == "test":
            file = line["name"].partition("::")[0]
            kinds += [("file", file), ("folder", "/".join(file.split("/")[:2]))]
        for kind, name in kinds:
            spent[kind][name] += line["spent"]
            passed[kind][name] += line["passed"]
            times[kind][name] += 1
    for kind in ("collecting", "folder", "file", "test", "fixture", "process"):
        if kind in spent:
            yield f"\n| {kind} | processor s | s | times |\n| --- | ---: | ---: | ---: |"
            whole = (spent if kind != "process" else times)[kind]
            sums = (sum(spent[kind].values()), sum(passed[kind].values()), sum(times[kind].values()))
            yield "| all | {:.1f} | {:.1f} | {} |".format(*sums)
            for name, _ in whole.most_common(MOST):
                yield f"| {name} | {spent[kind][name]:.1f} | {passed[kind][name]:.1f} | {times[kind][name]} |"


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        sys.stdout.writelines(f"{line}\n" for line in tables(iter(file)))
