"""How long a regional question takes, from request to checked release, on a running demo region.

safelane demo                                    # in another terminal
python benchmarks/region/question.py [safelane-demo] [40]
"""

import sys
import time
from pathlib import Path

from gateway.demo.access import analyst
from gateway.http.client import HubClient


def main(directory: str = "safelane-demo", questions: str = "40") -> None:
    client = HubClient(*analyst(Path(directory)))
    took = []
    for _ in range(int(questions)):
        start = time.perf_counter()
        client.ask(
            measure="casualties",
            by=["country", "year", "outcome"],
            where={},
            purpose="regional-reporting",
            deadline_seconds=10,
        )
        took.append(1000 * (time.perf_counter() - start))
    client.close()
    took.sort()
    at = {part: took[min(len(took) - 1, int(part * len(took)))] for part in (0.5, 0.95)}
    print(f"{len(took)} questions: p50 {at[0.5]:.0f} ms, p95 {at[0.95]:.0f} ms, longest {took[-1]:.0f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
