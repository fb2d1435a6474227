"""The regional log and a member's log, read against each other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import logged
import pytest
from logged import HUB
from logged import ref as reference
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.events import events
from audit.events.event_values import EntryRef
from audit.events.events import Event
from audit.events.question_events import Answered, Asked, Refused, Rejected, Released
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.directory import export
from audit.log.log import Log
from audit.reading.reconcile import Difference, Gap, RegionalLog, reconcile

AT = datetime(2026, 1, 2, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def asked(question: str = "q", *members: str) -> Asked:
    return logged.asked(question, members=members or ("KH", "LA"), asked_at=AT)


def released(
    answered: str = "", refused: str = "", missing: str = "", *, index: int = 0, question: str = "q"
) -> Released:
    given = {"answered": answered.split(), "refused": refused.split(), "missing": missing.split()}
    return logged.released(question, index=index, **given)


def answered(ref: EntryRef, question: str = "q") -> Answered:
    return logged.answered(question, asked=ref)


def refused(ref: EntryRef, question: str = "q") -> Refused:
    return logged.refused(question, asked=ref)


def numbered(*entries: Event) -> list[tuple[int, bytes]]:
    return [(i, events.encode(e)) for i, e in enumerate(entries)]


def region(*entries: Event) -> RegionalLog:
    return RegionalLog.read(HUB, numbered(*entries))


def within(*entries: Event) -> list[Difference]:
    return region(*entries).differences(LATER, timedelta(minutes=5))


def test_two_logs_that_agree() -> None:
    hub = region(asked(), released("KH", "LA"), asked("q2"), released("LA", "KH", index=2, question="q2"))
    said = numbered(answered(reference(asked())), refused(reference(asked("q2"), 2), "q2"))
    assert reconcile(hub, "KH", said) == []
    assert hub.differences(LATER, timedelta(minutes=5)) == []


def test_a_question_without_an_end() -> None:
    assert within(asked()) == [Difference(Gap.NO_END, "q", 0)]
    assert region(asked()).differences(AT + timedelta(minutes=4), timedelta(minutes=5)) == []


def test_a_question_with_two_ends() -> None:
    assert within(asked(), released("KH"), released("KH LA")) == [Difference(Gap.TWO_ENDS, "q", 2)]


@pytest.mark.parametrize(
    ("index", "question"), [(1, "q"), (5, "q"), (0, "another")], ids=["itself", "nothing", "another question"]
)
def test_a_release_of_nothing_that_was_asked(index: int, question: str) -> None:
    found = within(asked(), released("KH"), released("KH", index=index, question=question))
    assert Difference(Gap.NOT_ASKED, question, 2) in found


def test_a_release_before_the_question() -> None:
    assert Difference(Gap.NOT_ASKED, "q", 0) in within(released("KH", index=1), asked())


@pytest.mark.parametrize("release", [released("KH"), released("LA", "KH")])
def test_the_member_lacks_what_the_hub_says(release: Released) -> None:
    assert reconcile(region(asked(), release), "KH", []) == [Difference(Gap.MISSING_IN_MEMBER, "q", 1, "KH")]


def test_the_hub_lacks_what_the_member_says() -> None:
    found = reconcile(region(asked(), released("LA", "", "KH")), "KH", numbered(answered(reference(asked()))))
    assert found == [Difference(Gap.MISSING_IN_HUB, "q", 1, "KH", 0)]


def test_one_says_answered_the_other_refused() -> None:
    found = reconcile(region(asked(), released("KH")), "KH", numbered(refused(reference(asked()))))
    assert found == [Difference(Gap.CONTRADICTION, "q", 1, "KH", 0)]


@pytest.mark.parametrize(
    "ref",
    [
        reference(asked(), index=7),
        reference(asked("another")),
        reference(asked(), origin="log.example/other"),
    ],
    ids=["another place", "another question", "another log"],
)
def test_the_member_answered_what_the_hubs_log_does_not_hold(ref: EntryRef) -> None:
    """The hub showed this member another log than the one that everybody sees."""
    found = reconcile(region(asked()), "KH", numbered(answered(ref)))
    assert found == [Difference(Gap.NOT_ASKED, "q", None, "KH", 0)]


def test_a_member_that_was_not_asked_says_nothing() -> None:
    assert reconcile(region(asked("q", "LA"), released("LA")), "KH", []) == []


def test_refusals_without_proof_and_entries_of_other_kinds_are_passed_over() -> None:
    entries = [*numbered(Rejected("q", "KH", ("no-proof",), AT)), (1, b"something of a newer version")]
    assert reconcile(region(asked()), "KH", entries) == []


def exported(path: Path, origin: str, *entries: Event) -> str:
    log, storage = Log(Signer.generate(origin)), MemoryStorage()
    log.create(storage, now=1)
    log.append(storage, [events.encode(e) for e in entries], now=1)
    export(log, storage, path)
    return str(path)


def test_the_command_reads_exports_against_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = exported(tmp_path / "region", HUB, asked(), released("KH"))
    honest = exported(tmp_path / "kh", "log.example/kh", answered(reference(asked())))
    empty = exported(tmp_path / "empty", "log.example/kh")

    assert main(["reconcile", region, f"KH={honest}"]) == 0
    assert "1 questions: the logs agree" in capsys.readouterr().out
    assert main(["reconcile", region, f"KH={empty}"]) == 1
    assert "missing-in-member: q (entry 1 of the region, no entry of KH)" in capsys.readouterr().out


def test_a_member_is_named_with_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["reconcile", str(tmp_path), "just-a-path"])
    assert "CODE=DIR" in capsys.readouterr().err


def test_each_export_is_checked_by_the_key_that_the_reader_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = exported(tmp_path / "region", HUB, asked(), released("KH"))
    honest = exported(tmp_path / "kh", "log.example/kh", answered(reference(asked())))
    keys = ["--vkey", f"{region}/vkey", "--vkey", f"{honest}/vkey"]

    assert main(["reconcile", region, f"KH={honest}", *keys[:2]]) == 0
    assert capsys.readouterr().err.count("not verified") == 1  # the member's
    assert main(["reconcile", region, f"KH={honest}", *keys]) == 0
    assert capsys.readouterr().err == ""
    forged = exported(tmp_path / "forged", "log.example/kh", answered(reference(asked())))
    assert main(["reconcile", region, f"KH={forged}", *keys]) == 1
    assert f"{forged}: the note is not signed by any key" in capsys.readouterr().err


def test_a_quorum_of_the_readers_policy_is_asked_of_the_log_that_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region, policy = exported(tmp_path / "region", HUB, asked(), released()), tmp_path / "policy"
    key, unheard = (tmp_path / "region" / "vkey").read_text().strip(), Cosigner.generate("w").key
    policy.write_text(f"log {key}\nwitness w {unheard}\nquorum w\n", encoding="utf-8")

    assert main(["reconcile", region, "--policy", str(policy)]) == 1
    assert "less than the policy's quorum" in capsys.readouterr().err
    assert main(["reconcile", region, "--max-age", "60"]) == 1
    assert "need --policy" in capsys.readouterr().err
