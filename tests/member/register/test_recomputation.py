"""Source, mapping and keys give a snapshot again; whatever differs is said, and nothing is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lone_node import lone_node

from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import consent_of, load_source, recompute
from gateway.member.errors import NothingToProtectError, SnapshotDiffersError
from gateway.member.node.context import Node
from gateway.member.register.missing_cases import LoadedAs
from gateway.sources.model.errors import SourceError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  v.csv:
    columns: {Case: case_id, ID: national_id, Date: date, Sex: sex, Consent: consent_share}
constants: {victim_type: DIR}
"""
HEADINGS = "Case,ID,Date,Sex,Consent\n"
ROWS = [f"C{n},9{n:05d},2024-0{1 + n % 9}-02,{'MF'[n % 2]},AGG\n" for n in range(20)]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[tuple[Path, Node]]:
    with lone_node(tmp_path / "node") as (made, _):
        yield tmp_path / "node", made


@pytest.fixture
def register(tmp_path: Path) -> Path:
    folder = tmp_path / "register"
    folder.mkdir()
    (folder / "v.csv").write_text(HEADINGS + "".join(ROWS), encoding="utf-8")
    return folder


def test_the_same_rows_in_any_order_give_the_snapshot_again(node, register) -> None:
    directory, made = node
    kept = load_source(directory, made, register, MAPPING).kept
    (register / "v.csv").write_text(HEADINGS + "".join(reversed(ROWS)), encoding="utf-8")
    assert recompute(directory, made, register, MAPPING) == kept


def test_a_later_load_is_compared_without_its_vintages_and_with_what_was_withdrawn(node, register) -> None:
    directory, made = node
    load_source(directory, made, register, MAPPING)
    (register / "v.csv").write_text(HEADINGS + "".join(ROWS[2:]), encoding="utf-8")
    load_source(directory, made, register, MAPPING, choices=LoadChoices(loaded_as=LoadedAs.WHOLE))
    consent_of(directory, made, "C5", "N", of_case=True)
    recompute(directory, made, register, MAPPING)


@pytest.mark.parametrize(("first", "later", "begin"), [(True, False, b"p2."), (False, True, b"p1.")])
def test_a_node_keeps_the_form_of_pseudonyms_of_its_first_load(node, register, first, later, begin) -> None:
    """Whoever reads: no case is new by another form, and withdrawn consents find their people."""
    directory, made = node
    load_source(directory, made, register, MAPPING, choices=LoadChoices(by_engine=first))
    consent_of(directory, made, "C5", "N", of_case=True)
    assert consent_of(directory, made, "900007", "N", of_case=False) == 1
    (register / "v.csv").write_text(HEADINGS + "".join(ROWS[2:]), encoding="utf-8")
    choices = LoadChoices(by_engine=later, loaded_as=LoadedAs.WHOLE)
    again = load_source(directory, made, register, MAPPING, choices=choices)
    assert again.load.by_engine == later
    assert {change.name: again.changes.total(change) for change in again.changes.counts} == {"GONE": 2}
    with made.store.reading() as view:
        snapshot = view.snapshot()[1]
    assert snapshot.pseudonyms_begin == begin
    assert snapshot.consent.values().count("N") == 2
    recompute(directory, made, register, MAPPING)


def test_what_differs_is_said_without_a_value(node, register) -> None:
    directory, made = node
    load_source(directory, made, register, MAPPING)
    changed = [*ROWS[1:], "C99,900099,2024-01-02,M,AGG\n"]
    changed[3] = changed[3].replace(",M,", ",X,").replace(",F,", ",X,")
    (register / "v.csv").write_text(HEADINGS + "".join(changed), encoding="utf-8")
    with pytest.raises(SnapshotDiffersError) as caught:
        recompute(directory, made, register, MAPPING)
    assert "1 cases are only in the snapshot; 1 cases are only in the source; sex differs in 1 cases" in str(
        caught.value
    )
    assert "C99" not in str(caught.value)


def test_another_key_of_a_person_is_reported(node, register) -> None:
    directory, made = node
    load_source(directory, made, register, MAPPING)
    (register / "v.csv").write_text((HEADINGS + "".join(ROWS)).replace("900003", "900004"), encoding="utf-8")
    with pytest.raises(SnapshotDiffersError, match="the person differs in 1 cases"):
        recompute(directory, made, register, MAPPING)


def test_a_register_of_which_nothing_counts_replaces_none(node, register) -> None:
    directory, made = node
    kept = load_source(directory, made, register, MAPPING).kept
    for text in (HEADINGS, HEADINGS + "".join(row.replace("2024-0", "0/0/") for row in ROWS)):
        (register / "v.csv").write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=r"None of the (0|20) rows can be counted; nothing was loaded"):
            load_source(directory, made, register, MAPPING)
    with made.store.reading() as view:
        found = view.snapshot()
    assert found is not None
    assert found[0] == kept


def test_nothing_is_kept(node, register) -> None:
    directory, made = node
    with pytest.raises(NothingToProtectError):
        recompute(directory, made, register, MAPPING)
    with made.store.reading() as view:
        assert view.snapshot() is None
