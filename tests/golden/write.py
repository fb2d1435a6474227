"""Writes golden texts anew: `python tests/golden/write.py`, or with names of subjects only these.

To be run only where bytes change on purpose; the commit then shows which. Prints what was written.
"""

import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "support")]

from golden_text import FILES, file_of, written  # noqa: E402 - found by the path above
from subjects import SUBJECTS  # noqa: E402


def main(chosen: list[str]) -> None:
    FILES.mkdir(exist_ok=True)
    for subject, make in SUBJECTS.items():
        if chosen and subject not in chosen:
            continue
        began = time.process_time()
        text = written(make())
        changed = not file_of(subject).exists() or file_of(subject).read_text("utf-8") != text
        file_of(subject).write_text(text, "utf-8")
        seconds = time.process_time() - began
        print(f"{subject}: {'written' if changed else 'the same'}, {seconds:.1f} s")  # noqa: T201 - for who runs it
    if not chosen:
        for old in set(FILES.iterdir()) - {file_of(subject) for subject in SUBJECTS}:
            old.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
