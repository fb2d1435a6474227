"""The tree of RFC 6962 against published vectors, and its laws on trees of any size."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import ProofError
from audit.formats import merkle


def reference_root(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + reference_root(entries[:k]) + reference_root(entries[k:])).digest()


def reader(entries: list[bytes]) -> merkle.NodeReader:
    return lambda nodes: [reference_root(entries[i << level : (i + 1) << level]) for level, i in nodes]


def hashes(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def test_hashes_are_those_of_the_reference(vectors: dict[str, Any]) -> None:
    known = vectors["hashing"]

    assert merkle.EMPTY_ROOT.hex() == known["empty_root"]
    assert merkle.leaf_hash(b"").hex() == known["leaf_of_empty_entry"]
    assert merkle.leaf_hash(b"L123456").hex() == known["leaf_L123456"]
    assert merkle.node_hash(b"N123", b"N456").hex() == known["node_N123_N456"]


def test_roots_of_the_reference_tree(vectors: dict[str, Any]) -> None:
    tree = vectors["tree8"]
    leaves = hashes(tree["leaf_hashes"])

    assert [merkle.leaf_hash(e).hex() for e in hashes(tree["entries"])] == tree["leaf_hashes"]
    assert [merkle.root_of(leaves[:n]).hex() for n in range(9)] == tree["roots_by_size"]


def test_roots_of_large_trees(vectors: dict[str, Any]) -> None:
    known = {int(size): root for size, root in vectors["decimal_tree"]["roots_by_size"].items()}
    frontier = merkle.Frontier()

    found = {}
    for i in range(max(known)):
        frontier.append(merkle.leaf_hash(str(i).encode()))
        if frontier.size in known:
            found[frontier.size] = frontier.root().hex()

    assert found == known


def test_published_inclusion_proofs_verify(inclusion_ok_vector: dict[str, Any]) -> None:
    v = inclusion_ok_vector
    leaf, root = bytes.fromhex(v["leaf_hash"]), bytes.fromhex(v["root"])
    merkle.verify_inclusion(v["index"], v["size"], leaf, hashes(v["proof"]), root)


def test_published_inclusion_proofs_are_those_made_here(vectors: dict[str, Any]) -> None:
    entries = hashes(vectors["tree8"]["entries"])
    for v in vectors["inclusion_ok"]:
        made = merkle.inclusion_proof(v["index"], v["size"], reader(entries[: v["size"]]))
        assert made == hashes(v["proof"])


def test_bad_inclusion_proofs_are_refused(inclusion_bad_vector: dict[str, Any]) -> None:
    v = inclusion_bad_vector
    leaf, root = bytes.fromhex(v["leaf_hash"]), bytes.fromhex(v["root"])
    with pytest.raises(ProofError):
        merkle.verify_inclusion(v["index"], v["size"], leaf, hashes(v["proof"]), root)


def test_published_consistency_proofs_verify(consistency_ok_vector: dict[str, Any]) -> None:
    v = consistency_ok_vector
    root1, root2 = bytes.fromhex(v["root1"]), bytes.fromhex(v["root2"])
    merkle.verify_consistency(v["size1"], v["size2"], hashes(v["proof"]), root1, root2)


def test_published_consistency_proofs_are_those_made_here(vectors: dict[str, Any]) -> None:
    entries = hashes(vectors["tree8"]["entries"])
    for v in vectors["consistency_ok"]:
        made = merkle.consistency_proof(v["size1"], v["size2"], reader(entries[: v["size2"]]))
        assert made == hashes(v["proof"])


def test_bad_consistency_proofs_are_refused(consistency_bad_vector: dict[str, Any]) -> None:
    v = consistency_bad_vector
    root1, root2 = bytes.fromhex(v["root1"]), bytes.fromhex(v["root2"])
    with pytest.raises(ProofError):
        merkle.verify_consistency(v["size1"], v["size2"], hashes(v["proof"]), root1, root2)


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[bytes], int]:
    """Entries, and a size from 1 up to their number."""
    size = draw(st.integers(1, 70))
    return [b"entry %d" % i for i in range(size)], draw(st.integers(1, size))


@given(trees())
def test_every_leaf_of_every_tree_is_proven(tree: tuple[list[bytes], int]) -> None:
    entries, position = tree
    index, size = position - 1, len(entries)

    proof = merkle.inclusion_proof(index, size, reader(entries))

    leaf = merkle.leaf_hash(entries[index])
    merkle.verify_inclusion(index, size, leaf, proof, reference_root(entries))
    with pytest.raises(ProofError):
        merkle.verify_inclusion(index, size, merkle.leaf_hash(b"other"), proof, reference_root(entries))


@given(trees())
def test_every_tree_extends_its_beginnings(tree: tuple[list[bytes], int]) -> None:
    entries, old = tree
    size = len(entries)
    root1, root2 = reference_root(entries[:old]), reference_root(entries)

    proof = merkle.consistency_proof(old, size, reader(entries))

    merkle.verify_consistency(old, size, proof, root1, root2)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, size, proof, merkle.leaf_hash(b"other"), root2)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, size, proof, root1, merkle.leaf_hash(b"other"))


@given(trees())
def test_a_fork_gives_its_own_old_root_away(tree: tuple[list[bytes], int]) -> None:
    """An honest proof from the forked tree shows which root that tree has at the old size."""
    entries, old = tree
    proof = merkle.consistency_proof(old, len(entries), reader(entries))
    root2 = reference_root(entries)

    if old == len(entries) or old & (old - 1) == 0:
        with pytest.raises(ProofError):
            merkle.old_root(old, len(entries), proof, root2)
    else:
        assert merkle.old_root(old, len(entries), proof, root2) == reference_root(entries[:old])


@given(trees())
def test_a_proof_that_fits_no_root_shows_none(tree: tuple[list[bytes], int]) -> None:
    entries, old = tree
    if old == len(entries):
        return
    proof = merkle.consistency_proof(old, len(entries), reader(entries))
    with pytest.raises(ProofError):
        merkle.old_root(old, len(entries), proof, merkle.leaf_hash(b"other"))


def test_between_trees_of_one_size_there_is_nothing_to_prove() -> None:
    root = reference_root([b"a", b"b", b"c"])
    merkle.verify_consistency(3, 3, [], root, root)
    with pytest.raises(ProofError, match="must be empty"):
        merkle.verify_consistency(3, 3, [root], root, root)


@given(trees())
def test_a_root_comes_from_complete_subtrees(tree: tuple[list[bytes], int]) -> None:
    entries, size = tree
    assert merkle.root(size, reader(entries)) == reference_root(entries[:size])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_there_is_no_proof_outside_of_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        merkle.inclusion_proof(index, size, reader([b"a", b"b", b"c"]))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (-1, 3), (4, 3)])
def test_nothing_is_consistent_with_an_empty_or_a_larger_tree(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        merkle.consistency_proof(old, new, reader([b"a", b"b", b"c"]))
