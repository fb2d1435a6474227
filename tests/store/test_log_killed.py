"""A process that writes to the log is killed at random moments (benchmarks/log/kill_log.py: 100 times)."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "log" / "kill_log.py"


def test_no_acknowledged_receipt_is_lost_when_the_process_is_killed() -> None:
    finished = subprocess.run(
        [sys.executable, SCRIPT, "3"], capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert "3 kills" in finished.stdout
    assert "none lost" in finished.stdout
    assert " 0 receipts" not in finished.stdout
