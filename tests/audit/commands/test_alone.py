"""The auditor's tool needs pycryptodome and the standard library, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

from memory_log import MemoryStorage

import audit
from audit.log.directory import export
from audit.log.log import Log

LOADED = """
import runpy, sys
sys.argv = ["audit", "verify", sys.argv[1]]
try:
    runpy.run_module("audit", run_name="__main__")
except SystemExit as ended:
    assert ended.code == 0, ended.code
known = set(sys.stdlib_module_names) | {"audit", "Crypto", "__main__", "__mp_main__"}
found = {name.partition(".")[0] for name in sys.modules} - known
# What Python was built with is the standard library's too, and named by the platform.
print(sorted(name for name in found if not name.startswith("_sysconfigdata_")))
"""


def test_it_runs_where_the_gateway_is_not(log: Log, storage: MemoryStorage, tmp_path: Path) -> None:
    log.append(storage, [b"one", b"two"], now=1)
    export(log, storage, tmp_path / "export")
    alone = tmp_path / "alone"
    shutil.copytree(Path(audit.__file__).parent, alone / "audit")
    site = Path(sys.modules["Crypto"].__file__ or "").parents[1]
    (alone / "Crypto").symlink_to(site / "Crypto")

    finished = subprocess.run(
        [sys.executable, "-S", "-c", LOADED, tmp_path / "export"],
        cwd=alone,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "[]"
