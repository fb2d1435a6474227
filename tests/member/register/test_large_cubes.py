"""A cube that is too large for one value of the database lies in pieces, and previews leave none behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from federation import policy_text
from lone_node import lone_node
from register import answered, two_years
from signing import put_in_force
from sqlalchemy import delete, func, select

from gateway.member.build.preview import make
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.store.engine.database import StorageError
from gateway.store.member import pieces
from gateway.store.member.pieces import MAGIC, forget_pieces, in_pieces, whole
from gateway.store.member.policies import previews

POLICY = policy_text("KH")


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    monkeypatch.setattr(pieces, "LARGEST", 900)
    monkeypatch.setattr(pieces, "PIECE", 400)
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        put_in_force(made, POLICY)
        yield made


def test_cubes_and_previews_come_back_from_their_pieces(node: Node) -> None:
    register = two_years()
    first = answered(node, register).to_bytes()
    register.add(2024, 120)
    second = answered(node, register).to_bytes()
    with node.store.reading() as view:
        cube, released = view.cube(), view.released_cubes()

    assert cube is not None
    assert cube.cube == second
    assert released[0] == first
    assert kept_pieces(node) >= len(first) // 400

    stricter = checked(node, POLICY.replace("version: 1", "version: 2").replace("sex: sex, ", ""))
    preview = make(node, stricter)
    assert preview.fresh
    assert make(node, stricter).bytes == preview.bytes


def test_pieces_go_with_the_last_value_that_names_them_and_damage_is_told(node: Node) -> None:
    answered(node, two_years())
    with node.store.reading() as view:
        loaded = view.loaded()
    assert loaded is not None
    values = [b"same" * 250 + bytes([n]) * 500 for n in range(2)]
    before = kept_pieces(node)

    for name, value in zip("ab", values, strict=True):
        with node.store.notes() as notes:
            notes.keep_preview(name, loaded.id, value, node.clock.now())
        assert preview_of(node, name) == value
    with node.store.notes() as notes:
        notes.keep_preview("a", loaded.id, b"small", node.clock.now())

    assert preview_of(node, "b") == values[1]
    with node.store.notes() as notes:
        kept = in_pieces(notes._connection, values[1])
        notes._connection.execute(delete(previews))
        forget_pieces(notes._connection, [kept], (previews.c.cube,))
    assert kept.startswith(MAGIC)
    assert kept_pieces(node) == before
    with node.store.reading() as view, pytest.raises(StorageError, match="missing or damaged"):
        whole(view._connection, kept)


def kept_pieces(node: Node) -> int:
    with node.store.reading() as view:
        return view._connection.execute(select(func.count()).select_from(pieces.pieces)).scalar_one()


def preview_of(node: Node, name: str) -> bytes | None:
    with node.store.reading() as view:
        return view.preview(name)
