"""The installed package says what it is."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import gateway


def test_the_command_knows_its_version() -> None:
    command = Path(sys.executable).with_name("safelane")

    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout

    assert gateway.__version__ in shown
    assert version("safelane") == gateway.__version__
