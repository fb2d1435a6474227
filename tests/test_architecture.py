"""The house keeps to its plan: import contracts hold, and each of them can fail."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway", "policies", "anonymisers", "audit")

MAY_IMPORT = {
    "policies": {"ruamel"},
    "anonymisers": {
        "numpy",
        "scipy",
        "highspy",
        "opendp",
        "Crypto",
        "cryptography",
        "presidio_analyzer",
        "spacy",
        "tldextract",
        "myanmartools",
    },
    "audit": {"Crypto", *(READERS := {"duckdb"})},
}
"""External packages that the pure packages may use: import-linter sees only those that a contract names."""


def lint(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "setup.cfg"]
    environment = {**os.environ, "PYTHONPATH": str(directory)}
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )


def copied(place: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", place)
    return place


def contracts() -> dict[str, str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    prefix = "importlinter:contract:"
    return {s.removeprefix(prefix): config[s]["name"] for s in config.sections() if s.startswith(prefix)}


def test_the_contracts_hold() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


FORBIDDEN = {
    "pure-packages-apart": ("policies/decision/decide.py", "import audit.formats.merkle"),
    "pure-packages-below": ("audit/formats/merkle.py", "import gateway.errors"),
    "gateway-layers": ("gateway/question/model.py", "import gateway.hub.model"),
    "use-cases-without-frameworks": ("gateway/hub/asking.py", "import sqlalchemy"),
    "presidio-in-one-module": ("gateway/member/register/snapshot_loading.py", "import presidio_analyzer"),
    "anonymisers-layers": ("anonymisers/tables/lattice.py", "import anonymisers.suppression.prune"),
    "redaction-layers": (
        "anonymisers/redaction/recognisers/latin_text.py",
        "import anonymisers.redaction.engine.language",
    ),
    "strategies-below-the-search": (
        "anonymisers/suppression/strategies/task.py",
        "import anonymisers.suppression.cutting_planes",
    ),
    "proof-imports-tables-only": ("anonymisers/proof/interval_bounds.py", "import scipy"),
    "attacker-apart": ("anonymisers/attack/goals.py", "import anonymisers.proof.checker"),
    "policies-layers": ("policies/model/pools.py", "import policies.lint.lint_terms"),
    "audit-layers": ("audit/formats/tiles.py", "import audit.log.verify"),
    "member-layers": ("gateway/member/node/context.py", "import gateway.member.policy.rollback"),
    "sources-layers": ("gateway/sources/model/words.py", "import gateway.sources.files.sniff"),
    "store-layers": ("gateway/store/engine/schema.py", "import gateway.store.hub.hub_tables"),
    "bootstrap-layers": ("gateway/bootstrap/setup/clock.py", "import gateway.bootstrap.serving.memory"),
    "web-layers": ("gateway/web/shared/nav.py", "import gateway.web.analyst.draft"),
    "controller-layers": (
        "gateway/web/controller/common/shapes.py",
        "import gateway.web.controller.jobs.previews",
    ),
    "cli-layers": ("gateway/cli/common/words.py", "import gateway.cli.tools.risk"),
}
"""By contract: a module, and an import that the contract forbids there."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The report on a copy in which every contract is broken, each by an import inside a function."""
    copy = copied(tmp_path_factory.mktemp("broken"))
    for path, line in FORBIDDEN.values():
        with (copy / path).open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef hidden() -> None:\n    {line}\n")
    return lint(copy)


@pytest.mark.parametrize("contract", sorted(contracts()))
def test_a_forbidden_import_breaks_its_contract_even_inside_a_function(
    broken: subprocess.CompletedProcess[str], contract: str
) -> None:
    path, line = FORBIDDEN[contract]
    importer, imported = path.removesuffix(".py").replace("/", "."), line.removeprefix("import ")
    name = contracts()[contract]

    assert broken.returncode != 0
    assert f"{name} BROKEN" in " ".join(broken.stdout.split())
    assert f" {importer} -> {imported} (l." in complaints(broken.stdout)[name]


def complaints(report: str) -> dict[str, str]:
    """The forbidden imports by broken contract: each is a heading with a line below it."""
    lines = report.partition("Broken contracts")[2].splitlines()
    heads = [n for n, below in enumerate(lines[1:]) if lines[n].strip() and below and not below.strip("-")]
    return {
        lines[head]: " ".join(" ".join(lines[head + 2 : end]).split())
        for head, end in zip(heads, [*heads[1:], len(lines)], strict=True)
    }


def test_a_room_without_a_floor_breaks_the_build(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    (copy / "gateway" / "attic").mkdir()
    (copy / "gateway" / "attic" / "__init__.py").write_text('"""No floor."""\n')

    assert lint(copy).returncode != 0


@lru_cache
def imports(package: str) -> tuple[tuple[Path, str], ...]:
    return tuple(_imports(package))


def _imports(package: str) -> Iterator[tuple[Path, str]]:
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


def test_the_reader_of_parquet_is_known_to_one_module_of_audit_and_to_no_start() -> None:
    """The auditor's tool stands on pycryptodome."""
    users = {path for path, name in imports("audit") if name in READERS}
    without = f"import sys\nsys.modules.update(dict.fromkeys({sorted(READERS)}))\n"
    program = f"{without}import audit.commands.command_line"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)

    assert [path.name for path in users] == ["saved_columns.py"]
    assert done.returncode == 0, done.stderr


def test_a_node_starts_without_what_only_its_work_and_its_upgrades_need() -> None:
    """Each takes a tenth of a second and megabytes from everybody who starts a node or types a command."""
    program = "import sys, gateway.cli.member.member_serving; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert not {"scipy", "alembic", "openpyxl", "zxcvbn", "presidio_analyzer", "opendp"} & set(
        done.stdout.split()
    )


def test_no_name_of_ours_hides_a_module_of_the_standard_library() -> None:
    assert not {p.stem for p in ROOT.iterdir()} & set(sys.stdlib_module_names)


MOST_MODULES = 25


def modules() -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path.relative_to(ROOT) for path in sorted(found) if not path.stem.startswith("__")]


def test_no_folder_holds_more_modules_than_one_look_takes_in() -> None:
    sizes = Counter(path.parent for path in modules())

    assert {str(folder): size for folder, size in sizes.items() if size > MOST_MODULES} == {}


def namesakes(paths: Iterable[Path]) -> list[Path]:
    """Modules that share their name with another one of the same package, or of the same room of gateway."""
    named: dict[tuple[tuple[str, ...], str], list[Path]] = {}
    for path in paths:
        within = path.parts[: 2 if path.parts[0] == "gateway" else 1]
        named.setdefault((within, path.name), []).append(path)
    return [path for alike in named.values() if len(alike) > 1 for path in alike]


def test_no_folder_of_tests_is_passed_over(request: pytest.FixtureRequest) -> None:
    """As a folder named `build` is by a pytest that is not told otherwise."""
    patterns = request.config.getini("norecursedirs")
    folders = {folder for file in (ROOT / "tests").rglob("test_*.py") for folder in file.parents}

    assert patterns
    assert [f for f in folders - {ROOT, *ROOT.parents} if any(fnmatch(f.name, p) for p in patterns)] == []


def test_no_name_stands_for_two_modules_of_one_package() -> None:
    assert namesakes(path for path in modules() if "versions" not in path.parts) == []


def test_namesakes_are_found() -> None:
    alike = [Path("audit/log/policy.py"), Path("audit/events/policy.py")]

    assert namesakes([*alike, Path("policies/model/policy.py")]) == alike
    assert namesakes([Path("gateway/hub/model.py"), Path("gateway/store/hub/model.py")]) == []


CHECKER = "anonymisers/proof/checker.py"
GUARANTEE = ROOT / "docs/explanation/disclosure-control/guarantee.md"


def import_closure(start: str) -> set[str]:
    """The files of our packages that a file imports, directly or by way of others, and the file itself.

    `__init__` files are left out: a test shows that those of the checker hold docstrings only.
    """
    found, todo = set[str](), [start]
    while todo:
        path = todo.pop()
        if path in found or not (ROOT / path).is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                todo += [module_path(alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.module is not None
                todo.append(module_path(node.module))
                todo += [module_path(f"{node.module}.{alias.name}") for alias in node.names]
    return found


def module_path(name: str) -> str:
    return name.replace(".", "/") + ".py"


def test_the_files_that_a_statistician_is_told_to_read_are_all_that_the_checker_imports() -> None:
    section = GUARANTEE.read_text(encoding="utf-8").partition("## What a statistician reads")[2]
    section = section.partition("\n## ")[0]
    listed = re.findall(r"`([a-z_/]+\.py)`", section)
    closure = import_closure(CHECKER)
    stated = re.search(r"(\d+) files, about ([\d,]+) lines", section)
    assert stated is not None
    lines = sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in closure)

    assert sorted(f"anonymisers/{path}" for path in listed) == sorted(closure)
    assert int(stated[1]) == len(closure)
    assert int(stated[2].replace(",", "")) == pytest.approx(lines, abs=150)


def test_the_packages_of_the_checker_run_no_code_when_they_are_imported() -> None:
    folders = {Path(path).parent for path in import_closure(CHECKER)}
    bodies = [
        ast.parse((ROOT / folder / "__init__.py").read_text(encoding="utf-8")).body for folder in folders
    ]

    assert all(isinstance(node, ast.Expr) for body in bodies for node in body)


def test_an_import_closure_follows_imports_of_imports_and_of_modules() -> None:
    closure = import_closure("anonymisers/attack/run.py")

    assert "anonymisers/attack/attack_model.py" in closure
    assert "anonymisers/errors.py" in closure
    assert CHECKER not in closure
