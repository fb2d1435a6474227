"""Programs started as by users, less their imports: a process that has imported modules forks for each.

Each program has a process, a folder, arguments, streams and an environment of its own. What it imports is
there already, which is most of the work of a short program.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from types import ModuleType

STREAMS = ("input", "output", "errors")
SECONDS = 900
"""After which a program is ended, on however busy a machine."""


class Forking(AbstractContextManager["Forking"]):
    """Runs programs in Python, one after the other. `modules` are imported beforehand."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()

    def run(
        self,
        words: Sequence[str | Path],
        folder: Path,
        environment: Mapping[str, str],
        *,
        typed: str = "",
        together: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run the program `words[0]` in a folder; `typed` is its input.

        `together`: its output has its errors too, in their order, as on a screen.
        """
        with tempfile.TemporaryDirectory(prefix="safelane-streams-") as place:
            files = [Path(place) / name for name in STREAMS]
            for file in files:
                file.write_text(typed if file is files[0] else "", encoding="utf-8")
            streams = [*files[:2], files[1 if together else 2]]
            order = (list(map(str, words)), str(folder), dict(environment), list(map(str, streams)))
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            output, errors = (file.read_text(encoding="utf-8") for file in files[1:])
            return subprocess.CompletedProcess(words, code, output, errors)


def _serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(*json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(words: list[str], folder: str, environment: Mapping[str, str], files: Sequence[str]) -> None:
    """Be the program in this process, which ends as the program does."""
    for number, file in enumerate(files):
        os.dup2(os.open(file, os.O_APPEND | os.O_WRONLY if number else os.O_RDONLY), number)
    signal.alarm(SECONDS)
    be(words, folder, environment)


def be(words: list[str], folder: str, environment: Mapping[str, str]) -> None:
    """Be the program `words[0]`, on the first three descriptors of this process."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the program
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    sys.path[0] = str(Path(words[0]).parent)
    main = ModuleType("__main__")
    main.__file__ = words[0]
    # Where processes that it starts, and what they send, look for its classes.
    sys.modules["__main__"] = sys.modules["__mp_main__"] = main
    exec(compile(Path(words[0]).read_bytes(), words[0], "exec"), main.__dict__)  # noqa: S102


def import_all(modules: Iterable[str]) -> None:
    for module in modules:
        import_module(module)
    gc.freeze()  # or each program would go through all of it, and copy its memory


if __name__ == "__main__":
    import_all(sys.argv[1:])
    _serve()
