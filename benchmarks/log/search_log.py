"""How fast an auditor finds things in a large log, on a hub's own database and in an export.

    python benchmarks/log/search_log.py [--entries 100000]

Half of the entries are questions, half their releases; a hundred people ask, of five organisations.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from audit.events.event_values import CoarseShare, CoarseSize, MemberOutcome, Outcome
from audit.events.events import encode
from audit.events.question_events import Asked, Released
from audit.events.search import Criteria
from audit.formats.commitment import Opening, commit
from audit.formats.note import Verifier
from audit.log.directory import LogDirectory, export
from audit.log.policy import Policy
from audit.log.verify import verify_log
from gateway.auditing.alerts import find_notices
from gateway.auditing.entry_search import find, find_newest, whole
from gateway.auditing.explanation import explain
from gateway.bootstrap.setup.open_hub import create_hub, open_hub
from gateway.hub.context import Hub
from gateway.hub.proofs import kept_log

START = datetime(2026, 1, 1, tzinfo=UTC)
TOGETHER = 2000
MEMBERS = ("KH", "LA", "MM", "TH", "VN")


def event(number: int, actor: Opening) -> bytes:
    """Entry `number`: a question if even, else the release of the one before."""
    at = START + timedelta(minutes=5 * number)
    if number % 2 == 0:
        return encode(
            Asked(
                question_id=f"q-{number:024x}",
                actor=actor.commitment,
                organisation=f"organisation {number % 5}",
                role="analyst",
                held=("regional-reporting", "treaty-reporting"),
                purpose="regional-reporting" if number % 3 else "treaty-reporting",
                measure="casualties",
                by=("country", "year", "outcome"),
                where=(),
                dictionary="2026.1",
                members=MEMBERS,
                asked_at=at,
                deadline=at + timedelta(seconds=10),
                late_until=at + timedelta(seconds=10),
            )
        )
    snapshot = "xx-000000000001"
    outcomes = (MemberOutcome(m, Outcome.ANSWERED, "1", snapshot, (), None) for m in MEMBERS)
    return encode(
        Released(
            question_id=f"q-{number - 1:024x}",
            asked_index=number - 1,
            outcomes=tuple(outcomes),
            result=actor.commitment,
            size=CoarseSize.TENS,
            withheld=CoarseShare.FEW,
            at=at,
        )
    )


def fill(hub: Hub, count: int) -> None:
    """Entries and their openings; that of a result is about as long as a table."""
    with hub.store.reading() as view:
        first = whole(view).end
    for start in range(first + first % 2, count, TOGETHER):
        with hub.store.writing() as work:
            for number in range(start, min(start + TOGETHER, count)):
                asks = number % 2 == 0
                label, value = (
                    ("actor", f"person {number % 100}".encode()) if asks else ("result", bytes(5000))
                )
                opening = commit(label, value)
                hub.log.append(work.log, [event(number, opening)], int(START.timestamp()))
                work.keep_opening(label, opening, because=number)


def timed(what: str, work: Callable[[], int]) -> None:
    """Do it three times and say how long the fastest took."""
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - begin)
    print(f"{what:<48} {found:>8} found  {min(seconds):7.3f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "hub"
        create_hub(directory, "bench.example/log")
        with open_hub(directory) as hub:
            fill(hub, count)
            kept = kept_log(hub)

            def hits(criteria: Criteria, person: str | None = None) -> int:
                with hub.store.reading() as view:
                    return sum(1 for _ in find(view, criteria, person, whole(view)))

            timed("a person by name", lambda: hits(Criteria(), "person 42"))
            timed("a question", lambda: hits(Criteria(question=f"q-{count // 2:024x}")))
            both = Criteria(organisation="organisation 1", purpose="treaty-reporting")
            timed("an organisation and a purpose", lambda: hits(both))
            timed("a month", lambda: hits(Criteria(since=START, until=START + timedelta(days=31))))
            timed("refusals of a member (none)", lambda: hits(Criteria(member="KH", outcome="refused")))
            timed("everything", lambda: hits(Criteria()))

            def newest(criteria: Criteria) -> int:
                with hub.store.reading() as view:
                    found = find_newest(kept, view, criteria, None, whole(view))
                    return sum(1 for _ in islice(found, 50))

            newest(Criteria())
            with hub.store.reading() as view:
                size = whole(view).end
            while kept.index.size < size:
                time.sleep(0.1)
            timed("a page of the newest", lambda: newest(Criteria()))
            timed("a page of an organisation and a purpose", lambda: newest(both))
            timed("a page of refusals of a member (none)", lambda: newest(Criteria(outcome="refused")))
            timed("a question explained, with proofs", lambda: len(explain(kept, f"q-{count // 2:024x}")))
            timed("alerts over everything", lambda: len(find_notices(kept)))
            out = Path(folder) / "out"
            with hub.store.reading() as view:
                export(hub.log, view.log, out)

        def offline() -> int:
            read: list[tuple[int, bytes]] = []
            verify_log(LogDirectory(out), Policy.of(Verifier(hub.log.key)), lambda i, e: read.append((i, e)))
            return sum(1 for _ in Criteria(organisation="organisation 1").find(read))

        timed("an export verified, and searched", offline)


if __name__ == "__main__":
    main()
