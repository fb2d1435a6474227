"""The installed package says what it is."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import gateway

ROOT = Path(__file__).parents[1]


def test_the_command_knows_its_version() -> None:
    command = Path(sys.executable).with_name("safelane")

    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout

    assert gateway.__version__ in shown
    assert version("safelane") == gateway.__version__


SCRIPTS = sorted(
    path
    for path in (ROOT / "deploy").rglob("*")
    if path.is_file() and path.read_bytes().startswith((b"#!/usr/bin/env bash\n", b"#!/bin/sh\n"))
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_shell_understands_every_script_of_deployment(script: Path) -> None:
    shell = "bash" if b"bash" in script.read_bytes().partition(b"\n")[0] else "sh"

    done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert os.access(script, os.X_OK)


def test_the_package_starts_what_the_units_say() -> None:
    """The script that tries the package reads that line, and the package puts its own path into it."""
    for unit in ("hub", "node"):
        text = (ROOT / "deploy" / "systemd" / f"safelane-{unit}.service").read_text(encoding="utf-8")
        assert text.count("\nExecStart=/opt/safelane/bin/safelane ") == 1
        assert "\nLimitCORE=0\n" in text
