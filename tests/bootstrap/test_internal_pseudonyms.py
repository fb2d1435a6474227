"""Pseudonyms of a large register are made by further processes: the same ones, whatever happens to these."""

import os
import signal
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from anonymisers.errors import IdentifierError
from anonymisers.identity.text_column import TextColumn
from gateway.bootstrap.loading import internal_pseudonyms
from gateway.bootstrap.loading.internal_pseudonyms import Form, InternalPseudonyms
from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.rows.columns import IdentifierReader
from gateway.sources.rows.convert import converter

KEY = b"k" * 32
MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv: {columns: {Case: case_id, Date: date, Consent: consent_share}}
"""
BLOCKS = [[f"c{block}x{row}" if row % 5 else "" for row in range(40)] for block in range(12)]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch) -> None:
    monkeypatch.setattr(internal_pseudonyms, "BLOCK", 10)


def read(make: InternalPseudonyms, *, ends: int | None = None):
    """All blocks through the reader of case numbers, of which the process that helps is killed after some."""
    rules = parse_mapping(MAPPING, regional())
    rule = rules.tables[0].columns["Case"]
    convert = converter(rule, regional(), "KH", None)
    reader = IdentifierReader("victims.csv", "Case", rule, convert, make, Findings())
    reader.put_into(np.zeros(sum(map(len, BLOCKS)), dtype="S16"))
    for number, block in enumerate(BLOCKS):
        if number == ends:
            (process,) = make._pool._processes.values()
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        reader.read_numbers(TextColumn.of(block), {}, np.arange(len(block)))
    return reader.pseudonyms().tolist()


@pytest.mark.parametrize("form", Form)
def test_further_processes_make_the_pseudonyms_that_one_makes_also_when_they_are_killed(form) -> None:
    with InternalPseudonyms(KEY, "KH", form, processes=0) as alone:
        expected = read(alone)
        one_by_one = [alone("case_id", [cell]).texts()[0] if cell else b"" for cell in chain(*BLOCKS)]
    assert one_by_one == expected
    assert expected[1].startswith(form.value)

    with InternalPseudonyms(KEY, "KH", form, processes=1, begin=0) as make:
        assert (
            make.ahead("case_id", TextColumn.of(["12"] * 50)).result().texts().tolist()
            == alone("case_id", ["12"] * 50).texts().tolist()
        )
        with pytest.raises(IdentifierError):
            make("case_id", ["--"])
        assert read(make) == expected
        assert read(make, ends=6) == expected


def test_a_small_register_starts_no_process() -> None:
    with InternalPseudonyms(KEY, "KH", processes=1) as make:
        assert make.ahead("case_id", TextColumn.of(["1"] * 1000)) is None
        assert make._pool is None


PARENT = """\
import sys, time
from anonymisers.identity.text_column import TextColumn
from gateway.bootstrap.loading import internal_pseudonyms as one

if __name__ == "__main__":
    one.BLOCK = 1
    make = one.InternalPseudonyms(b"k" * 32, "KH", processes=1, begin=0)
    make.ahead("case_id", TextColumn.of(["1"])).result()
    print(*make._pool._processes, flush=True)
    time.sleep(60)
"""


def test_a_further_process_ends_with_a_load_that_is_killed(tmp_path) -> None:
    (tmp_path / "parent.py").write_text(PARENT, encoding="utf-8")
    load = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    with load:
        child = int(load.stdout.readline())
        load.kill()
    until = time.monotonic() + 20
    while (alive := Path(f"/proc/{child}").exists()) and time.monotonic() < until:
        time.sleep(0.05)

    assert not alive
