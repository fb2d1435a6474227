"""How long it takes to lay out a release and to write it in every form, and how large it becomes.

    python benchmarks/pages/picturing.py [--cells 5000 50000]

The releases are invented: by country, province or group of provinces, year and more, about as many cells as
asked for. Prints for each the processor seconds of its layout, of all its pictures and of every export, and
their sizes, as they are and compressed as a server sends them.
"""

import argparse
import gzip
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from releases import made_release

from gateway.dictionary import regional
from gateway.export import FORMS, export
from gateway.picturing import draw, fitting, layout
from gateway.wire.release import Release

QUESTIONS: tuple[tuple[Sequence[str], int], ...] = (
    (("country", "year", "outcome"), 10),
    (("country", "province_group", "year"), 20),
    (("country", "province_group", "year", "sex"), 14),
    (("country", "province", "year", "sex"), 23),
    (("country", "province", "year", "sex", "outcome"), 16),
)
"""Levels and how many years of them, from few cells to many."""


def main() -> None:
    """Measure the release of each size that comes nearest to what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cells", nargs="+", type=int, default=[5000, 50000])
    sizes, made = parser.parse_args().cells, list[Release]()
    for by, years in QUESTIONS:
        made.append(made_release(*by, years=range(2025 - years, 2025)))
        if len(made[-1].cells) > max(sizes):
            break  # those that follow are larger still
    for wanted in sizes:
        _measure(min(made, key=lambda release: abs(len(release.cells) - wanted)))


def _measure(release: Release) -> None:
    dictionary = regional()
    print(f"\n{len(release.cells):,} cells by {', '.join(axis.level for axis in release.axes)}")
    print(f"{'':24}{'CPU s':>8}{'kB':>9}{'kB gzip':>9}")
    table = _timed("layout as JSON", lambda: json.dumps(layout(release, dictionary).as_json()).encode())
    rows = json.loads(table)["rows"]
    for kind in fitting(release, dictionary):
        _timed(f"picture: {kind}", lambda kind=kind: draw(kind, release, dictionary).svg.encode())
    for form in FORMS:
        if form not in ("svg", "png") or fitting(release, dictionary):
            _timed(form, lambda form=form: export(release, form, dictionary))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(rows):,} rows of {len(rows[0]['cells'])} columns; {memory} MB at most until here")


def _timed(name: str, work: Callable[[], bytes]) -> bytes:
    started = time.process_time()
    content = work()
    spent = time.process_time() - started
    print(
        f"{name:24}{spent:8.3f}{len(content) / 1000:9.1f}{len(gzip.compress(content)) / 1000:9.1f}",
        flush=True,
    )
    return content


if __name__ == "__main__":
    main()
