"""The house keeps to its plan: import contracts hold, and each of them can fail."""

import ast
import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway", "policies", "anonymisers", "audit")

MAY_IMPORT = {
    "policies": {"marshmallow", "ruamel"},
    "anonymisers": {
        "numpy",
        "scipy",
        "highspy",
        "opendp",
        "Crypto",
        "presidio_analyzer",
        "spacy",
        "tldextract",
    },
    "audit": {"Crypto"},
}
"""External packages that the pure packages may use: import-linter sees only those that a contract names."""


def lint(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "setup.cfg"]
    environment = {**os.environ, "PYTHONPATH": str(directory)}
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    return tmp_path


def contracts() -> dict[str, str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    prefix = "importlinter:contract:"
    return {s.removeprefix(prefix): config[s]["name"] for s in config.sections() if s.startswith(prefix)}


def test_the_contracts_hold() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


FORBIDDEN = {
    "pure-packages-apart": ("policies/decide.py", "import audit.merkle"),
    "pure-packages-below": ("audit/merkle.py", "import gateway.errors"),
    "floors": ("gateway/question/model.py", "import gateway.hub.model"),
    "use-cases-without-frameworks": ("gateway/hub/asking.py", "import sqlalchemy"),
    "presidio-in-one-module": ("gateway/member/loading.py", "import presidio_analyzer"),
}


@pytest.mark.parametrize("contract", sorted(contracts()))
def test_a_forbidden_import_breaks_its_contract_even_inside_a_function(copy: Path, contract: str) -> None:
    path, line = FORBIDDEN[contract]
    with (copy / path).open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef hidden() -> None:\n    {line}\n")

    result = lint(copy)

    assert result.returncode != 0
    assert f"{contracts()[contract]} BROKEN" in " ".join(result.stdout.split())


def test_a_room_without_a_floor_breaks_the_build(copy: Path) -> None:
    (copy / "gateway" / "attic").mkdir()
    (copy / "gateway" / "attic" / "__init__.py").write_text('"""No floor."""\n')

    assert lint(copy).returncode != 0


def imports(package: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.module is not None
                yield path, node.module.partition(".")[0]


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_pure_packages_use_nothing_but_what_they_may(package: str) -> None:
    allowed = MAY_IMPORT[package] | set(sys.stdlib_module_names) | {package}

    assert {(str(path), name) for path, name in imports(package) if name not in allowed} == set()


def test_presidio_and_its_model_are_known_to_one_module() -> None:
    users = {path for path, name in imports("anonymisers") if name in {"presidio_analyzer", "spacy"}}

    assert len(users) <= 1


def test_a_node_starts_without_what_only_its_work_and_its_upgrades_need() -> None:
    """Each takes a tenth of a second and megabytes from everybody who starts a node or types a command."""
    program = "import sys, gateway.cli.member_serving; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert not {"scipy", "alembic", "openpyxl", "zxcvbn", "presidio_analyzer", "opendp"} & set(
        done.stdout.split()
    )


def test_no_name_of_ours_hides_a_module_of_the_standard_library() -> None:
    assert not {p.stem for p in ROOT.iterdir()} & set(sys.stdlib_module_names)
