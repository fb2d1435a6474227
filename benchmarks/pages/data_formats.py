"""How long a release takes in each form in which programs fetch its data, and how large it becomes.

    python benchmarks/pages/data_formats.py [--years 19] [--times 5]

The release is invented: by country, group of provinces, year and sex, 340 cells a year and 340 for totals.
Prints for each form the median and the longest time of the processor, from the release as the hub keeps
it to the bytes that leave. The goal for some 6,580 cells: 150 ms, and 400 ms for a workbook.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from releases import made_release

from gateway.dictionary import regional
from gateway.export.data_formats import FORMATS, data
from gateway.export.observations import Observations, Selection

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
    print(f"{len(release.cells):,} cells by {', '.join(axis.level for axis in release.axes)}, of which each")
    for form in FORMATS:
        taken, size = [], 0
        for _ in range(arguments.times):
            started = time.process_time()
            size = len(data(Observations.of(release, dictionary, Selection.ALL), form))
            taken.append(time.process_time() - started)
        print(
            f"{form:10} median {1000 * statistics.median(taken):5.0f} ms, "
            f"longest {1000 * max(taken):5.0f} ms, {size / 1000:8,.0f} kB"
        )


if __name__ == "__main__":
    main()
