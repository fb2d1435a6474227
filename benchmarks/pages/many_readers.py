"""How long readers wait for one release when many fetch it at once, over real HTTP.

    python benchmarks/pages/many_readers.py [--readers 100] [--rate 50] [--seconds 20] [--years 19]

The release is invented, as in `data_formats`. The readers stand in a process of their own; each has a
connection and fetches at its turn, whether or not the one before it was answered. Formats take turns. The
goal: 100 readers at 50 a second with a p99 of 300 ms.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

import httpx
from regions import over_http
from releases import made_release
from simulation import HandClock

from gateway.bootstrap.serving.waitress_server import settle
from gateway.hub import entries

ENDINGS = ("csv", "jsonstat", "sdmx.csv", "sdmx.json", "sdmx.xml", "arrows")
LAST_YEAR = 2024


def main() -> None:
    """Serve the release, and let readers fetch it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--years", type=int, default=19)
    parser.add_argument("--of", nargs=2, metavar=("ADDRESS", "TOKEN"), help="the readers' own process")
    arguments = parser.parse_args()
    if arguments.of:
        _read(*arguments.of, arguments)
        return
    with tempfile.TemporaryDirectory() as folder, over_http(Path(folder) / "hub", HandClock()) as region:
        asked = {"measure": "casualties", "by": ["country"], "purpose": "regional-reporting"}
        question = region.analyst.post("/api/v1/questions", json=asked).json()["id"]
        years = range(LAST_YEAR + 1 - arguments.years, LAST_YEAR + 1)
        made = made_release("country", "province_group", "year", "sex", years=years)
        made = replace(made, question_id=question)
        with region.hub.store.writing() as work:
            (kept,) = work.questions_of("analyst@armac.example")
            event = entries.released(kept, made, {}, region.hub.clock.now())
            work.add_release(made, because=entries.record(region.hub, work, event))
        settle()
        print(f"{len(made.cells):,} cells", flush=True)
        options = [f"--{name}={getattr(arguments, name)}" for name in ("readers", "rate", "seconds")]
        address = f"{region.url}/api/v1/questions/{question}/releases/1/data"
        command = [sys.executable, __file__, *options, "--of", address, region.tokens["analyst"]]
        used = time.process_time()
        subprocess.run(command, check=True)
        print(f"processor of the hub: {time.process_time() - used:.1f} s")


def _read(address: str, token: str, arguments: argparse.Namespace) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    clients = [httpx.Client(headers=headers, timeout=60, trust_env=False) for _ in range(arguments.readers)]
    began = time.perf_counter() + 0.5

    def fetch(number: int) -> float:
        due = began + number / arguments.rate
        time.sleep(max(0.0, due - time.perf_counter()))
        reply = clients[number % len(clients)].get(f"{address}.{ENDINGS[number % len(ENDINGS)]}")
        reply.raise_for_status()
        return time.perf_counter() - due

    total = arguments.rate * arguments.seconds
    with ThreadPoolExecutor(arguments.readers) as pool:
        waited = sorted(pool.map(fetch, range(total)))
    p99 = waited[max(0, int(0.99 * total) - 1)]
    print(
        f"{arguments.readers} readers, {arguments.rate} a second: median "
        f"{1000 * statistics.median(waited):.0f} ms, p99 {1000 * p99:.0f} ms, "
        f"longest {1000 * waited[-1]:.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
