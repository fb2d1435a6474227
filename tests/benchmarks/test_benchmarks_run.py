"""Every benchmark runs as its first lines say, at its smallest size, and prints its figures."""

import ast
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from chromium import CHROMIUM
from click.testing import CliRunner
from forked_processes import forked
from forking import Forking

from gateway.cli import main
from gateway.demo.preparing import POLICY
from gateway.demo.region import create, member_directory
from gateway.demo.run import make_cubes, running_region

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks"
DEMO_MEMBER = "VN"


@dataclass(frozen=True)
class Case:
    """How a benchmark is called, and what it prints then."""

    options: str
    figures: str
    missed: str | None = None
    """What it ends with where the machine is too slow for its goals: an exit code of 1 is no failure then."""


COMPOSE = (ROOT / "policies" / "document" / "compose.py").read_text(encoding="utf-8").splitlines()
COMPARED = 1 + next(n for n, line in enumerate(COMPOSE) if "above.member != policy.member" in line)
"""A line of a comparison, to be mutated."""

CASES: Mapping[str, Case] = {
    "ablation": Case(
        "--tables tiny --zeros partner --only prune four-way\tmoves",
        r"tiny \| partner \| 1 \| prune \| \d+ \([-+]\d+\.\d %\) \| \d+ \| \d+\.\d \(x\d+\.\d\d\) \| found",
    ),
    "attack": Case("release.json", r"release\.json \| L0 \| 36 \| \d+ \| \d+ \| \d+ \| \d+\.\d \|"),
    "by_view": Case(
        "--tables 1 --only small",
        r"20 people \| \d\.\d\d, \d\.\d\d \| \d\.\d\d, \d\.\d\d \| -, - \| -, - \| 0 \| 1, 1 \| 0, 0 \| ",
    ),
    "clients_readable": Case(
        "--members LA --clients 8 --alone",
        r"LA \| 1 \| \d{4} \| \d+ \| mean \| \d\.\d\d \| \d\.\d\d \| \| \| \| \d+\.\d",
    ),
    "cut_table": Case(
        "table.json -o smaller.json --first place=2", r"8 cells with people; codes: .*3 of place"
    ),
    "data_formats": Case(
        "--years 1 --times 1",
        r"680 cells by country, .*\n(.*\n)*xlsx +shortest +\d+ ms, median +\d+ ms, longest +\d+ ms, +\d+ kB",
    ),
    "simulated_faults": Case("--plans 1 --processes 1", r"1 plans, \d+ faults, \d+ s"),
    "fuzz_readers": Case(
        "--blindly --minutes 0.002 --only selection",
        r"a selection of PxWeb \| [\d,]+ \| [\d,]+ \| none \| 0\.\d\d",
    ),
    "growth": Case("table.json --along sex --plot plot.svg", r"2 \| 36 \| \d+\.\d \| \d+ \| \d+\.\d\d"),
    "history": Case("two table.json --max-dims 2", r"release 2 \| \d+\.\d CPU s \| 12 cells, \d+ withheld"),
    "kill_log": Case("1", r"1 kills: \d+ receipts acknowledged, none lost; \d+ entries"),
    "large_register": Case(
        "50 --parquet", r"by the engine \| 50 \| \d+\.\d \|(.*\n)*both loads the same: yes"
    ),
    "large_table_page": Case("--by country", r"scrolling: median \d+\.\d ms a frame"),
    "loading": Case("20 --recent", r"SQLite: 20 rows in \d+\.\d s"),
    "many_readers": Case(
        "--readers 4 --rate 20 --seconds 1 --years 1", r"4 readers, 20 a second: median \d+ ms, p99 \d+ ms"
    ),
    "readable": Case(
        "--members PH --dims 1",
        r"PH \| own \| 1 \| sex \| (\d\.\d\d|-) \| (\d\.\d\d|-) \| [\d,]+ \| [\d,]+\n(.*\n)*"
        r"PH \| own \| 1 \| [\d,]+ \| 1 dimension \| \d+ \| \d\.\d{3} \| \d\.\d{3} \| \d\.\d\d \| \d+ \| "
        r"\d+\.\d \| \d+",
    ),
    "receipts": Case(
        "--callers 1 --seconds 1 --entries 20",
        r"1 callers, ml-dsa-44: \d+ receipts/s(.*\n)+  \d+\.\d receipts for each commit",
    ),
    "member_keys": Case("demo 1", r"VN: 1 of 1 keys; CPU s \d+\.\d to \d+\.\d"),
    "mutate_decision": Case(
        f"--module document/compose.py --lines {COMPARED} --quick", r"compose\.py: \d+ of \d+ mutants found"
    ),
    "node_cube": Case("--member PH --dims 1", r"PH \| \d+ \| [\d,]+ \| \d+\.\d \| \d+\.\d \| \d+"),
    "picturing": Case("--cells 1", r"layout as JSON +\d+\.\d{3} +\d+\.\d +\d+\.\d"),
    "policy_decision": Case("--rounds 1", r"of 100 rules\n +read the document +median +\d+\.\d us"),
    "preview": Case(
        "--member PH --recent --dims 1", r"coarser +\d+\.\d s, +\d+\.\d s of the processor; Version 1"
    ),
    "protect": Case("table.json", r"table\.json \| 36 \| \d+\.\d \| \d+ \| \d+ \| \d+"),
    "pseudonyms": Case("100", r"Khmer names +[\d,]+/s +raw HMAC +[\d,]+/s +share \d+\.\d\d"),
    "every_page": Case(
        "demo --times 1 --only operator", r"operator of hub: \d+ pages, at most \d+ ms \(.+\) and \d+ kB"
    ),
    "every_look": Case(
        "demo --only operator --languages en --main",
        r"operator: \d+ pages in 1 languages and 4 views, 0 findings",
    ),
    "question": Case("demo 1", r"1 questions: p50 \d+ ms, p95 \d+ ms, longest \d+ ms"),
    "real_faults": Case(
        "--times 1 --only oversized\tbodies",
        r"oversized bodies +1 times, +\d+\.\d s each; released again \d+",
    ),
    "redaction": Case("corpus.jsonl 1", r"en +\d+\.\d/s +Presidio +\d+\.\d/s +\d+\.\d times as fast"),
    "region": Case(
        "--members 1 --questions 7 --analysts 1 --each 2",
        r"1 analysts at once: 2 questions in \d+\.\d s, none failed",
        missed=r"^missed: ",
    ),
    "search_log": Case("--entries 40", r"a page of the newest +\d+ found +\d+\.\d{3} s"),
    "spark_register": Case(
        "10", r"trino \| SELECT COALESCE(.*\n)+(Spark: nothing read|both loads the same: yes)"
    ),
    "usefulness": Case(
        "--members PH --policies usual --dims 1", r"PH \| usual \| 1 \| [\d,]+ \| \d+\.\d \|", missed=r"^$"
    ),
    "yearly_releases": Case(
        "--members VN --first 2026 --policy own --years-per-release 2 --dims 2",
        r"VN \| 2 \| \d\.\d\d \| \d\.\d\d \| \d+ \| \d+ \| \d+",
    ),
    "vault": Case("10", r"10 records: encrypted in \d+\.\d s, written in \d+\.\d s, \d+ MB"),
}
ON_A_DEMO = ("member_keys",)
ON_A_RUNNING_DEMO = ("every_page", "every_look", "question")

PLACES = {"A": (2, 9), "B": (7, 8), "C": (6, 11)}


def flat(*codes: str) -> dict[str, object]:
    return {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 36 cells, a release of it, and a narrative."""
    made = tmp_path_factory.mktemp("benchmarks")
    cells = [
        [year, place, sex, count + more]
        for more, year in enumerate(("2020", "2021"))
        for place, both in PLACES.items()
        for sex, count in zip("FM", both, strict=True)
    ]
    table = {
        "dims": {"year": flat("2020", "2021"), "place": flat(*PLACES), "sex": flat("F", "M")},
        "cells": cells,
    }
    (made / "table.json").write_text(json.dumps(table), encoding="utf-8")
    done = CliRunner().invoke(main, ["protect", str(made / "table.json"), "-o", str(made / "release.json")])
    assert done.exit_code == 0, done.output
    reported = {"lang": "en", "text": "Sok Dara of Anlong Vil was taken to hospital by his brother. " * 3}
    (made / "corpus.jsonl").write_text(json.dumps(reported) + "\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def small_demo(folder: Path) -> Path:
    """A demo region of one member, whose policy shares tables of one dimension only."""
    create(folder / "demo", lambda _: None, (DEMO_MEMBER,))
    policy = member_directory(folder / "demo", DEMO_MEMBER) / POLICY
    text = re.sub(r"max_dimensions: \d+", "max_dimensions: 1", policy.read_text(encoding="utf-8"))
    policy.write_text(re.sub(r"priority: .*\n", "", text), encoding="utf-8")
    with forked():
        make_cubes(folder / "demo", lambda *_: None)
    return folder / "demo"


@pytest.fixture(scope="module")
def running_demo(small_demo: Path) -> Iterator[Path]:
    with forked(), running_region(small_demo):
        yield small_demo


def one(paths: Iterator[Path]) -> Path:
    """The only one of the paths."""
    (path,) = paths
    return path


@pytest.fixture(scope="module")
def programs() -> Iterator[Forking]:
    """What starts a benchmark. All that any of them imports first is imported: that is most of their work."""
    wanted = {
        name
        for path in FOLDER.glob("*/*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in _imported(node)
        if not list(FOLDER.glob(f"*/{name}.py"))
    }
    with Forking(sorted(wanted)) as made:
        yield made


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def run(name: str, folder: Path, programs: Forking) -> None:
    """As a user does, in a folder of the user's own."""
    case = CASES[name]
    options = [word.replace("\t", " ") for word in case.options.split(" ")]
    program = one(FOLDER.glob(f"*/{name}.py"))
    done = programs.run([program, *options], folder, {**os.environ, "COLUMNS": "120"})
    missed = case.missed is not None and done.returncode == 1 and re.search(case.missed, done.stderr)
    assert done.returncode == 0 or missed, done.stdout + done.stderr
    assert re.search(case.figures, done.stdout), done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(CASES.keys() - {*ON_A_DEMO, *ON_A_RUNNING_DEMO, "large_table_page"}))
def test_it_runs_and_prints_its_figures(name: str, folder: Path, programs: Forking) -> None:
    run(name, folder, programs)


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_page_is_opened_in_a_browser(folder: Path, programs: Forking) -> None:
    run("large_table_page", folder, programs)


@pytest.mark.parametrize("name", ON_A_DEMO)
@pytest.mark.usefixtures("small_demo")
def test_it_reads_a_demo_region(name: str, folder: Path, programs: Forking) -> None:
    run(name, folder, programs)


@pytest.mark.parametrize("name", ON_A_RUNNING_DEMO)
@pytest.mark.usefixtures("running_demo")
def test_it_asks_a_running_demo_region(name: str, folder: Path, programs: Forking) -> None:
    run(name, folder, programs)


def test_every_benchmark_has_a_case_and_what_is_none_is_used_by_one() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*/*.py")}
    scripts = {name for name, text in files.items() if "__main__" in text}
    used = {
        node.module
        for text in files.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
    }

    assert scripts == set(CASES)
    assert files.keys() - scripts <= used
