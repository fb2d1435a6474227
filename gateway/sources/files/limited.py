"""Runs a program of others on a file of unknown origin: in a process of its own, and within bounds.

Whatever the file does to the program, the node loses that process and nothing else.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import IO

MOST_MEMORY = 2 << 30
"""Bytes of memory that the program may address."""
MOST_SECONDS = 600
"""Seconds of processor time."""
_LIMITED = 'ulimit -v "$1" && ulimit -t "$2" && ulimit -f 2048 && shift 2 && exec "$@"'
_NOTHING: Mapping[str, str] = MappingProxyType({})


class StoppedError(Exception):
    """The program ended with an error, or beyond its bounds. Its words, which may quote values, are lost."""


@contextmanager
def output_of(
    command: Sequence[str], *, silent: bool = False, settings: Mapping[str, str] = _NOTHING
) -> Iterator[IO[bytes]]:
    """The standard output of a program. It is stopped where the context ends before its output does.

    `silent`: a word on its standard error is a fault, too. `settings`: variables of its environment, which
    else has the path of programs and the language. Raises StoppedError at the end of the context.
    """
    limits = [str(MOST_MEMORY >> 10), str(MOST_SECONDS)]
    said = TemporaryFile()  # noqa: SIM115 - closed below; a pipe that nobody reads would hold the program up
    process = subprocess.Popen(  # noqa: S603 - a fixed program; the file is only an argument
        ["sh", "-c", _LIMITED, "sh", *limits, *command],  # noqa: S607 - the shell of the system
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=said,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **settings},
    )
    assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
    try:
        yield process.stdout
        if process.stdout.read(1):
            return  # nobody wants the rest
        if process.wait() or (silent and said.seek(0, os.SEEK_END)):
            raise StoppedError
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        process.stdout.close()
        said.close()
