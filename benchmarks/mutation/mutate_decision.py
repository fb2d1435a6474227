"""Whether the tests would notice: every small fault put into the decision in turn, and who finds it.

python benchmarks/mutation/mutate_decision.py [--module decision/decide.py ...] [--lines 53-81] [--quick]

Each fault (a mutant) is one change of one place in one module: another comparison, a condition that always
or never holds, a step left out, another word or number. The tests of `policies/` run against a copy with it
alone; a mutant that no test finds *survives* and is printed, to be looked at by a person. One that was looked
at and cannot change what anybody sees stands in `equivalent_faults` with its reason. The operators are
those of cosmic-ray and mutmut; these two start an interpreter for each mutant, here a process is forked:
for a fault in a function once the tests are collected (`mutants_in_place`), and else before that.
"""

import argparse
import ast
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from equivalent_faults import reason_of
from mutants_in_place import Mutant, Runner

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    "decision/decide.py",
    "decision/rule_index.py",
    "decision/decision.py",
    "model/terms.py",
    "model/pools.py",
    "document/compose.py",
    "model/model.py",
)
DECISION = (
    "test_decide.py",
    "test_decision_words.py",
    "test_prohibitions.py",
    "test_policy_values.py",
    "test_remembered_decisions.py",
    "test_decision_speed.py::test_the_index_changes_nothing",
)
TESTS = {
    "decision/decide.py": DECISION,
    "decision/rule_index.py": DECISION,
    "decision/decision.py": DECISION,
    "model/terms.py": (
        "test_decision_words.py",
        "test_policy_terms.py",
        "test_policy_values.py",
        "test_decide.py",
        "test_policy_forms.py",
    ),
    "model/pools.py": ("test_policy_pools.py", "test_policy_values.py", "test_policy_lint.py"),
    "document/compose.py": ("test_policy_compose.py",),
    "model/model.py": (
        "test_policy_values.py",
        "test_policy_order.py",
        *(test for test in DECISION if test != "test_policy_values.py"),
        "test_policy_forms.py",
        "test_policy_document.py",
        "test_policy_explain.py",
    ),
}
"""What tests a module most directly, the quick ones first: a mutant ends with the first that finds it."""
QUICK = "SAFELANE_MUTANTS_QUICK"
"""Set where the laws are left out: fewer faults are found, in a tenth of the time."""
LAWS = "test_policy_laws.py"
"""Last, for every module."""
UNCONCERNED = "not flagged and not undoing and not canonical and not edit and not damaged and not any_text"
"""Laws of reading and comparing documents say nothing about a decision, and take most of the time."""
OPTIONS: tuple[str, ...] = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1", "-k", UNCONCERNED)
OPTIONS += ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # hypothesis came with the parent
COPY = "SAFELANE_MUTANTS_COPY"
"""Where a worker keeps its copy of the package."""
SECONDS = 150
"""Of the processor: a mutant that makes the tests run longer is found too; they take a fifth of it."""

_COMPARISONS = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
_OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


Change = Callable[[Any], object]


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module; what is only there for the reader (texts, annotations) is left alone."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    bodies = [statement for each in functions for statement in each.body]
    inside = {id(part) for statement in bodies for part in ast.walk(statement)}
    for number, node in enumerate(_behaving(tree)):
        for what, change in _changes(node):
            copy = deepcopy(tree)
            twin = list(_behaving(copy))[number]
            change(twin)
            line = getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0)
            text = ast.unparse(ast.fix_missing_locations(copy))
            yield Mutant(module, line, what, text, id(node) in inside)


def _behaving(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that make a difference when the code runs, in a fixed order."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Import | ast.ImportFrom | ast.arguments):
            continue
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["message"]:
            continue  # which words a message has is no decision
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield node.value
                yield from _behaving(node.value)
            continue
        yield node
        if isinstance(node, ast.FunctionDef):
            for statement in node.body:
                yield from _statement(statement)
            continue
        if isinstance(node, ast.Raise):
            continue
        yield from _behaving(node)


def _statement(node: ast.stmt) -> Iterator[ast.AST]:
    return _behaving(ast.Module([node], []))


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """What can be changed about a node itself: a text that says what, and a function that does it."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARISONS.get(type(operator), ()):
                yield f"{type(operator).__name__} -> {other.__name__}", _set_item("ops", place, other())
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} -> {other.__name__}", _set("op", other())
        for place in range(len(node.values)):
            yield f"operand {place + 1} left out", _drop("values", place)
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        wanted = _OPERATORS[type(node.op)]
        yield f"{type(node.op).__name__} -> {wanted.__name__}", _set("op", wanted())
    else:
        yield from _other_changes(node)


def _other_changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "condition always", _set("test", ast.Constant(True))
        yield "condition never", _set("test", ast.Constant(False))
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield "filter left out", _drop("ifs", place)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        yield f"{node.func.id} -> {_CALLS[node.func.id]}", _set("func", ast.Name(_CALLS[node.func.id]))
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield "returns None", _set("value", ast.Constant(None))
    elif isinstance(node, ast.Expr):
        yield "step left out", _set("value", ast.Constant(None))
    elif isinstance(node, ast.Starred):
        yield "part left out", _set("value", ast.Tuple([], ast.Load()))


def _constant(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    if isinstance(node.value, bool):
        yield f"{node.value} -> {not node.value}", _set("value", not node.value)
    elif isinstance(node.value, int):
        yield f"{node.value} -> {node.value + 1}", _set("value", node.value + 1)
    elif isinstance(node.value, str):
        yield f"{node.value!r} -> {node.value + 'X'!r}", _set("value", node.value + "X")
    elif node.value is None:
        yield "None -> 1", _set("value", 1)


def _set(field: str, value: object) -> Change:
    return lambda node: setattr(node, field, value)


def _set_item(field: str, place: int, value: object) -> Change:
    return lambda node: getattr(node, field).__setitem__(place, value)


def _drop(field: str, place: int) -> Change:
    return lambda node: getattr(node, field).pop(place)


def survives(directory: Path, mutant: Mutant) -> bool:
    """Whether every test passes with the mutant in the copy of the package at `directory`."""
    laws = () if os.environ.get(QUICK) else (LAWS,)
    first, *others = TESTS[mutant.module]
    path = directory / "policies" / mutant.module
    good = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    try:
        # the first file by itself: collecting all of them takes longer than running it
        stages = [files for files in ([first], [*others, *laws]) if files]
        return all(_pass(directory, files) for files in stages)
    finally:
        path.write_text(good, encoding="utf-8")


def _pass(directory: Path, files: Iterable[str]) -> bool:
    child = os.fork()
    if child == 0:
        _run_tests(directory, files)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _run_tests(directory: Path, files: Iterable[str]) -> None:
    """In a child: run them, silently, and end with pytest's code."""
    import pytest  # noqa: PLC0415 - the parent has imported it

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    os.chdir(directory)
    sys.path.insert(0, str(directory))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    code = 1
    try:
        code = pytest.main([*OPTIONS, *(f"tests/policies/{name}" for name in files)])
    finally:
        os._exit(int(code))


def copied(directory: Path) -> None:
    """A tree like the repository's, of which only `policies` is a copy of its own."""
    shutil.copytree(ROOT / "policies", directory / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("gateway", "audit", "anonymisers", "tests", "setup.cfg", "docs", "pyproject.toml"):
        (directory / name).symlink_to(ROOT / name)


def begin() -> None:
    """In each worker: a copy of its own, and what every child needs is imported once."""
    import hypothesis  # noqa: F401, PLC0415
    import pytest  # noqa: F401, PLC0415
    import ruamel.yaml  # noqa: F401, PLC0415

    sys.dont_write_bytecode = True
    os.environ[COPY] = tempfile.mkdtemp(prefix="mutants-")
    copied(Path(os.environ[COPY]))


def work(mutant: Mutant) -> tuple[Mutant, bool]:
    """A mutant, and whether it survives."""
    return mutant, survives(Path(os.environ[COPY]), mutant)


def main() -> None:
    """Run all, print the survivors with their place, and how many of how many were found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module", action="append", choices=MODULES)
    parser.add_argument("--lines", type=_lines, default=(0, sys.maxsize), help="only faults on these")
    parser.add_argument("--quick", action="store_true", help="without the laws: a lower bound")
    options = parser.parse_args()
    first, last = options.lines
    if options.quick:
        os.environ[QUICK] = "1"
    for module in options.module or MODULES:
        made = [mutant for mutant in chosen([module]) if first <= mutant.line <= last]
        report = MutantReport(len(made))
        anew = [mutant for mutant in made if not mutant.inside]
        with multiprocessing.get_context("spawn").Pool(1, begin) as pool:
            if not pool.apply(work, (Mutant(module, 0, "nothing", source_of(module), False),))[1]:
                raise SystemExit("The tests fail without any change: nothing can be said of mutants.")
            for mutant, survived in pool.imap(work, anew):
                report(mutant, survived)
        within = [mutant for mutant in made if mutant.inside]
        process = multiprocessing.get_context("spawn").Process(target=in_place, args=(module, within, report))
        process.start()
        process.join()


def _as_it_stands(mutant: Mutant) -> str:
    """The line that is changed, as it is without the change; a decorator with what it is on."""
    lines = [line.strip() for line in source_of(mutant.module).splitlines()]
    place = mutant.line - 1
    return " ".join(lines[place : place + 2]) if lines[place].startswith("@") else lines[place]


def _lines(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


class MutantReport:
    """Prints what becomes of each mutant, and after the last one how many were found."""

    def __init__(self, of: int) -> None:
        self._left, self._of, self._found, self._equivalent = of, of, 0, 0

    def __call__(self, mutant: Mutant, survived: bool) -> None:
        self._left, self._found = self._left - 1, self._found + (not survived)
        why = reason_of(mutant.module, _as_it_stands(mutant), mutant.what)
        self._equivalent += survived and why is not None
        word = "found" if not survived else "survives" if why is None else "equivalent"
        end = f": {why}" if survived and why else ""
        print(f"{word}: {mutant.module}:{mutant.line}: {mutant.what}{end}", flush=True)
        if not self._left:
            rest = self._of - self._equivalent
            print(
                f"{mutant.module}: {self._found} of {self._of} mutants found; "
                f"{self._equivalent} change nothing: {self._found} of {rest}",
                flush=True,
            )


def in_place(module: str, made: list[Mutant], report: MutantReport) -> None:
    """In a process of its own: collect the tests once, and run them for each mutant."""
    import pytest  # noqa: PLC0415 - not in the parent

    laws = () if os.environ.get(QUICK) else (LAWS,)
    os.chdir(ROOT)
    tests = [f"tests/policies/{name}" for name in (*TESTS[module], *laws)]
    pytest.main([*OPTIONS, "-s", *tests], plugins=[Runner(made, report, seconds=SECONDS)])


def chosen(modules: Iterable[str]) -> Iterator[Mutant]:
    for name in modules:
        yield from mutants(name, source_of(name))


def source_of(module: str) -> str:
    return (ROOT / "policies" / module).read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
