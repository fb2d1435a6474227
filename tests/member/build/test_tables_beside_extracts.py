"""Whatever comes second is attacked beside the first: tables that are made after an extract was asked for."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from signing import known, put_in_force, signer

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.identity.sealed_messages import public_of, public_text
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release, write_release
from audit.formats.note import sign
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.build.cube_building import build
from gateway.member.build.extract_attack import check_beside_extracts
from gateway.member.build.growth import grow
from gateway.member.build.preview import make
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.errors import NotProtectedError
from gateway.member.model.signing_key import Duty
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.node.signed_statements import Act
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked
from gateway.member.records.extract_preparation import ExtractRequest, prepare
from gateway.member.records.extract_workflow import request, words
from gateway.member.register.snapshot_loading import keep_snapshot
from policies import load_policy

DICTIONARY = regional()
WORDS = vocabulary(DICTIONARY, recipients=["ARMAC"], member="KH")
GROUPS = {("M", "I"): 60, ("M", "K"): 38, ("F", "I"): 20, ("F", "K"): 2}


def people() -> Snapshot:
    """120 people, of whom two women were killed."""
    rows = [group for group, count in GROUPS.items() for _ in range(count)]
    made = snapshot("KH")
    columns = {
        "date": Column.of(["2023-05"] * len(rows)),
        "sex": Column.of([sex for sex, _ in rows]),
        "outcome": Column.of([outcome for _, outcome in rows]),
        "victim_type": made.columns["victim_type"],
    }
    return replace(made, columns=columns)


def cube(more: str) -> tuple[CubeInputs, ReleaseHistory]:
    text = policy_text("KH").split("finest:")[0] + more
    made = people()
    planned = plan_cube(DICTIONARY, load_policy(text, WORDS), made, date(2026, 3, 1))
    inputs = CubeInputs(DICTIONARY, made, *planned, b"k" * 32)
    return inputs, grow(inputs, None)


def _count(group: tuple[str, str]) -> int:
    """The people of a group; `Total` stands for all of a kind."""
    return sum(
        n for codes, n in GROUPS.items() if all(g in (ROOT, c) for g, c in zip(group, codes, strict=True))
    )


@pytest.fixture(scope="module")
def totals() -> tuple[CubeInputs, ReleaseHistory]:
    """Women and men, killed and injured, and nothing together."""
    return cube("finest: {sex: sex, outcome: yes}\nmax_dimensions: 1\nthreshold: 5\n")


def extract(*shown: tuple[str, str], count: int | None = None) -> bytes:
    """What an extract tells: how many records each of these groups has."""
    dims = [
        Hierarchy(name, (ROOT, *codes), dict.fromkeys(codes, ROOT))
        for name, codes in (("sex", ("F", "M", "X", "U")), ("outcome", ("K", "I", "U")))
    ]
    stream = io.StringIO()
    write_release(Release.of(dims, {group: count or _count(group) for group in shown}), stream)
    return stream.getvalue().encode()


def test_tables_that_give_a_small_group_away_beside_an_extract_do_not_answer(
    totals: tuple[CubeInputs, ReleaseHistory],
) -> None:
    with pytest.raises(NotProtectedError, match="not safe beside extracts") as refused:
        check_beside_extracts(*totals, None, [extract(("F", "I"))])  # 22 women, 20 of them injured
    assert "2" not in str(refused.value)


def test_tables_beside_which_an_extract_tells_nothing_small_answer(
    totals: tuple[CubeInputs, ReleaseHistory],
) -> None:
    check_beside_extracts(*totals, None, [])
    check_beside_extracts(*totals, None, [extract(("M", ROOT))])
    check_beside_extracts(*totals, None, [extract((ROOT, "K"), ("M", ROOT))])


def test_two_extracts_are_looked_at_together(totals: tuple[CubeInputs, ReleaseHistory]) -> None:
    with pytest.raises(NotProtectedError):
        check_beside_extracts(*totals, None, [extract(("M", "I")), extract(("M", "K"))])


def test_an_extract_of_other_numbers_is_reported(totals: tuple[CubeInputs, ReleaseHistory]) -> None:
    with pytest.raises(NotProtectedError, match="other numbers now"):
        check_beside_extracts(*totals, None, [extract(("M", "I"), count=500)])


RECORDS = "record_level: {to: [ARMAC], k: 5, l: 2, approval: one person}\n"


def consenting(member: str) -> Snapshot:
    made = snapshot(member)
    return replace(made, consent=Column.of(["REC" if n % 3 else "AGG" for n in range(len(made))]))


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", ready=False) as made:
        node = made.members["KH"].node
        put_in_force(node, policy_text("KH") + RECORDS)
        keep_snapshot(node, consenting("KH"))
        build(node)
        yield made


def test_what_was_looked_at_before_an_extract_is_made_again_after_it(region: Federation) -> None:
    node = region.members["KH"].node
    again = checked(node, policy_text("KH", 2).replace("threshold: 5", "threshold: 6") + RECORDS)
    assert make(node, again).fresh
    assert not make(node, again).fresh
    known(node, "second", Duty.SECOND)
    ask_for_extract(region)
    assert make(node, again).fresh


def ask_for_extract(region: Federation) -> None:
    node = region.members["KH"].node
    reader = public_text(public_of(b"\x05" * 32))
    made = prepare(node, ExtractRequest("ARMAC", "regional-reporting", ("sex", "date"), reader, days=30))
    request(node, made, str(sign(words(made.plan, Act.REQUEST_EXTRACT), signer(node, "second"))))
