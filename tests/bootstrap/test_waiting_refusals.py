"""Refusals that were counted and not written yet outlive a kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from entrances import House, house_of

from audit.events.account_events import AccessRefused
from gateway.accounts.model import Principal, Role, Side
from gateway.accounts.refusals import RefusedAttempt
from gateway.bootstrap.serving import refusal_loop, waiting_refusals
from gateway.bootstrap.serving.refusal_loop import writing_refusals
from gateway.bootstrap.serving.shutdown import Stop
from gateway.store.engine.database import StorageError

ANA = Principal("ana", "ARMAC", Role.ANALYST, frozenset({"regional-reporting"}), "owner")
COUNTED = [(RefusedAttempt(None, "ask", "unknown-token"), 40), (RefusedAttempt(ANA, "desk", "no", True), 7)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_of(Side.HUB, tmp_path / "house") as made:
        yield made


def refused(house: House) -> list[tuple[str, int]]:
    return [(event.action, event.times) for event in house.events() if isinstance(event, AccessRefused)]


def test_what_waits_is_read_back_and_nothing_is_read_of_another_file(tmp_path: Path) -> None:
    waiting_refusals.save(tmp_path, COUNTED)
    file = tmp_path / waiting_refusals.FILE
    assert waiting_refusals.load(tmp_path) == COUNTED
    assert file.stat().st_mode & 0o077 == 0
    for odd in (
        "{}\n",
        "nonsense\n",
        '{"who": [1], "action": "a", "reason": "r", "signing_in": 0, "times": 1}\n',
    ):
        file.write_text(odd, encoding="utf-8")
        assert waiting_refusals.load(tmp_path) == []

    waiting_refusals.save(tmp_path, ())
    assert not file.exists()


def test_what_a_killed_process_had_counted_is_logged_once(house: House, tmp_path: Path) -> None:
    waiting_refusals.save(tmp_path, COUNTED)

    for _ in range(2):
        with writing_refusals(house.app, Stop(), tmp_path):
            assert refused(house) == [("ask", 40), ("desk", 7)]
    assert not (tmp_path / waiting_refusals.FILE).exists()


def test_what_waits_is_in_the_file_a_minute_later_and_stays_there_until_it_is_logged(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_refusals.save(tmp_path, COUNTED)
    accounts = house.accounts
    attempt, now = RefusedAttempt(None, "audit", "unknown-token"), accounts.clock.now()
    writer = refusal_loop._Writer(accounts, tmp_path, waiting_refusals.load(tmp_path))
    for _ in range(4):
        accounts.refusals.times(attempt, now)

    def full(*_: object, **__: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(refusal_loop, "write_counted", full)
        writer.look()
    assert waiting_refusals.load(tmp_path) == [*COUNTED, (attempt, 3)]
    writer.look()
    assert refused(house) == [("ask", 40), ("desk", 7)]
    assert waiting_refusals.load(tmp_path) == [(attempt, 3)]
