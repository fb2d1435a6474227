"""A load whose process is killed: the former snapshot stays, nothing lies about, and a second load works."""

import json
import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lone_node import set_up
from register_services import KOBO_ASSET, KOBO_TOKEN, Reply, Service, served
from register_services import kobo as kobo_server

from gateway.bootstrap.loading import engine_choice
from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.load_mark import MARK, marked
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.open_member import open_member
from gateway.member.model import snapshot_parts
from gateway.member.node.sentences import as_json, from_json
from gateway.member.register.missing_cases import LoadedAs
from gateway.sources.model.errors import SourceError
from gateway.sources.services import kobo, service_client

FORK = multiprocessing.get_context("fork")
ROWS, KILLS = 4000, 4
MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, ID: national_id, Date: date, Sex: sex}
constants: {victim_type: DIR, consent_share: AGG}
"""


def write(directory: Path, rows: int) -> None:
    lines = (f"C{n},{1000 + n // 2},{2015 + n % 8}-0{1 + n % 9}-02,{'MF'[n // 2 % 2]}\n" for n in range(rows))
    (directory / "victims.csv").write_text("Case,ID,Date,Sex\n" + "".join(lines), encoding="utf-8")


def load(directory: Path) -> datetime | None:
    """Load, and return when the load before began, where it was killed."""
    choices = LoadChoices(by_engine=True, loaded_as=LoadedAs.WHOLE)
    with open_member(directory) as node:
        loaded = load_source(directory, node, directory / "victims.csv", MAPPING, choices=choices)
    assert loaded.load.by_engine
    return loaded.begun_before


def cases(directory: Path) -> int:
    with open_member(directory) as node, node.store.reading() as view:
        found = view.snapshot()
    return 0 if found is None else len(found[1])


def test_a_killed_load_leaves_the_former_snapshot_and_no_file(tmp_path, monkeypatch) -> None:
    """At moments drawn from the time that a whole load takes; pseudonyms lie in files, rows in parts."""
    monkeypatch.setattr(engine_choice, "MOST_IN_MEMORY", 100)
    monkeypatch.setattr(snapshot_parts, "MOST_ROWS", 100)
    directory = tmp_path / "node"
    set_up(directory)
    write(directory, ROWS)
    start = time.monotonic()
    whole = FORK.Process(target=load, args=(directory,))
    whole.start()
    whole.join()
    took = time.monotonic() - start
    assert whole.exitcode == 0
    there = {path.name for path in directory.iterdir()}
    dice, killed = random.Random(27), 0

    write(directory, ROWS + 1)
    for _ in range(KILLS):
        process = FORK.Process(target=load, args=(directory,))
        process.start()
        time.sleep(took * dice.uniform(0.1, 0.8))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        assert cases(directory) in {ROWS, ROWS + 1}
        assert {path.name for path in directory.iterdir()} - there <= {".quality.json.new", MARK}
    assert killed
    marked = (directory / MARK).exists()
    began = load(directory)
    assert (began is not None) is marked, "the next load says that the killed one was not gone on with"
    assert load(directory) is None

    assert cases(directory) == ROWS + 1
    assert {path.name for path in directory.iterdir()} == there


def test_a_mark_says_when_a_killed_load_began_and_nothing_of_one_that_runs(tmp_path) -> None:
    now = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    (tmp_path / MARK).write_text(now.isoformat())
    with marked(tmp_path, now) as before, marked(tmp_path, now) as beside:
        assert (before, beside) == (now, None)
        assert (tmp_path / MARK).exists()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / MARK).write_bytes(b"\xff\x00 cut")
    with marked(tmp_path, now) as before:
        assert before is None


KOBO = """\
mapping: 1
member: KH
source: kobo
tables:
  Submissions:
    columns: {_uuid: case_id, day: date, sex: sex}
    left_out: {_id: tool, _submission_time: tool}
constants: {victim_type: DIR, consent_share: AGG}
"""


def test_a_load_from_a_server_that_failed_says_that_the_next_one_went_on(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(kobo, "PAGE", 2)
    monkeypatch.setattr(service_client, "WAITS", ())
    directory = tmp_path / "node"
    set_up(directory)
    rows = [{"_id": n, "_uuid": f"u{n}", "day": "2024-05-06", "sex": "F"} for n in range(6)]
    survey = [{"type": "date", "name": "day"}, {"type": "text", "name": "sex"}]
    with served(Service(kobo_server(rows, {"survey": survey}))) as service, open_member(directory) as node:
        place = f"{service.url}/#/forms/{KOBO_ASSET}"
        credentials = directory / "credentials.yaml"
        credentials.touch(mode=0o600)
        credentials.write_text(f"{service.url}: {{token: {KOBO_TOKEN}}}\n")
        service.fault = lambda number, _: Reply("busy", 500) if number > 3 else None
        with pytest.raises(SourceError, match="nothing was loaded"):
            load_source(directory, node, place, KOBO)
        service.fault = lambda _number, _: None

        loaded = load_source(directory, node, place, KOBO)

    assert (loaded.casualties, loaded.begun_before) == (6, None)
    assert loaded.fetch_note is not None
    sentence = from_json(json.loads(json.dumps(as_json(loaded.fetch_note))))
    assert (
        sentence
        == "A fetch that was broken off went on. Pages that had come before: 2; pages fetched now: 2."
    )
