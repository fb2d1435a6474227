"""A large snapshot is kept in parts by year, read back cell for cell, and nothing is kept twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lone_node import lone_node

from anonymisers.identity.pseudonym_digits import digests_of, pseudonym_texts
from audit.events.events import decode
from audit.events.record_events import PartsKept
from gateway.member.errors import SnapshotDiffersError
from gateway.member.model import snapshot_parts
from gateway.member.model.contacts import Contacts
from gateway.member.model.packed_links import PackedLinks
from gateway.member.model.record_changes import compare
from gateway.member.model.snapshot import Column, Snapshot, SnapshotError
from gateway.member.model.snapshot_format import snapshot_to_bytes
from gateway.member.model.snapshot_parts import kept_form, kept_snapshot
from gateway.member.node.context import Node
from gateway.member.register import recomputation
from gateway.member.register.missing_cases import LoadedAs, missing_cases
from gateway.member.register.snapshot_loading import keep_snapshot

ROWS_OF_A_PART = 4


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_parts, "MOST_ROWS", ROWS_OF_A_PART)


def pseudonyms(kind: str, numbers: list[int], *, epoch: int = 1) -> np.ndarray:
    digests = (sha256(f"{kind} {number}".encode()).digest()[:16] for number in numbers)
    return pseudonym_texts(f"p1.{epoch}.".encode(), b"".join(digests))


def snapshot(
    numbers: list[int],
    *,
    accidents: bool = False,
    persons: bool = True,
    contacts: bool = False,
    details: bool = False,
    texts: bool = False,
    packed: bool = False,
) -> Snapshot:
    def made(kind: str) -> np.ndarray:
        if texts:
            return np.array([f"{kind}-{number:03d}".encode() for number in numbers], dtype="S12")
        return pseudonyms(kind, numbers)

    case = made("case")
    links = {
        "person": made("person") if persons else case.copy(),
        "case": case,
        "accident": made("accident") if accidents else case.copy(),
    }
    pillars = Column.of(["REH" if number % 3 else "MHPSS" for number in numbers])
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(2026, 1, 31),
        columns={
            "date": Column.of([f"{2010 + number % 7}-0{1 + number % 9}" for number in numbers]),
            "sex": Column.of(["MF"[number % 2] for number in numbers]),
        },
        consent=Column.of(["AGG" if number % 5 else "N" for number in numbers]),
        links=as_packed(links) if packed and not texts else links,
        details={"occupation": Column.of([str(number) for number in numbers])} if details else None,
        contacts=Contacts.of(case.copy(), {"va_pillar": pillars}, np.array(numbers)) if contacts else None,
        accidents=accidents,
    )


def as_packed(links: dict[str, np.ndarray]) -> PackedLinks:
    found = {name: digests_of(values) for name, values in links.items()}
    return PackedLinks(b"p1.1.", {name: np.array(np.frombuffer(d[1], "S16")) for name, d in found.items()})


def kept(one: Snapshot) -> tuple[bytes, dict[str, bytes]]:
    parts: dict[str, bytes] = {}
    return kept_form(one, lambda part: parts.setdefault(sha256(part).hexdigest(), part)), parts


SHAPES = st.fixed_dictionaries({
    name: st.booleans() for name in ("accidents", "persons", "contacts", "details", "texts", "packed")
})  # fmt: skip
EVERY = {
    "accidents": True,
    "persons": True,
    "contacts": True,
    "details": True,
    "texts": False,
    "packed": True,
}


@settings(max_examples=20)
@given(numbers=st.sets(st.integers(0, 400), min_size=ROWS_OF_A_PART + 1, max_size=60), shape=SHAPES)
@example(numbers=set(range(0, 210, 7)), shape=EVERY)
@example(numbers=set(range(300)), shape={**EVERY, "accidents": False, "persons": False})
def test_a_snapshot_comes_back_as_it_was(numbers: set[int], shape: dict[str, bool]) -> None:
    """With every link or one, of pseudonyms or other texts, and with what stands beside."""
    one = snapshot(sorted(numbers), **shape)
    index, parts = kept(one)

    again = kept_snapshot(index, parts.get)

    assert len(parts) > 1
    assert isinstance(again.links, PackedLinks) == isinstance(one.links, PackedLinks)
    assert snapshot_to_bytes(one) == snapshot_to_bytes(
        snapshot(sorted(numbers), **{**shape, "packed": False})
    )
    assert again.id == one.id
    assert snapshot_to_bytes(again) == snapshot_to_bytes(one)


def test_rows_out_of_order_and_links_of_two_epochs_come_back_as_they_were() -> None:
    one = snapshot(list(range(30)))
    turned = {name: values[::-1].copy() for name, values in one.links.items()}
    turned["person"][3:] = pseudonyms("person", list(range(27)), epoch=2)

    index, parts = kept(replace(one, links=turned))

    assert snapshot_to_bytes(kept_snapshot(index, parts.get)) == snapshot_to_bytes(replace(one, links=turned))


def test_the_parts_of_years_that_did_not_change_are_the_same_in_the_next_load() -> None:
    numbers = [7 * n for n in range(40)] + [7 * n + 1 for n in range(3)]  # two years: many cases, and three
    _, before = kept(snapshot(numbers))
    _, after = kept(snapshot([*numbers, 7 * 3 + 1]))

    assert len(after.keys() - before.keys()) == 1


def test_packed_and_written_pseudonyms_are_compared_as_the_same() -> None:
    former, new = snapshot(list(range(30))), snapshot(list(range(1, 31)), packed=True)
    by_texts = compare(former, snapshot(list(range(1, 31))), date(2030, 1, 1))

    assert compare(former, new, date(2030, 1, 1)) == by_texts
    assert missing_cases(former, new).missing == 1


def test_a_small_snapshot_is_kept_whole() -> None:
    one = snapshot(list(range(ROWS_OF_A_PART)))

    assert kept(one) == (snapshot_to_bytes(one), {})


@pytest.mark.parametrize("spoil", ["missing part", "part of another", "flipped bit", "it is cut"])
def test_parts_that_are_not_the_snapshots_are_refused(spoil: str) -> None:
    index, parts = kept(snapshot(list(range(30)), contacts=True))
    name = sorted(parts)[0]
    if spoil == "missing part":
        del parts[name]
    elif spoil == "part of another":
        parts[name] = parts[sorted(parts)[1]]
    elif spoil == "flipped bit":
        index = index[:60] + bytes([index[60] ^ 1]) + index[61:]
    else:
        index = index[:-1]

    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        kept_snapshot(index, parts.get)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_node(tmp_path / "node") as (made, _):
        yield made


def newest(node: Node) -> Snapshot:
    with node.store.reading() as view:
        found = view.snapshot()
    assert found is not None
    return found[1]


def test_a_node_keeps_a_large_snapshot_and_the_next_one(node: Node) -> None:
    first = snapshot(list(range(30)), contacts=True)
    keep_snapshot(node, first)
    assert snapshot_to_bytes(newest(node)) == snapshot_to_bytes(first)

    keep_snapshot(node, snapshot(list(range(31)), contacts=True), loaded_as=LoadedAs.WHOLE)
    assert set(newest(node).links["case"]) == set(pseudonyms("case", list(range(31))))
    assert newest(node).vintage.codes == ("1", "2")


def test_the_log_commits_to_each_part_and_a_part_of_before_is_kept_once(node: Node) -> None:
    def parts_in_the_log() -> list[list[str]]:
        with node.store.reading() as view:
            entries = map(decode, view.log.read_entries(0, view.log.latest_checkpoint().size))
            openings = [
                (event, view.opening("parts", index))
                for index, event in enumerate(entries)
                if isinstance(event, PartsKept)
            ]
        for event, opening in openings:
            opening.verify(event.parts)
        return [opening.value.decode().split("\n") for _, opening in openings]

    keep_snapshot(node, snapshot(list(range(30))))
    keep_snapshot(node, snapshot(list(range(31))), loaded_as=LoadedAs.WHOLE)

    first, second = parts_in_the_log()
    index = newest(node).index
    assert second == index.header["tables"]["rows"]["parts"]
    assert all(sha256(index.part(name)).hexdigest() == name for name in {*first, *second})
    assert 0 < len(set(first) & set(second)) < len(second)

    kept = recomputation.newest(node)
    recomputation.compare_again(node, kept, snapshot(list(range(31))))
    changed = {**index.header, "tables": {"rows": {**index.header["tables"]["rows"], "parts": first}}}
    object.__setattr__(kept.snapshot, "index", replace(kept.snapshot.index, header=changed))
    with pytest.raises(SnapshotDiffersError, match="not those that the log commits to"):
        recomputation.compare_again(node, kept, snapshot(list(range(31))))


def test_a_load_that_fails_midway_leaves_the_former_snapshot(node: Node, monkeypatch) -> None:
    keep_snapshot(node, snapshot(list(range(30))))
    kept_before = newest(node).id
    parts = iter(range(3))

    def fails(values: np.ndarray) -> None:
        """After a few parts."""
        if next(parts, None) is None:
            raise OSError("the disk is full")

    monkeypatch.setattr(snapshot_parts, "digests_of", fails)
    with pytest.raises(OSError, match="full"):
        keep_snapshot(node, snapshot(list(range(40)), accidents=True), loaded_as=LoadedAs.WHOLE)
    monkeypatch.undo()

    assert newest(node).id == kept_before
