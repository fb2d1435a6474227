"""How long a release takes in each form in which programs fetch its data, and how large it becomes.

    python benchmarks/pages/data_formats.py [--years 19] [--times 5]

The release is invented: by country, group of provinces, year and sex, 340 cells a year and 340 for totals.
Prints for each form the times of the processor, from the text that the hub keeps
of the release to the bytes that leave. The goal for some 6,580 cells: 150 ms, and 400 ms for a workbook or an
image.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from releases import made_release

from gateway.bootstrap.serving.waitress_server import settle
from gateway.dictionary import regional
from gateway.export import export
from gateway.export.data_formats import FORMATS, data
from gateway.export.observations import Observations, Selection
from gateway.wire.release import release_from_json

LAST_YEAR = 2024


def main() -> None:
    """Write the release in each form, some times over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--years", type=int, default=19)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    years = range(LAST_YEAR + 1 - arguments.years, LAST_YEAR + 1)
    release, dictionary = made_release("country", "province_group", "year", "sex", years=years), regional()
    kept = json.dumps(release.as_json())
    settle()  # as a hub does that is served
    print(f"{len(release.cells):,} cells by {', '.join(axis.level for axis in release.axes)}, of which each")
    for form in (*FORMATS, "png"):
        taken, size = [], 0
        for _ in range(arguments.times):
            started = time.process_time()
            read = release_from_json(json.loads(kept))
            if form == "png":
                size = len(export(read, form, dictionary))
            else:
                size = len(data(Observations.of(read, dictionary, Selection.ALL), form))
            taken.append(time.process_time() - started)
        shortest, median, longest = (1000 * one(taken) for one in (min, statistics.median, max))
        print(
            f"{form:10} shortest {shortest:5.0f} ms, median {median:5.0f} ms, longest {longest:5.0f} ms, "
            f"{size / 1000:8,.0f} kB"
        )


if __name__ == "__main__":
    main()
