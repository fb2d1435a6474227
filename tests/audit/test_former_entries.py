"""Entries under former names are read for ever: their bytes, their sentences and searches for them."""

from pathlib import Path

import pytest
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import MalformedError
from audit.events.account_events import AccountChanged
from audit.events.event import Event
from audit.events.events import EVENTS, decode, encode
from audit.events.extract_events import ExtractSealed, VaultCustodianReplaced
from audit.events.former_events import FORMER_EVENTS, all_types, present_type
from audit.events.question_events import ApprovalAwaited, ApprovalDecided
from audit.events.record_events import PrivacyCharged
from audit.events.search import Criteria
from audit.log.directory import export
from audit.log.log import Log
from audit.reading.exports import csv_rows
from audit.reading.sentences import say_event
from gateway.auditing import index

ONE, TWO = "11" * 32, "22" * 32
AT = '"at":"2026-01-02T03:04:05Z"'
ASKED = f'"asked":{{"index":7,"leaf":"{ONE}","origin":"region/log"}}'
FORMER: dict[str, tuple[type[Event], str]] = {
    f'{{{ASKED},{AT},"member":"KH","persons":2,"policy_version":"3","question_id":"q-1",'
    '"type":"waits-for-leave","version":1}': (ApprovalAwaited, "At KH the question waited from"),
    f'{{{AT},"granted":true,"member":"KH","question_id":"q-1","reason":null,"signed_by":"key",'
    '"type":"leave-given","version":1}': (ApprovalDecided, "At KH somebody approved the answer"),
    f'{{"actor":"{ONE}",{AT},"organisation":"ARMAC","purposes":[],"role":"analyst","step":"disabled",'
    f'"subject":"{TWO}","type":"account-handled","version":1}}': (AccountChanged, "An account of ARMAC"),
    f'{{{AT},"joins":"{ONE}","leaves":"{TWO}","member":"KH","present":"{ONE}",'
    '"type":"vault-custodian-exchanged","version":1}': (VaultCustodianReplaced, "At KH one custodian"),
    f'{{{AT},"canary":"{ONE}","content":"{TWO}","epoch":1,"expires":"2027-01-02T03:04:05Z",'
    '"extract":"e-1","member":"KH","reader":"key","recipient":"ARMAC","type":"extract-sealed",'
    '"version":1}': (ExtractSealed, "KH sealed extract e-1 for ARMAC"),
    f'{{{AT},"budget":"1","epsilon":"0.1","levels":["year"],"member":"KH","portion":4,'
    '"type":"privacy-charged","version":1}': (PrivacyCharged, "KH charged a table of year to the privacy"),
}
"""Entries as they were written, byte for byte; their present class, and the beginning of each sentence."""


@pytest.mark.parametrize(("written", "present"), FORMER.items())
def test_each_is_read_as_the_present_event_and_keeps_its_bytes(
    written: str, present: tuple[type[Event], str]
) -> None:
    event = decode(written.encode())

    assert isinstance(event, present[0])
    assert encode(event) == written.encode()
    assert say_event(event).startswith(present[1])


def test_every_former_event_is_read_here() -> None:
    assert {type(decode(written.encode())) for written in FORMER} == set(FORMER_EVENTS)
    assert set(FORMER_EVENTS) <= set(EVENTS.values())


def test_no_former_name_is_a_field_of_another_version() -> None:
    sealed = next(written for written in FORMER if "canary" in written)
    for spoilt in (
        sealed.replace('"canary"', '"fingerprint"'),
        sealed.replace('"version":1', '"version":2'),
        sealed.replace('"member"', f'"fingerprint":"{ONE}","member"'),
    ):
        with pytest.raises(MalformedError):
            decode(spoilt.encode())


@pytest.mark.parametrize("written", FORMER)
def test_a_search_for_the_present_type_finds_them(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = written.encode()
    name = present_type(decode(entry).TYPE)
    monkeypatch.setattr(index, "hash_of", lambda *_: b"")
    made = index.made_of(MemoryStorage(), 0, [b'{"type":"other"}', entry])
    known = index.Known([made.head], {term: {0: places} for term, places in made.places.items()})

    for kind in {name, decode(entry).TYPE}:
        assert [found.number for found in Criteria(kind=kind).find([(0, entry)])] == [0]
        assert list(index.Sought.of(Criteria(kind=kind)).candidates(known, 0, 2)) == [1]
    assert not list(Criteria(kind="asked").find([(0, entry)]))
    (found,) = Criteria().find([(0, entry)])
    assert f",{name}," in list(csv_rows([found]))[1]


def test_a_former_name_stands_for_itself_alone() -> None:
    assert all_types("leave-given") == ("leave-given",)
    assert all_types("approval-decided") == ("approval-decided", "leave-given")
    assert present_type("asked") == "asked"


def test_a_log_with_all_of_them_is_verified(log: Log, storage: MemoryStorage, tmp_path: Path) -> None:
    log.append(storage, [written.encode() for written in FORMER], now=1)
    export(log, storage, tmp_path / "export")

    assert main(["verify", str(tmp_path / "export")]) == 0
