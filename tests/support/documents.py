"""Reads the house's pages: the commands in them and what they promise, tables, links. Also refreshes help.

A fenced block of kind `console` is run: lines that begin with `$ ` are commands, a line that ends with a
backslash goes on, everything else is what the command prints. `...` stands for any lines. A command may
fail only when `$ echo $?` follows and says how. A block that no test can run says so in the comment before
it: `<!-- not run: reason -->`.

`python tests/support/documents.py` writes the help texts of today into the reference of commands, and pages
that the index does not know into the index.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from unittest.mock import patch

import click
from command_line import audit, safelane

from gateway.cli import main

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
REFERENCE_OF_COMMANDS = ROOT / "docs" / "reference" / "commands.md"
INDEX = ROOT / "docs" / "README.md"
AS_TYPED = (ROOT / "README.md", ROOT / "docs" / "tutorial" / "first-question.md")
"""Pages of which every command is a process, started by a shell."""

_FENCE = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]+) -->\n+)?^```(?P<kind>\S*)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)

# What differs from one region to the next, and the word that it is compared as.
_CHANGING = (
    (re.compile(r"\bq-[0-9a-f]{24}\b"), "QUESTION"),
    (re.compile(r"\b[a-z]{2}-[0-9a-f]{12}\b"), "SNAPSHOT"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\bentry \d+\b"), "entry NUMBER"),
    (re.compile(r"\b\d+ entries\b"), "NUMBER entries"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}"), "+KEY"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b000(?:\.p/\d+)?\b"), "LAST-TILE"),
)
_CELL = re.compile(r"(?:\d+|w|>=\d+|\d+\.\.\d+)\*?")
_NUMBER = re.compile(r"\d+\*?")
_OF_A_SHELL = re.compile(r"[|&;<>$`*?~()#\n]")
_TO_A_FILE = re.compile(r"(.*) > ([\w.-]+)")
_OF_A_FILE = re.compile(r"\$\(cat ([\w.-]+)\)")
_VARIABLE = re.compile(r"[A-Z_]+=.*")
_HELP = re.compile(r"safelane( [a-z-]+)* --help")
_RULE = re.compile(r"-{2,}")
AUDIT = ["python", "-m", "audit"]


@dataclass(frozen=True)
class Command:
    """A command of a page, at a line of it, with the lines that it is to print and its exit code."""

    page: Path
    line: int
    text: str
    prints: tuple[str, ...]
    exit_code: int = 0


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    kind: str
    body: str
    reason_not_run: str | None


def pages() -> list[Path]:
    """The README, the other pages beside it, and everything below docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start("body")) + 1
        yield Block(page, line, found["kind"], found["body"], found["reason"])


def commands(page: Path) -> list[Command]:
    """The commands of a page that are run, in their order."""
    return [c for block in blocks(page) if block.kind == "console" and not block.reason_not_run
            for c in _with_exit_codes(_commands(block))]  # fmt: skip


def _commands(block: Block) -> Iterator[Command]:
    lines = block.body.replace("\\\n", "\\\0").splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
    offset = block.line
    for start, end in pairwise([*starts, len(lines)]):
        text = lines[start].removeprefix("$ ").replace("\\\0", "")
        yield Command(block.page, offset + start, text, tuple(lines[start + 1 : end]))


def _with_exit_codes(found: Iterator[Command]) -> list[Command]:
    kept: list[Command] = []
    for command in found:
        if command.text == "echo $?":
            before = kept.pop()
            code = int("".join(command.prints))
            kept.append(Command(before.page, before.line, before.text, before.prints, code))
        else:
            kept.append(command)
    return kept


def run(command: Command, folder: Path) -> str:
    """What the command prints, on both streams. Raises AssertionError when it ends otherwise than told.

    A help text, and a `safelane` or `python -m audit` without anything of a shell but a file, is run in this
    process: hundreds of processes would import the same for a moment's work. What newcomers type first runs
    as they type it, all of it.
    """
    if _HELP.fullmatch(command.text):
        return help_of(command.text)
    text, file = _with_files(command.text, folder)
    words = [] if command.page in AS_TYPED else _words_of_ours(text)
    code, printed = _run_here(words, folder, file) if words else _run_by_shell(command.text, folder)
    where = f"{command.page.relative_to(ROOT)}:{command.line}: {command.text}"
    assert code == command.exit_code, f"{where}\nexit code {code}\n{printed}"
    return printed


def _words_of_ours(text: str) -> list[str]:
    """The words of a `safelane` or `python -m audit`, variables before a `safelane` included, that needs no
    shell and ends by itself.
    """
    words = [] if _OF_A_SHELL.search(text) else shlex.split(text)
    if words[:3] == AUDIT:
        return words
    names = [Path(word).name for word in words if not _VARIABLE.fullmatch(word)]
    return words if names[:1] == ["safelane"] and not {"demo", "serve"} & set(names[1:3]) else []


def _with_files(text: str, folder: Path) -> tuple[str, Path | None]:
    """A command with what small files hold, where it says `$(cat FILE)`, and the file that it writes to."""
    text = _OF_A_FILE.sub(lambda found: (folder / found[1]).read_text("utf-8").rstrip("\n"), text)
    to = _TO_A_FILE.fullmatch(text)
    return (to[1], folder / to[2]) if to else (text, None)


def _run_here(words: Sequence[str], folder: Path, file: Path | None) -> tuple[int, str]:
    given = dict(word.split("=", 1) for word in takewhile(_VARIABLE.fullmatch, words))
    with chdir(folder), patch.dict(os.environ, COLUMNS="80", **given):
        ours = words[len(given) :]
        done = audit(*ours[3:]) if ours[:3] == AUDIT else safelane(*ours[1:])
    if file is None:
        return done.exit_code, done.output
    file.write_text(done.stdout, encoding="utf-8")
    return done.exit_code, done.stderr


def _run_by_shell(text: str, folder: Path) -> tuple[int, str]:
    environment = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]), "COLUMNS": "80"}
    done = subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    return done.returncode, done.stdout


def help_of(command: str) -> str:
    """What `safelane ... --help` prints."""
    printed = io.StringIO()
    with patch.dict(os.environ, COLUMNS="80"), redirect_stdout(printed):
        main(command.split()[1:], prog_name="safelane", standalone_mode=False)
    return printed.getvalue()


def fits(promised: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether printed lines are as promised; spaces do not count, and what changes is compared by its kind.

    Two regions of the same people differ in which cells are withheld: a number may meet a withheld cell, but
    two numbers must be equal.
    """
    if not promised:
        return not printed
    if promised[0] == "...":
        return any(fits(promised[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and _line_fits(promised[0], printed[0]) and fits(promised[1:], printed[1:])


def _line_fits(promised: str, printed: str) -> bool:
    left, right = _words(promised), _words(printed)
    return len(left) == len(right) and all(map(_word_fits, left, right))


def _words(line: str) -> list[str]:
    for pattern, word in _CHANGING:
        line = pattern.sub(word, line)
    return line.split()


def _word_fits(left: str, right: str) -> bool:
    if _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return left.rstrip("*") == right.rstrip("*")
    if _CELL.fullmatch(left) and _CELL.fullmatch(right):
        return True
    return left == right or bool(_RULE.fullmatch(left) and _RULE.fullmatch(right))


def table_after(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, its own header left out; code marks are taken off."""
    text = page.read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"{page.relative_to(ROOT)} has no heading {heading!r}"
    rows: list[list[str]] = []
    for line in rest.splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows or line.startswith("#"):
            break
    assert rows, f"{page.relative_to(ROOT)} has no table below {heading!r}"
    return rows[2:]


def names(page: Path, heading: str) -> list[str]:
    """The first column of the table below a heading."""
    return [row[0].strip("`") for row in table_after(page, heading)]


def all_commands(command: click.Command = main, path: tuple[str, ...] = ("safelane",)) -> Iterator[str]:
    """Every command that is not hidden, as it is typed."""
    if len(path) > 1:
        yield " ".join(path)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from all_commands(child, (*path, name))


def refresh_help(page: Path) -> None:
    """Write what every `... --help` prints today into the reference, with a section for each new command."""
    text = page.read_text(encoding="utf-8")
    for name in all_commands():
        if f"\n## `{name}`\n" not in text:
            section = f"## `{name}`\n\n```console\n$ {name} --help\n```\n\n"
            text = text.replace("## `python -m audit`\n", f"{section}## `python -m audit`\n")
    page.write_text(text, encoding="utf-8")
    for block in blocks(page):
        for command in _commands(block):
            if command.text.endswith("--help"):
                former = "".join(f"{line}\n" for line in (f"$ {command.text}", *command.prints))
                text = text.replace(former, f"$ {command.text}\n{run(command, ROOT)}")
    page.write_text(text, encoding="utf-8")


def refresh_index(index: Path) -> None:
    """Add the pages that the index does not know, by their titles, after the last page of their folder.

    Whom a page serves most is for people to say: move its line to that reader's section. Records of decisions
    are left out: a table of their own has them (`decisions.py`).
    """
    lines = index.read_text(encoding="utf-8").splitlines()
    for page in sorted(set(index.parent.glob("*/**/*.md")) - set(index.parent.glob("decisions/*.md"))):
        link = page.relative_to(index.parent).as_posix()
        if not any(f"]({link})" in line for line in lines):
            title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
            last = max(i for i, line in enumerate(lines) if f"]({link.partition('/')[0]}/" in line)
            lines.insert(last + 1, f"- [{re.sub('^[0-9]+[.] ', '', title)}]({link})")
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    refresh_help(REFERENCE_OF_COMMANDS)
    refresh_index(INDEX)
