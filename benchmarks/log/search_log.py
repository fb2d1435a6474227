"""How fast an auditor finds things in a large log, on a hub's own database and in an export.

    python benchmarks/log/search_log.py [--entries 100000] [--table 5000] [--dir DIRECTORY]

Half of the entries are questions, half their releases; a hundred people ask, of five organisations. `--table`
is the size of the opening of each result. Seconds of the processor stand beside those of the clock.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from audit.events.event_values import CoarseShare, CoarseSize, MemberOutcome, Outcome
from audit.events.events import encode
from audit.events.question_events import Asked, Released
from audit.events.search import Criteria, Found
from audit.formats.commitment import Opening, commit
from audit.formats.note import Verifier
from audit.log.directory import LogDirectory, export
from audit.log.policy import Policy
from audit.log.verify import verify_log
from audit.reading.exports import json_lines
from gateway.auditing.alert_board import AlertBoard
from gateway.auditing.alerts import find_notices
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import find, find_newest, whole
from gateway.auditing.explanation import explain
from gateway.auditing.index_upkeep import renew_index
from gateway.auditing.log_check import check_log
from gateway.auditing.ports import NoIndex
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub, open_hub
from gateway.cli.log.log_text import line_of_event
from gateway.hub.context import Hub
from gateway.hub.proofs import kept_log

START = datetime(2026, 1, 1, tzinfo=UTC)
TOGETHER = 2000
MEMBERS = ("KH", "LA", "MM", "TH", "VN")


def event(number: int, opening: Opening) -> bytes:
    """Entry `number`: a question if even, else the release of the one before; it commits to an opening."""
    at = START + timedelta(minutes=5 * number)
    if number % 2 == 0:
        return encode(
            Asked(
                question_id=f"q-{number:024x}",
                actor=opening.commitment,
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
            result=opening.commitment,
            size=CoarseSize.TENS,
            withheld=CoarseShare.FEW,
            at=at,
        )
    )


class Entries:
    """Makes entries fast: what differs between two of a kind and person is put into the bytes of one."""

    def __init__(self, openings: Sequence[Opening], result: Opening) -> None:
        self._patterns = [event(n, result if n % 2 else openings[n % 100]) for n in range(2 * LCM)]

    def __call__(self, number: int) -> bytes:
        first = number % (2 * LCM)
        made = self._patterns[first].replace(b"%024x" % (first - first % 2), b"%024x" % (number - number % 2))
        made = made.replace(b'"asked_index":%d' % (first - 1), b'"asked_index":%d' % (number - 1))
        for seconds in (0, 10):
            made = made.replace(_at(first, seconds), _at(number, seconds))
        return made


LCM = 150
"""Persons, organisations and purposes repeat themselves after twice so many entries."""
MOST_OPENINGS = 100_000


def _at(number: int, seconds: int) -> bytes:
    at = START + timedelta(minutes=5 * number, seconds=seconds)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}".encode()


def fill(hub: Hub, count: int, table: int) -> None:
    """Entries, and openings of the first hundred thousand; that of a result is `table` bytes long."""
    people = [commit("actor", f"person {n}".encode()) for n in range(100)]
    result = commit("result", bytes(table))
    entry = Entries(people, result)
    with hub.store.reading() as view:
        first = whole(view).end
    if first % 2:  # a release names its question by the number of its entry: questions are the even ones
        with hub.store.writing() as work:
            hub.log.append(work.log, [entry(first - 1)], int(START.timestamp()))
    for start in range(first + first % 2, count, TOGETHER):
        with hub.store.writing() as work:
            numbers = range(start, min(start + TOGETHER, count))
            hub.log.append(work.log, [entry(number) for number in numbers], int(START.timestamp()))
            for number in numbers:
                if number < MOST_OPENINGS:
                    kept = people[number % 100] if number % 2 == 0 else result
                    work.keep_opening("actor" if number % 2 == 0 else "result", kept, because=number)


def timed(what: str, work: Callable[[], int]) -> None:
    """Do it three times, and say how long the fastest took, and the memory so far."""
    took, spent = [], []
    for _ in range(3):
        begin, before = time.perf_counter(), time.process_time()
        found = work()
        took.append(time.perf_counter() - begin)
        spent.append(time.process_time() - before)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what:<48} {found:>8} found  {min(took):7.3f} s  {min(spent):7.3f} CPU s  {most:5.0f} MB",
        flush=True,
    )


def checked(hub: Hub) -> int:
    """Check everything that is kept of the log; returns the number of entries."""
    with hub.store.reading() as view:
        found = check_log(hub.log, view)
    if found.damages:
        raise SystemExit(f"the log is damaged: {found.damages[0]}")
    return found.entries


def indexed(kept: KeptLog, directory: Path) -> int:
    """Make the index anew; returns the number of its segments."""
    Layout(directory).log_index.unlink(missing_ok=True)
    renew_index(kept)
    return len(kept.index.heads())


def written(kept: KeptLog, criteria: Criteria, lines: Callable[[Iterable[Found]], Iterable[str]]) -> int:
    """What a search writes, as `safelane log list` does; returns the number of lines."""
    with kept.store.reading() as view:
        return sum(map(len, map(str.splitlines, lines(find(kept, view, criteria, None, whole(view))))))


def text_lines(found: Iterable[Found]) -> Iterable[str]:
    """Lines for people."""
    return (line_of_event(each.number, each.event) for each in found)


def by_pages(kept: KeptLog, both: Criteria, count: int) -> None:
    """What the pages and the API of a process that serves show at once."""

    def newest(criteria: Criteria) -> int:
        with kept.store.reading() as view:
            found = find_newest(kept, view, criteria, None, whole(view))
            return sum(1 for _ in islice(found, 50))

    def oldest(criteria: Criteria) -> int:
        with kept.store.reading() as view:
            return sum(1 for _ in islice(find(kept, view, criteria, None, whole(view)), 100))

    timed("a page of the newest", lambda: newest(Criteria()))
    timed("a page of an organisation and a purpose", lambda: newest(both))
    timed("a page of refusals of a member (none)", lambda: newest(Criteria(outcome="refused")))
    timed("over the API: an organisation and a purpose", lambda: oldest(both))
    timed("over the API: a month", lambda: oldest(Criteria(since=START, until=START + timedelta(days=31))))
    timed("a question explained, with proofs", lambda: len(explain(kept, f"q-{count // 2:024x}")))
    timed("over the API: a question", lambda: oldest(Criteria(question=f"q-{count // 2:024x}")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--table", type=int, default=5000)
    parser.add_argument("--dir", help="where the temporary directory is made")
    options = parser.parse_args()
    count = options.entries
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        directory = Path(folder) / "hub"
        create_hub(directory, "bench.example/log")
        with open_hub(directory) as hub:
            fill(hub, count, options.table)
            kept = kept_log(hub)
            board = AlertBoard()
            timed("alerts over everything", lambda: len(find_notices(kept)))
            board.current(kept)
            timed("alerts again, of the same entries", lambda: len(board.current(kept).alerts))
            timed("the whole log checked", lambda: checked(hub))

            def hits(criteria: Criteria, person: str | None = None, log: KeptLog = kept) -> int:
                with hub.store.reading() as view:
                    return sum(1 for _ in find(log, view, criteria, person, whole(view)))

            full = replace(kept, index=NoIndex())
            timed("the index made", lambda: indexed(kept, directory))
            timed("a person by name", lambda: hits(Criteria(), "person 42"))
            timed("a question", lambda: hits(Criteria(question=f"q-{count // 2:024x}")))
            both = Criteria(organisation="organisation 1", purpose="treaty-reporting")
            timed("an organisation and a purpose", lambda: hits(both))
            month = Criteria(since=START, until=START + timedelta(days=31))
            timed("a month", lambda: hits(month))
            timed("a month, as lines for people", lambda: written(kept, month, text_lines))
            timed("a month, as JSON lines", lambda: written(kept, month, json_lines))
            timed("refusals of a member (none)", lambda: hits(Criteria(member="KH", outcome="refused")))
            timed("everything", lambda: hits(Criteria()))
            timed(
                "with --full: a question", lambda: hits(Criteria(question=f"q-{count // 2:024x}"), log=full)
            )

            by_pages(kept, both, count)
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
