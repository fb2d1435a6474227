"""Draws new random inputs for the tests that take any, until a budget of minutes is spent: `make explore`.

    python tests/support/exploring.py [--minutes 10] [--seed N] [--rounds N] [--processes 2] [TEST_FILE ...]

`make test` draws the same inputs every time; here each round has a seed of its own and another order of the
files. Whatever fails is left out of the next rounds, and printed at the end with its input and with the
command that draws this input again. Exit code 1 when anything was found.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import click
import pytest

TESTS = Path(__file__).parents[1]
UNTIL = "SAFELANE_EXPLORE_UNTIL"
"""When the budget is spent, in seconds since 1970; no test is begun after that."""
FOUND = "SAFELANE_EXPLORE_FOUND"
"""The file that gets a line of JSON for each test that ran."""
LAST_LINES = 30
"""Of what pytest says, printed where hypothesis names no input."""
GRACE = 300.0
"""Seconds beyond the budget for what has begun: shrinking an input to a small one takes its time."""
ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
INPUT = ("Failing test case", "Falsifying", "You can reproduce")


class Exploring:
    """A plugin for pytest: another order of files for each seed, nothing begun too late, all written down."""

    def __init__(self, seed: int, until: float, found: Path) -> None:
        self._seed, self._until, self._found = seed, until, found

    @classmethod
    def of(cls, config: pytest.Config) -> "Exploring | None":
        """None in any other run of the tests."""
        if UNTIL not in os.environ:
            return None
        seed = int(config.getoption("--hypothesis-seed"))
        return cls(seed, float(os.environ[UNTIL]), Path(os.environ[FOUND]))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        files = sorted({item.nodeid.partition("::")[0] for item in items})
        Random(self._seed).shuffle(files)
        items.sort(key=lambda item: files.index(item.nodeid.partition("::")[0]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> bool | None:
        return True if time.time() > self._until else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if "PYTEST_XDIST_WORKER" not in os.environ and (report.when == "call" or report.failed):
            line = {"test": report.nodeid, "failed": report.failed, "words": report.longreprtext}
            with self._found.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def explored(files: list[str], seed: int, until: float, *, processes: int, left_out: list[str]) -> list[dict]:
    """One round: what became of each test that was begun."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "hypothesis"]
    command += ["--hypothesis-profile=explore", f"--hypothesis-seed={seed}"]
    command += [f"--deselect={test}" for test in left_out]
    command += ["-n", str(processes), "--dist", "loadscope"] if processes > 1 else []
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found"
        found.touch()
        environment = {**os.environ, UNTIL: str(until), FOUND: str(found)}
        done = subprocess.run(
            [*command, *files],
            env=environment,
            timeout=max(0.0, until - time.time()) + GRACE,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    if done.returncode not in ENDED:
        sys.exit(f"{done.stdout}{done.stderr}\nThe tests could not be run.")
    return lines


def reported(test: str, seed: int, words: str) -> str:
    """A test that failed, its input where hypothesis names one, and how to draw it again."""
    lines = [line.removeprefix("E").strip("\n") for line in words.splitlines()]
    named = [n for n, line in enumerate(lines) if line.strip().startswith(INPUT)]
    first = named[0] if named else max(0, len(lines) - LAST_LINES)
    again = f"pytest --hypothesis-profile=explore --hypothesis-seed={seed} '{test}'"
    return "\n".join(["", test, *lines[first:], f"again: {again}", "", ""])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", help="instead of all files that draw random inputs")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=sys.maxsize, help="at most")
    parser.add_argument("--seed", type=int, help="of the first round; drawn unless given")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    files = options.files or [
        str(path)
        for path in sorted(TESTS.rglob("test_*.py"))
        if "hypothesis" in path.read_text(encoding="utf-8")
    ]
    seed = secrets.randbelow(10**9) if options.seed is None else options.seed
    until, rounds, failed = time.time() + 60 * options.minutes, 0, dict[str, str]()
    while time.time() < until and rounds < options.rounds:
        lines = explored(files, seed, until, processes=options.processes, left_out=list(failed))
        new = {line["test"]: reported(line["test"], seed, line["words"]) for line in lines if line["failed"]}
        click.echo(f"seed {seed}: {len(lines)} tests with new inputs, {len(new)} failed")
        click.echo("".join(new.values()), nl=False)
        failed |= new
        rounds, seed = rounds + 1, seed + 1
        if not lines:
            break
    click.echo(f"{rounds} rounds in {options.minutes:g} minutes: {len(failed)} tests failed")
    click.echo("".join(f"  {test}\n" for test in failed), nl=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
