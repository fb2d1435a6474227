"""What a data controller types: keys, a policy on its way into force, questions that need a person."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from federation import Federation, federation, policy_text, snapshot
from lone_node import set_up

from gateway.bootstrap.setup.open_member import open_member
from gateway.cli import main
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of

PASSPHRASE = "correct horse battery staple"

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def command(*words: str, passphrase: str = PASSPHRASE, typed: str | None = None, code: int = 0) -> Result:
        secret = {} if typed is not None else {"SAFELANE_PASSPHRASE": passphrase}
        result = CliRunner(env=secret).invoke(main, [str(word) for word in words], input=typed)
        assert result.exit_code == code, result.output
        return result

    return command


@pytest.fixture
def node(tmp_path: Path) -> Path:
    set_up(tmp_path / "KH")
    return tmp_path / "KH"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text("KH"), encoding="utf-8")
    return path


def test_a_key_is_asked_for_twice_and_never_shown(run: Run, node: Path) -> None:
    typed = f"{PASSPHRASE}\n{PASSPHRASE}\n"

    said = run("keys", "create", "dara", "--dir", node, typed=typed).output

    assert "New passphrase of dara" in said
    assert PASSPHRASE not in said
    assert "dara" in run("keys", "list", "--dir", node).output


def test_a_second_key_needs_somebody_who_vouches(run: Run, node: Path) -> None:
    run("keys", "create", "dara", "--dir", node)

    assert "vouch" in run("keys", "create", "chan", "--dir", node, code=9).output
    run("keys", "create", "chan", "--second-person", "--by", "dara", "--dir", node)
    assert "second person" in run("keys", "list", "--dir", node).output
    assert len(list((node / "keys" / "people").iterdir())) == 2


def test_a_key_comes_back_from_its_backup(run: Run, node: Path, tmp_path: Path) -> None:
    run("keys", "create", "dara", "--dir", node)
    run("keys", "backup", "dara", tmp_path / "dara.key", "--dir", node)
    (lost,) = (node / "keys" / "people").iterdir()
    before = lost.read_bytes()
    lost.unlink()
    assert "not here" in run("keys", "list", "--dir", node).output

    run("keys", "restore", tmp_path / "dara.key", "--dir", node)

    assert lost.read_bytes() == before


def test_a_wrong_passphrase_neither_backs_up_nor_signs(
    run: Run, node: Path, tmp_path: Path, policy: Path
) -> None:
    run("keys", "create", "dara", "--dir", node)
    run("policy", "draft", policy, "--dir", node)

    run("keys", "backup", "dara", tmp_path / "dara.key", "--dir", node, passphrase="another one 123", code=7)
    run("policy", "publish", "--by", "dara", "--dir", node, passphrase="another one 123", code=7)

    assert not (tmp_path / "dara.key").exists()
    assert "has been signed yet" in run("policy", "history", "--dir", node).output


def test_a_rotated_key_signs_and_the_former_one_is_gone(run: Run, node: Path, policy: Path) -> None:
    run("keys", "create", "dara", "--dir", node)
    (former,) = (node / "keys" / "people").iterdir()

    run("keys", "rotate", "dara", "--dir", node)

    assert not former.exists()
    run("policy", "draft", policy, "--dir", node)
    run("policy", "publish", "--by", "dara", "--dir", node)


def test_a_revoked_key_signs_nothing(run: Run, node: Path, policy: Path) -> None:
    run("keys", "create", "dara", "--dir", node)
    run("keys", "create", "chan", "--by", "dara", "--dir", node)
    run("keys", "revoke", "chan", "--by", "dara", "--reason", "stolen", "--dir", node)
    run("policy", "draft", policy, "--dir", node)

    assert "No key of 'chan' counts" in run("policy", "publish", "--by", "chan", "--dir", node, code=9).output


def test_a_policy_goes_its_way_from_draft_to_history(
    run: Run, node: Path, policy: Path, tmp_path: Path
) -> None:
    run("keys", "create", "dara", "--dir", node)
    run("keys", "create", "chan", "--second-person", "--by", "dara", "--dir", node)

    assert "the first policy" in run("policy", "draft", policy, "--dir", node).output
    run("policy", "review", "--by", "chan", "--dir", node)
    assert "in force" in run("policy", "publish", "--by", "dara", "--dir", node).output

    second = tmp_path / "second.yaml"
    second.write_text(policy_text("KH", 2).replace("threshold: 5", "threshold: 7"), encoding="utf-8")
    assert "A cell is small below 7 people" in run("policy", "draft", second, "--dir", node).output
    run("policy", "publish", "--by", "dara", "--dir", node)
    run("policy", "rollback", "1", "--dir", node)
    run("policy", "publish", "--by", "dara", "--dir", node)
    run("policy", "revoke", "--by", "dara", "--reason", "asked for by the ministry", "--dir", node)

    reported = run("policy", "history", "--dir", node).output.splitlines()
    assert len(reported) == 3
    assert "reviewed by chan" in reported[0]
    assert "replaced" in reported[1]
    assert "revoked" in reported[2]
    data = json.loads(run("policy", "history", "--json", "--dir", node).output)
    assert [one["version"] for one in data] == [1, 2, 3]
    assert run("policy", "history", "--text", "3", "--dir", node).output == policy_text("KH", 3)


def test_leave_that_nobody_here_can_give_is_told_before_anybody_signs(
    run: Run, node: Path, policy: Path
) -> None:
    run("keys", "create", "dara", "--dir", node)
    policy.write_text(policy_text("KH") + "approval: two persons\n", encoding="utf-8")

    assert "2 people must approve, but only one has" in run("policy", "draft", policy, "--dir", node).output
    assert "2 people must approve" in run("policy", "lint", policy, "--dir", node, code=1).output
    assert "2 people must approve" not in run("policy", "lint", policy).output


def test_the_questions_beside_a_policy_are_run(run: Run, node: Path, policy: Path) -> None:
    policy.with_suffix(".questions.yaml").write_text(
        "questions:\n  - {name: months, recipient: ARMAC, purpose: regional-reporting, "
        "measure: casualties, by: {date: month}, expect: permit}\n",
        encoding="utf-8",
    )

    assert "months" in run("policy", "draft", policy, "--dir", node, code=9).output


def test_a_policy_is_seen_compared_and_improved_before_it_counts(
    run: Run, node: Path, policy: Path, tmp_path: Path
) -> None:
    with open_member(node) as opened:
        keep_snapshot(opened, snapshot("KH"))

    text = run("policy", "preview", policy, "--dir", node).output
    data = json.loads(run("policy", "preview", policy, "--json", "--dir", node).output)

    assert "CONFIDENTIAL TO YOUR COUNTRY" in text
    assert "outcome-by-year" in text
    assert data["people"] == 120
    assert data["hindrance"] is None
    assert {"tables", "to_accept", "exposure", "records", "questions", "score"} <= data.keys()
    assert "What can be read, worst first" in text
    assert "Killed and injured, by country and year (outcome-by-year)" in text
    (asked,) = (one for one in data["shares"] if one["question"] == "outcome-by-year")
    assert asked["levels"] == {"date": "year", "outcome": "outcome"}
    assert 0 <= asked["people_shown"] <= asked["ceiling"] <= data["people"]
    assert asked["percent"] == 100 * asked["people_shown"] // asked["ceiling"]

    looser = tmp_path / "looser.yaml"
    looser.write_text(policy_text("KH", 2).replace("threshold: 5", "threshold: 3"), encoding="utf-8")
    said = run("policy", "diff", policy, looser, "--dir", node, code=1).output
    assert "loosened" in said
    assert "become visible" in said or "Nobody would see any difference" in said
    same = run("policy", "diff", policy, policy, "--dir", node).output
    assert "Nothing changes." in same
    assert "The released numbers would not change." in same

    best = json.loads(run("policy", "suggest", policy, "--json", "--dir", node).output)
    scores = [one["score"] for one in best]
    assert scores == sorted(scores, reverse=True)
    assert ["as it is"] in [one["written"] for one in best]
    assert all(one["shares"] for one in best)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", ready=False) as made:
        made.clock.time = datetime.now(UTC)  # commands go by the clock of the machine
        keep_snapshot(made.members["KH"].node, snapshot("KH"))
        yield made


def test_questions_wait_for_a_person_who_sees_the_very_answer(
    run: Run, region: Federation, tmp_path: Path
) -> None:
    node = tmp_path / "KH"
    document = tmp_path / "policy.yaml"
    document.write_text(policy_text("KH") + "approval: one person\nquota: 9 a month\n", encoding="utf-8")
    run("keys", "create", "dara", "--dir", node)
    run("policy", "draft", document, "--dir", node)
    run("policy", "publish", "--by", "dara", "--accept", "--dir", node)
    run("member", "cube", "--dir", node)
    first, second = put(region, "year"), put(region, "sex")

    listed = run("member", "approvals", "list", "--dir", node).output
    assert first in listed
    assert "ARMAC" in listed
    assert "Total" in run("member", "approvals", "show", first, "--dir", node).output
    run("member", "approvals", "approve", first, "--by", "dara", "--dir", node)
    said = run("member", "approvals", "refuse", second, "--by", "dara", "--reason", "not now", "--dir", node)
    assert "not-approved" in said.output
    assert "No questions are waiting" in run("member", "approvals", "list", "--dir", node).output
    assert "ARMAC: 2 of 9 questions in this month" in run("member", "quotas", "--dir", node).output

    region.members["KH"].round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        one, other = view.release(first), view.release(second)
    assert one is not None
    assert other is not None
    assert (one.coverage[0].answered, other.coverage[0].answered) == (True, False)
    run("member", "approvals", "show", first, "--dir", node, code=9)


def put(region: Federation, *by: str) -> str:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(minutes=30))
    region.members["KH"].round()
    return asked.id


def test_a_ministry_wide_policy_is_drafted_signed_read_and_revoked(
    run: Run, node: Path, policy: Path, tmp_path: Path
) -> None:
    ministry = tmp_path / "ministry.yaml"
    ministry.write_text(
        policy.read_text(encoding="utf-8").replace("version", "data_set: all\nversion")
        + "embargo: 365 days\n",
        encoding="utf-8",
    )
    run("keys", "create", "dara", "--dir", node)
    run("policy", "draft", policy, "--dir", node)
    run("policy", "publish", "--by", "dara", "--dir", node)

    drafted = run("policy", "draft", ministry, "--dir", node).output
    assert "version 1 of the ministry-wide policy: more restrictive" in drafted
    assert "in force" in run("policy", "publish", "--ministry", "--by", "dara", "--dir", node).output

    assert "365 days" in run("policy", "explain", policy, "--dir", node).output
    assert "365 days" not in run("policy", "explain", policy).output
    assert "Version 1: signed by dara" in run("policy", "history", "--ministry", "--dir", node).output
    gone = ["--ministry", "--by", "dara", "--reason", "trying it"]
    assert "ministry-wide policy is revoked" in run("policy", "revoke", *gone, "--dir", node).output
    assert "none follows it" in run("policy", "explain", policy, "--dir", node, code=9).output
