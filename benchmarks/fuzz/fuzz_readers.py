"""How readers of what comes from outside stand whatever a stranger sends: a fuzzer for each, with a budget.

    python benchmarks/fuzz/fuzz_readers.py [--minutes 10] [--only WORDS] [--found FOLDER] [--seed 1] [--list]

Atheris (libFuzzer; `make fuzz` installs it) changes valid inputs, by their structure and byte by byte, and
keeps those that reach new lines of the program; with `--blindly` inputs are only changed, without it. Each
reader has a process of its own and so many minutes of the processor. A finding is an exception that the
reader should not raise, or an input that takes more than a second of the processor or 200 MB more memory.
Prints for each reader: inputs, inputs that it accepted, findings, the slowest input, the memory at its peak.
The input of a finding is kept in FOLDER, to be tried again by `--try FILE --only READER`. Exit code 1 when
anything was found.
"""

import argparse
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[2]
PLACES = [str(ROOT), str(ROOT / "tests" / "support")]
sys.path[:0] = PLACES
os.environ["PYTHONPATH"] = os.pathsep.join([*PLACES, os.environ.get("PYTHONPATH", "")])

SLOW_SECONDS = 1.0
LARGE_KB = 200 << 10
LARGEST_INPUT = 1 << 18
"""Bytes: what grows faster than its input is seen, and what is merely large is not called slow."""
HANGS_SECONDS = 60
MOST_MB = 3000
MOST_KINDS = 12
"""Findings of one reader that are kept: after so many, its process ends."""
HEAD = (
    "| reader | inputs | accepted | findings | slowest, CPU s | peak, MB |\n"
    "| --- | --- | --- | --- | --- | --- |"
)


class Trials:
    """What the inputs of one reader have come to. Findings are told apart by where they were raised."""

    def __init__(self, reader: Any, found: Path, seconds: float) -> None:
        self._reader, self._found, self._seconds = reader, found, seconds
        self._began, self._told = _spent(), 0.0
        self._calls = self._accepted = 0
        self._slowest = 0.0
        self._kinds: dict[str, str] = {}

    def one(self, data: bytes) -> None:
        """Try an input; end the process once its minutes are spent."""
        before, started = _peak_kb(), _spent()
        try:
            self._accepted += self._reader.tried(data)
        except Exception as error:  # noqa: BLE001 - which is what is looked for
            self._keep(data, _where(error), "".join(traceback.format_exception(error)))
        spent, grown = _spent() - started, _peak_kb() - before
        self._calls += 1
        self._slowest = max(self._slowest, spent)
        if spent > SLOW_SECONDS:
            self._keep(data, "slow", f"{spent:.1f} s of the processor")
        if grown > LARGE_KB:
            self._keep(data, "large", f"{grown >> 10} MB more")
        over = _spent() - self._began > self._seconds or len(self._kinds) >= MOST_KINDS
        if over or time.monotonic() - self._told > 1:
            self._tell()
        if over:
            os._exit(0)  # libFuzzer would go on, and the servers of a reader too

    def _keep(self, data: bytes, kind: str, said: str) -> None:
        if kind in self._kinds:
            return
        name = f"{slug(self._reader.name)}-{len(self._kinds)}"
        (self._found / f"{name}.input").write_bytes(data)
        (self._found / f"{name}.txt").write_text(f"{kind}\n{said}", encoding="utf-8", errors="replace")
        self._kinds[kind] = name

    def _tell(self) -> None:
        """Write the figures down, whole or not at all."""
        self._told = time.monotonic()
        figures = {
            "calls": self._calls,
            "accepted": self._accepted,
            "slowest": self._slowest,
            "peak_mb": _peak_kb() >> 10,
            "kinds": list(self._kinds),
        }
        new = self._found / f"{slug(self._reader.name)}.new"
        new.write_text(json.dumps(figures))
        new.rename(self._found / f"{slug(self._reader.name)}.json")


def slug(name: str) -> str:
    """Return the name of a reader as part of a file's name."""
    return "".join(sign if sign.isalnum() else "-" for sign in name)


def _spent() -> float:
    """Seconds of the processor, with those of processes that were started and have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _where(error: Exception) -> str:
    """The kind of an exception and its last line in the program, or else in the reader's own test code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if str(ROOT) in frame.filename and "/.venv" not in frame.filename]
    program = [frame for frame in ours if "/tests/" not in frame.filename]
    last = (program or ours or frames)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def fuzz(reader: Any, found: Path, seconds: float, seed: int) -> None:
    """Try inputs of one reader until the processor time is spent. Does not return."""
    import atheris  # noqa: PLC0415 - after a fork, of which libFuzzer knows nothing
    from outside.reader import changed  # noqa: PLC0415

    corpus = found / "corpus" / slug(reader.name)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(reader.begins):
        (corpus / f"begin-{number}").write_bytes(data)
    trials = Trials(reader, found, seconds)

    def mutated(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        bytewise = (lambda part: atheris.Mutate(part, most)) if random.random() < 0.5 else None
        return bytes(changed(data, reader.shape, random, bytewise)[:most])

    flags = [f"-seed={seed}", f"-max_len={LARGEST_INPUT}", f"-rss_limit_mb={MOST_MB}", "-verbosity=0"]
    flags += [f"-timeout={HANGS_SECONDS}", f"-artifact_prefix={found}/{slug(reader.name)}-ended-"]
    atheris.Setup([sys.argv[0], str(corpus), *flags], trials.one, custom_mutator=mutated)
    atheris.Fuzz()


def fuzz_blindly(reader: Any, found: Path, seconds: float, seed: int) -> None:
    """Try inputs of one reader, each changed from a valid one. Does not return."""
    from outside.reader import changed  # noqa: PLC0415

    trials, random = Trials(reader, found, seconds), Random(seed)
    while True:
        trials.one(changed(random.choice(reader.begins), reader.shape, random)[:LARGEST_INPUT])


def main() -> None:
    """Fuzz each reader in turn, and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="of the processor, for each reader")
    parser.add_argument("--only", default="", help="readers whose name has these words")
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blindly", action="store_true", help="without atheris")
    parser.add_argument("--list", action="store_true", help="name the readers")
    parser.add_argument("--try", dest="again", type=Path, help="try one kept input")
    options = parser.parse_args()
    if options.list or options.again:
        from outside.all_readers import all_readers  # noqa: PLC0415 - elsewhere watched while it is imported

        readers = [reader for name, reader in all_readers().items() if options.only in name]
        if options.list:
            print("\n".join(reader.name for reader in readers))
        else:
            print("accepted" if readers[0].tried(options.again.read_bytes()) else "refused")
        return
    _fuzz_all(options)


def _fuzz_all(options: argparse.Namespace) -> None:
    with _watched(options):
        from outside.all_readers import all_readers  # noqa: PLC0415

        if "a narrative".startswith(options.only):
            import anonymisers.redaction.engine.engine  # noqa: F401, PLC0415 - which its reader imports late

    options.found.mkdir(parents=True, exist_ok=True)
    readers = [reader for name, reader in all_readers().items() if options.only in name]
    print(HEAD, flush=True)
    bad = [reader.name for reader in readers if _row(reader, options)]
    sys.exit(1 if bad else 0)


@contextmanager
def _watched(options: argparse.Namespace) -> Iterator[None]:
    """What is imported inside tells the fuzzer which lines an input reaches."""
    if options.blindly:
        yield
        return
    import atheris  # noqa: PLC0415 - so that a list needs no fuzzer

    ours = ["gateway", "audit", "policies", "anonymisers"]
    with redirect_stderr(StringIO()), atheris.instrument_imports(include=ours):  # it names each module
        yield


def _row(reader: Any, options: argparse.Namespace) -> int:
    """Fuzz one reader in a process of its own; print its row, and return the number of findings."""
    figures_file = options.found / f"{slug(reader.name)}.json"
    figures_file.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        log = os.open(options.found / f"{slug(reader.name)}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            reader.tried(reader.begins[0])  # what is read and begun once is not the input's fault
            trying = fuzz_blindly if options.blindly else fuzz
            trying(reader, options.found.resolve(), options.minutes * 60, options.seed)
        except BaseException:  # noqa: BLE001 - the parent's work is not for this process
            traceback.print_exc()
        os._exit(70)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not figures_file.exists():
        print(f"| {reader.name} | ended with {code}: see {slug(reader.name)}.log |", flush=True)
        return 1
    one = json.loads(figures_file.read_text())
    kinds = [*one["kinds"], *([f"ended with {code}"] if code else [])]
    counts = f"{one['calls']:,} | {one['accepted']:,} | {'; '.join(kinds) or 'none'}"
    print(f"| {reader.name} | {counts} | {one['slowest']:.2f} | {one['peak_mb']} |", flush=True)
    return len(kinds)


if __name__ == "__main__":
    main()
