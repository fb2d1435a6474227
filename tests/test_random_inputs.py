"""`make test` draws the same inputs every time; `make explore` draws others, and says what it finds."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from exploring import Exploring

ROOT = Path(__file__).parents[1]
LAWS = """
from pathlib import Path
from hypothesis import given, settings, strategies as st

def drawn(n):
    with Path("drawn").open("a") as file:
        file.write(f"{n}\\n")

@settings(max_examples=20)
@given(st.integers(0, 10**9))
def test_that_holds(n):
    drawn(n)

@given(st.integers(0, 10**9))
def test_that_does_not(n):
    assert n < 5000

def test_without_random_inputs():
    drawn("nothing")
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a run of its own, whose tests are laid out like ours."""
    (tmp_path / "test_laws.py").write_text(LAWS, encoding="utf-8")
    path = [ROOT, ROOT / "tests", ROOT / "tests" / "support", os.environ.get("PYTHONPATH", "")]
    options = f"-p conftest -p no:cacheprovider -c {ROOT / 'setup.cfg'} --rootdir {tmp_path}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {
        **outside,
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTEST_ADDOPTS": options,
    }


def inputs(tmp_path: Path, environment: dict[str, str], *options: str) -> list[str]:
    """What was drawn in a run."""
    (tmp_path / "drawn").unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "test_laws.py", "-k", "test_that_holds", *options]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    return (tmp_path / "drawn").read_text(encoding="utf-8").split()


def test_every_run_draws_the_same_unless_asked_for_others(tmp_path, environment) -> None:
    first = inputs(tmp_path, environment)
    explore = "--hypothesis-profile=explore"

    assert len(set(first)) > 10
    assert inputs(tmp_path, environment) == first
    assert inputs(tmp_path, environment, explore, "--hypothesis-seed=1") != first
    assert not (tmp_path / ".hypothesis" / "examples").exists()


def test_exploring_names_what_fails_with_its_input(tmp_path, environment) -> None:
    command = [
        sys.executable,
        ROOT / "tests" / "support" / "exploring.py",
        "--processes",
        "1",
        "--rounds",
        "2",
    ]
    done = subprocess.run(
        [*command, "--seed", "7", "--minutes", "5", tmp_path / "test_laws.py"],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "seed 7: 2 tests with new inputs, 1 failed" in done.stdout
    assert "seed 8: 1 tests with new inputs, 0 failed" in done.stdout
    assert "n=5000," in done.stdout
    assert "@reproduce_failure" in done.stdout
    assert "--hypothesis-seed=7 'test_laws.py::test_that_does_not'" in done.stdout
    assert (tmp_path / "drawn").read_text(encoding="utf-8").count("nothing") == 0


def test_exploring_begins_nothing_once_its_minutes_are_over(tmp_path) -> None:
    assert Exploring(1, time.time() - 1, tmp_path).pytest_runtest_protocol() is True
    assert Exploring(1, time.time() + 60, tmp_path).pytest_runtest_protocol() is None
