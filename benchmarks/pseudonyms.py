"""How fast a column becomes pseudonyms, beside raw hmac.digest on the same canonical bytes.

python benchmarks/pseudonyms.py [rows]
"""

import hmac
import sys
import time
from collections.abc import Callable

from anonymisers.canonical import canonical_identifiers
from anonymisers.pseudonym_domain import Domain
from anonymisers.pseudonyms import pseudonyms

KEY = bytes(range(32))
DOMAIN = Domain("KH", 3, "UNMAS", "assistance", "nid")
KHMER = {ord("0") + digit: 0x17E0 + digit for digit in range(10)}
COLUMNS: dict[str, Callable[[int], str]] = {
    "nine digits": lambda i: f"{i:09d}",
    "thirteen digits with hyphens": lambda i: f"3-1009-{i:07d}-1",
    "nine Khmer digits": lambda i: f"{i:09d}".translate(KHMER),
}


def rate(work: Callable[[], object], rows: int) -> float:
    """Rows per second of process time, the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return rows / min(times)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    for name, make in COLUMNS.items():
        values = [make(i) for i in range(rows)]
        encoded = [value.encode() for value in canonical_identifiers(values)]
        raw = rate(lambda encoded=encoded: [hmac.digest(KEY, value, "sha256") for value in encoded], rows)
        ours = rate(lambda values=values: pseudonyms(KEY, DOMAIN, values), rows)
        print(f"{name:30} {ours:10,.0f}/s  raw HMAC {raw:10,.0f}/s  share {ours / raw:.2f}")


if __name__ == "__main__":
    main()
