"""The files of a run of counting once, in one folder that members and hub pass on as they like.

Each file is written once and whole, so that a run goes on where it was when somebody comes back. All of it
may be seen by anybody: notes are signed, lists are encrypted until the last member has had them.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from anonymisers.blinded.mixing import ENTRY_BYTES, MixKey, batches, mixed
from anonymisers.blinded.points import POINT_BYTES
from audit.encoding import parse_base64, to_base64
from audit.errors import AuditError
from audit.note import Verifier
from gateway.wire.counting import CountError, read_list, write_list

RUN = "run.json"

T = TypeVar("T")


def write_run(folder: Path, entry: bytes, receipt: str) -> None:
    """Raises CountError when the folder holds a run already."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / RUN, (json.dumps({"entry": to_base64(entry), "receipt": receipt}) + "\n").encode())


def read_run(folder: Path) -> tuple[bytes, str]:
    """The run's log entry and its receipt. Raises CountError."""
    try:
        body = json.loads((folder / RUN).read_text("ascii"))
        return parse_base64(body["entry"], "log entry"), str(body["receipt"])
    except (OSError, ValueError, KeyError, TypeError, AuditError):
        raise CountError(
            f"There is no run in {folder}.", remedy="Begin one: safelane count-once begin, at the hub."
        ) from None


def write_step(
    folder: Path, step: str, member: str, note: str, entries: Sequence[bytes] | None = None
) -> None:
    """Raises CountError when the step was taken before."""
    if entries is not None:
        _write(folder / f"{step}-{member}.bin", write_list(entries))
    _write(folder / f"{step}-{member}.note", note.encode())


def read_steps(
    folder: Path,
    step: str,
    members: Sequence[str],
    keys: Mapping[str, Verifier],
    read: Callable[[str, Verifier], T],
) -> dict[str, T]:
    """What members have done of a step so far. Raises CountError for a note that does not hold."""
    found = {}
    for member in members:
        path = folder / f"{step}-{member}.note"
        if path.exists():
            found[member] = read(path.read_text("utf-8"), keys[member])
    return found


def read_entries(folder: Path, step: str, member: str, *, last: bool = False) -> list[bytes]:
    """The list that goes with a step. Raises CountError when it is missing or damaged."""
    path = folder / f"{step}-{member}.bin"
    try:
        return read_list(path.read_bytes(), POINT_BYTES if last else ENTRY_BYTES)
    except OSError:
        raise CountError(f"{path} is not there yet.", remedy=f"{member} comes first.") from None


def mixing(
    told: Callable[[float], None],
) -> Callable[[Sequence[bytes], MixKey, Sequence[bytes]], list[bytes]]:
    """Mixes on all processors; `told` hears how much of it is done (0 to 1)."""

    def apply(entries: Sequence[bytes], key: MixKey, after: Sequence[bytes]) -> list[bytes]:
        parts = list(batches(entries))
        done: list[bytes] = []
        # Started anew rather than forked: a node that serves has threads, which a fork would tear apart.
        fresh = get_context("spawn")
        with ProcessPoolExecutor(os.cpu_count(), fresh, initializer=_step_back) as pool:
            for part in pool.map(mixed, parts, [key] * len(parts), [list(after)] * len(parts)):
                done += part
                told(len(done) / len(entries))
        return done

    return apply


def _step_back() -> None:
    """Whatever else this machine does comes first: a node goes on answering."""
    os.nice(10)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; a link, unlike a rename, fails when the name is taken."""
    partial = path.with_name(f".{path.name}.new")
    partial.write_bytes(data)
    try:
        os.link(partial, path)
    except FileExistsError:
        raise CountError(
            f"{path} is there already.", remedy="Nothing was changed: a step is taken once."
        ) from None
    finally:
        partial.unlink()
