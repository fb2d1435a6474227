"""Other people's clients, each in a process of its own, in an environment that `make install-test` makes.

`python tests/support/other_clients.py FOLDER` prepares that environment: it stands above the tests' own, so
that what both need is installed once, and holds the list of what npm installs.
"""

import json
import os
import shutil
import site
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("SAFELANE_OTHER_CLIENTS", ROOT / ".venv-clients"))
PROGRAMS = ROOT / "tests" / "clients" / "programs"


NOT_INSTALLED = 77
"""Exit code of a program whose library is not there."""
INSTALLING_R = "SAFELANE_INSTALLING_R"
"""Names a file that is there while R is being installed beside the tests."""


def read_with(program: str, *arguments: str) -> Any:
    """What a program of tests/clients/programs prints as JSON. Skips where the environment was not made."""
    if not (FOLDER / "bin" / "python").exists():
        pytest.skip("needs the environment of other people's clients: make install-test")
    script = PROGRAMS / program
    command = [str(FOLDER / "bin" / "python"), "-I"]
    if script.suffix == ".R":
        command = [_rscript(), "--vanilla"]
    elif script.suffix == ".mjs":
        node = shutil.which("node")
        if node is None or not (FOLDER / "node" / "node_modules").exists():
            pytest.skip("needs node, and npm when the environment is made")
        command = [node]
    ended = subprocess.run(
        [*command, str(script), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=FOLDER,
        env={"PATH": os.environ["PATH"], "HOME": str(FOLDER), "SAFELANE_NODE": str(FOLDER / "node")},
    )
    if ended.returncode == NOT_INSTALLED:
        pytest.skip("needs rsdmx: apt-get install r-cran-rsdmx")
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout)


def _rscript() -> str:
    """R, once it is installed: continuous integration installs it while other tests run."""
    installing = os.environ.get(INSTALLING_R)
    until = time.monotonic() + 600
    while installing and Path(installing).exists() and time.monotonic() < until:
        time.sleep(0.2)
    found = shutil.which("Rscript")
    if found is None:
        pytest.skip("needs R with rsdmx: apt-get install r-cran-rsdmx")
    return found


def prepare(folder: Path) -> None:
    """Let the environment in `folder` see what is installed for the tests, and copy the list for npm."""
    (mine,) = folder.glob("lib/python*/site-packages")
    (mine / "tests-own.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    shutil.copytree(ROOT / "tests" / "clients" / "node", folder / "node", dirs_exist_ok=True)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
