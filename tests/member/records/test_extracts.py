"""Extracts at a node: only as the policy permits, approved by another person, once, and all logged."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, federation
from signing import known, put_in_force, signer

from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import parse, pseudonyms
from anonymisers.identity.sealed_messages import public_of, public_text
from anonymisers.records.sealed_extract import opened_extract
from audit.events.events import decode
from audit.formats.note import sign
from gateway.member.build.cube_building import build
from gateway.member.errors import ExtractRefusedError, NothingToProtectError, SignatureRefusedError
from gateway.member.model.extract import ExtractPlan, StoredExtract
from gateway.member.model.signing_key import Duty
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.node.signed_statements import Act
from gateway.member.records.extract_preparation import ExtractRequest, prepare
from gateway.member.records.extract_terms import sentences
from gateway.member.records.extract_workflow import EpochKey, approve, copy_of, refuse, request, seal, words
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.wire.usage_terms import PassOn, Terms

POLICY = """
member: KH
version: {version}
valid_from: 2026-01-01
valid_for: 24 months
share:
  - with: [ARMAC]
    for: [regional-reporting, research]
    measures: [casualties]
finest: {{date: year, sex: sex, outcome: yes}}
max_dimensions: 2
threshold: 5
reruns: small-tables
record_level: {{to: [ARMAC], k: 5, l: 2, approval: {approval}}}
legal_basis: Sub-decree 25/2019
retention: 60 days
redistribution: no
"""
PRIVATE = b"\x05" * 32
EPOCH = EpochKey(1, b"e" * 32)
PEOPLE = 240


def policy(version: int = 1, approval: str = "one person") -> str:
    return POLICY.format(version=version, approval=approval)


def _link(name: str, n: int) -> bytes:
    """Person 1 had two accidents, in two years, and so had nobody else."""
    return f"{name}-{1 if (name, n) == ('person', PEOPLE - 1) else n:04d}".encode()


def snapshot(shared: int = 2) -> Snapshot:
    """Invented people; one in `shared` agreed to records, the others to numbers."""
    rows = range(PEOPLE)
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=datetime(2026, 1, 15, tzinfo=UTC).date(),
        columns={
            "date": Column.of([f"{2022 + n % 3}-{1 + n % 12:02d}" for n in rows]),
            "sex": Column.of(["F" if n % 5 == 0 else "M" for n in rows]),
            "outcome": Column.of(["K" if n % 4 == 0 else "I" for n in rows]),
            "victim_type": Column.of(["DIR" for _ in rows]),
        },
        consent=Column.of(["REC" if n % shared else "AGG" for n in rows]),
        links={name: np.array([_link(name, n) for n in rows]) for name in LINKS},
    )


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(tmp_path_factory.mktemp("region"), "KH", ready=False) as made:
        node = made.members["KH"].node
        put_in_force(node, policy())
        keep_snapshot(node, snapshot(3))
        build(node)
        known(node, "second", Duty.SECOND)
        yield made


@pytest.fixture
def node(region: Federation) -> Node:
    return region.members["KH"].node


def wanted(**change) -> ExtractRequest:
    usual = {
        "recipient": "ARMAC",
        "purpose": "regional-reporting",
        "columns": ("date", "sex", "outcome"),
        "reader": public_text(public_of(PRIVATE)),
        "days": 30,
    }
    return ExtractRequest(**(usual | change))


def signed(node: Node, name: str, stored: StoredExtract, act: Act) -> str:
    return str(sign(words(stored.plan, act), signer(node, name)))


def asked(node: Node, by: str = "second", **change) -> StoredExtract:
    made = prepare(node, wanted(**change))
    return request(node, made, str(sign(words(made.plan, Act.REQUEST_EXTRACT), signer(node, by))))


def approved(node: Node, **change) -> StoredExtract:
    stored = asked(node, **change)
    return approve(node, stored.plan.extract, signed(node, "controller", stored, Act.APPROVE_EXTRACT))


def test_an_approved_extract_opens_for_its_reader_alone_with_company_for_everybody(node: Node) -> None:
    stored = approved(node)
    sealed = seal(node, stored.plan.extract, EPOCH)
    label, content = opened_extract(sealed, PRIVATE, node.clock.now())

    assert (label.member, label.recipient, label.epoch) == ("KH", "ARMAC", 1)
    person, *columns = content.columns
    assert person == "person"
    assert set(columns) <= {"date", "sex", "outcome"}
    people = [row[0] for row in content.rows]
    assert len({str(parse(p)) for p in people}) == len(people)
    assert min(Counter(row[1:] for row in content.rows).values()) >= 5
    assert "case-" not in str(content)


def test_the_terms_of_the_policy_are_approved_sealed_with_the_records_and_shown(node: Node) -> None:
    stored = approved(node)
    _, content = opened_extract(seal(node, stored.plan.extract, EPOCH), PRIVATE, node.clock.now())

    assert stored.plan.terms == Terms(60, PassOn.NO, "Sub-decree 25/2019")
    assert ExtractPlan.parse(stored.plan.to_text()) == stored.plan
    assert content.terms == (
        "For ARMAC, for regional-reporting only.",
        "Nobody may try to find out who a person is.",
        "It may be kept for 30 days, and is then to be deleted.",
        "Nothing of it may be passed on, tables made from it neither.",
        "Legal basis: Sub-decree 25/2019",
        "Permitted by version 1 of the policy of KH.",
        "At least 5 people share every combination of the columns.",
    )


def test_whatever_the_policy_lets_pass_on_is_never_a_record(node: Node) -> None:
    plan = prepare(node, wanted(days=1)).plan
    for pass_on in (PassOn.YES, PassOn.WITH_CREDIT):
        reported = sentences(replace(plan, terms=Terms(None, pass_on, None)))
        assert "It may be kept for one day, and is then to be deleted." in reported
        assert any(
            line.startswith("No record may be passed on; tables made from them may") for line in reported
        )
        assert not any("Legal basis" in line for line in reported)


def test_a_plan_of_before_terms_were_told_keeps_its_text_and_forbids_passing_on(node: Node) -> None:
    """What was signed then is still what was signed."""
    plan = replace(prepare(node, wanted()).plan, terms=None)

    assert '"terms"' not in plan.to_text()
    assert ExtractPlan.parse(plan.to_text()) == plan
    assert "Nothing of it may be passed on, tables made from it neither." in sentences(plan)


def test_two_records_of_a_person_whom_they_would_tell_apart_have_two_pseudonyms(node: Node) -> None:
    stored = approved(node)
    _, content = opened_extract(seal(node, stored.plan.extract, EPOCH), PRIVATE, node.clock.now())
    domain = Domain("KH", EPOCH.number, "ARMAC", "regional-reporting", "person")
    one, other, both = pseudonyms(EPOCH.key, domain, ["case-0001", f"case-{PEOPLE - 1:04d}", "person-0001"])
    assert {one, other} <= {row[0] for row in content.rows}
    assert both not in {row[0] for row in content.rows}


def test_extracts_that_could_be_joined_by_their_pseudonyms_say_no_more_together(node: Node) -> None:
    """Who has years and sexes of people gets their outcomes only with these; or fewer columns, or all."""
    purpose = "research"
    stored = asked(node, columns=("date", "sex"), purpose=purpose)
    with pytest.raises(ExtractRefusedError, match="joined with an earlier extract"):
        prepare(node, wanted(columns=("outcome",), purpose=purpose))
    assert (
        prepare(node, wanted(columns=("sex",), purpose=purpose)).plan.grain.items()
        <= stored.plan.grain.items()
    )
    assert prepare(node, wanted(purpose=purpose)).plan.grain.items() >= stored.plan.grain.items()
    refuse(node, stored.plan.extract, "not needed", signed(node, "controller", stored, Act.REFUSE_EXTRACT))
    assert prepare(node, wanted(columns=("outcome",), purpose=purpose))


def test_only_people_who_agreed_to_records_are_in_it(node: Node) -> None:
    stored = approved(node)
    _, content = opened_extract(seal(node, stored.plan.extract, EPOCH), PRIVATE, node.clock.now())
    agreed = sum(n % 3 != 0 for n in range(PEOPLE))
    assert 0 < len(content.rows) <= agreed


def test_another_recipient_or_epoch_gets_other_pseudonyms(node: Node) -> None:
    rows = []
    for purpose, epoch in (
        ("regional-reporting", EPOCH),
        ("research", EPOCH),
        ("research", EpochKey(2, b"f" * 32)),
    ):
        stored = approved(node, purpose=purpose)
        _, content = opened_extract(seal(node, stored.plan.extract, epoch), PRIVATE, node.clock.now())
        rows.append({row[0] for row in content.rows})
    assert rows[0] & rows[1] == rows[1] & rows[2] == set()


def test_whoever_asks_does_not_approve(node: Node) -> None:
    stored = asked(node, by="controller")
    with pytest.raises(ExtractRefusedError, match="cannot approve"):
        approve(node, stored.plan.extract, signed(node, "controller", stored, Act.APPROVE_EXTRACT))
    with pytest.raises(ExtractRefusedError, match="needs approval"):
        seal(node, stored.plan.extract, EPOCH)


def test_a_second_person_alone_is_not_enough(node: Node) -> None:
    stored = asked(node, by="controller")
    approve(node, stored.plan.extract, signed(node, "second", stored, Act.APPROVE_EXTRACT))
    with pytest.raises(ExtractRefusedError, match="at least one controller"):
        seal(node, stored.plan.extract, EPOCH)


def test_leave_for_one_extract_is_none_for_another(node: Node) -> None:
    one, other = asked(node), asked(node)
    with pytest.raises(SignatureRefusedError):
        approve(node, one.plan.extract, signed(node, "controller", other, Act.APPROVE_EXTRACT))


def test_a_stranger_neither_asks_nor_approves(node: Node) -> None:
    made = prepare(node, wanted())
    with pytest.raises(SignatureRefusedError):
        request(node, made, str(sign(words(made.plan, Act.REQUEST_EXTRACT), signer(node, "stranger"))))


def test_an_extract_is_sealed_once_and_a_refused_one_never(node: Node) -> None:
    stored = approved(node)
    seal(node, stored.plan.extract, EPOCH)
    with pytest.raises(ExtractRefusedError, match="sealed already"):
        seal(node, stored.plan.extract, EPOCH)
    other = approved(node)
    refuse(node, other.plan.extract, "not now", signed(node, "second", other, Act.REFUSE_EXTRACT))
    with pytest.raises(ExtractRefusedError, match="refused already"):
        seal(node, other.plan.extract, EPOCH)
    with pytest.raises(ExtractRefusedError, match="no such extract"):
        seal(node, "x-nothing", EPOCH)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"recipient": "WHO"}, "does not permit"),
        ({"purpose": "operations"}, "does not permit"),
        ({"columns": ("place",)}, "no such column"),
        ({"columns": ()}, "different columns"),
        ({"reader": "slx1.no"}, "reader's key"),
        ({"days": 4000}, "1 to 366 days"),
        ({"days": 61}, "for 60 days"),
    ],
)
def test_what_the_policy_does_not_permit_is_not_even_prepared(node: Node, change, words: str) -> None:
    with pytest.raises(ExtractRefusedError, match=words):
        prepare(node, wanted(**change))


def test_every_step_is_logged_and_no_entry_holds_a_code_a_count_or_a_name(
    node: Node, region: Federation
) -> None:
    stored = approved(node)
    seal(node, stored.plan.extract, EPOCH)
    entries = [e for e in region.members["KH"].log_entries() if stored.plan.extract.encode() in e]
    assert [decode(entry).TYPE for entry in entries] == [
        "extract-requested",
        "extract-approved",
        "extract-sealed",
    ]
    for entry in entries:
        assert b"outcome" not in entry
        assert b"groups" not in entry


def test_a_leaked_copy_is_told_from_another_by_its_order(node: Node) -> None:
    copies = []
    for _ in range(2):
        stored = approved(node)
        _, content = opened_extract(seal(node, stored.plan.extract, EPOCH), PRIVATE, node.clock.now())
        with node.store.reading() as view:
            kept = view.extracts.find(stored.plan.extract)
        copies.append((kept, [row[0] for row in content.rows], content.mark))
    for kept, order, _ in copies:
        assert list(copy_of(node, kept, EPOCH)) == order
    assert copies[0][1] != copies[1][1]
    assert copies[0][2] != copies[1][2]


def test_data_or_a_policy_that_changed_need_a_new_extract(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as made:
        node = made.members["KH"].node
        with pytest.raises(NothingToProtectError):
            prepare(node, wanted())
        put_in_force(node, policy())
        keep_snapshot(node, snapshot(3))
        build(node)
        known(node, "second", Duty.SECOND)
        stored = approved(node)
        keep_snapshot(node, snapshot(2))
        with pytest.raises(NothingToProtectError, match="protected cube"):
            seal(node, stored.plan.extract, EPOCH)
        build(node)
        with pytest.raises(ExtractRefusedError, match="changed since"):
            seal(node, stored.plan.extract, EPOCH)


def test_two_persons_where_the_policy_asks_for_two(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as made:
        node = made.members["KH"].node
        put_in_force(node, policy(approval="two persons"))
        keep_snapshot(node, snapshot(3))
        build(node)
        for name, duty in (("second", Duty.SECOND), ("third", Duty.SECOND)):
            known(node, name, duty)
        stored = approved(node)
        with pytest.raises(ExtractRefusedError, match="at least one controller: 2"):
            seal(node, stored.plan.extract, EPOCH)
        approve(node, stored.plan.extract, signed(node, "third", stored, Act.APPROVE_EXTRACT))
        assert opened_extract(seal(node, stored.plan.extract, EPOCH), PRIVATE, node.clock.now())


def test_a_policy_without_record_level_permits_none(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as made:
        node = made.members["KH"].node
        put_in_force(node, policy().replace("record_level", "#"))
        keep_snapshot(node, snapshot(3))
        build(node)
        with pytest.raises(ExtractRefusedError, match="records-not-shared"):
            prepare(node, wanted())


def test_after_its_time_it_does_not_open(node: Node) -> None:
    stored = approved(node)
    data = seal(node, stored.plan.extract, EPOCH)
    with pytest.raises(Exception, match="was to be used until"):
        opened_extract(data, PRIVATE, node.clock.now() + timedelta(days=31))
