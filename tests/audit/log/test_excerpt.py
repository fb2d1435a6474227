"""Following a log by excerpts: who is shown little still knows that nothing was left out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_log import MemoryStorage

from audit.errors import MalformedError, ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import Frontier, leaf_hash
from audit.formats.note import Signer
from audit.log.excerpt import (
    MOST_BYTES,
    MOST_LEAVES,
    Copied,
    Excerpt,
    RevealedLeaf,
    excerpt,
    follow,
    revealed_entries,
)
from audit.log.log import Log

LOG = Log(Signer.from_seed("log.example/hub", bytes(range(32))))


def log_of(entries: list[bytes]) -> MemoryStorage:
    storage = MemoryStorage()
    LOG.create(storage, now=1)
    LOG.append(storage, entries, now=1)
    return storage


def head(storage: MemoryStorage) -> Checkpoint:
    return Checkpoint.parse(LOG.checkpoint(storage).text)


def for_me(entry: bytes) -> bool:
    return b"mine" in entry


ENTRIES = [b"mine %d" % i if i % 3 == 0 else b"theirs %d" % i for i in range(20)]


@given(st.lists(st.sampled_from([b"mine", b"theirs"]), min_size=1, max_size=40), st.data())
def test_however_a_log_grows_exactly_the_wanted_entries_are_revealed(
    entries: list[bytes], data: st.DataObject
) -> None:
    copied, reported = Copied(), list[tuple[int, bytes]]()
    size = 0
    while size < len(entries):
        size = data.draw(st.integers(size + 1, len(entries)))
        storage = log_of(entries[:size])
        shown = excerpt(LOG, storage, copied.size, size, for_me)
        assert shown is not None
        copied = follow(copied, shown, head(storage))
        reported += revealed_entries(shown)

    assert reported == [(n, e) for n, e in enumerate(entries) if for_me(e)]
    assert copied.size == len(entries)
    assert excerpt(LOG, storage, copied.size, size, for_me) is None


def test_what_is_not_for_me_is_a_hash_only() -> None:
    shown = excerpt(LOG, log_of(ENTRIES), 0, 20, for_me)
    assert shown is not None
    assert shown.leaves[1] == RevealedLeaf(None, leaf_hash(b"theirs 1"))
    assert shown.leaves[3] == RevealedLeaf(b"mine 3", None)


@pytest.mark.parametrize(
    "lie",
    [
        lambda s: replace(s, leaves=s.leaves[:4] + s.leaves[5:]),
        lambda s: replace(s, leaves=(*s.leaves[:3], RevealedLeaf(b"mine !", None), *s.leaves[4:])),
        lambda s: replace(s, leaves=(*s.leaves[:4], RevealedLeaf(None, bytes(32)), *s.leaves[5:])),
        lambda s: replace(s, leaves=(*s.leaves, RevealedLeaf(None, bytes(32)))),
        lambda s: replace(s, start=1),
        lambda s: replace(s, proof=(bytes(32),)),
    ],
    ids=["left out", "changed", "another hash", "one too many", "starts elsewhere", "another proof"],
)
def test_an_excerpt_that_is_not_of_the_witnessed_log_is_refused(lie: object) -> None:
    storage = log_of(ENTRIES)
    shown = excerpt(LOG, storage, 0, 20, for_me)
    assert shown is not None
    assert callable(lie)
    with pytest.raises(ProofError):
        follow(Copied(), lie(shown), head(storage))


def test_the_far_behind_catch_up_piece_by_piece() -> None:
    entries = [b"mine " + b"x" * 2000] * (MOST_LEAVES + 40)
    storage = log_of(entries)
    copied, pieces = Copied(), 0
    while (shown := excerpt(LOG, storage, copied.size, len(entries), for_me)) is not None:
        assert sum(len(e) for _, e in revealed_entries(shown)) <= MOST_BYTES
        copied = follow(copied, shown, head(storage))
        pieces += 1
    assert copied.size == len(entries)
    assert pieces > 2


def test_a_tree_goes_on_where_it_was_left() -> None:
    whole = Frontier()
    for entry in ENTRIES:
        whole.append(leaf_hash(entry))
    half = Frontier()
    for entry in ENTRIES[:13]:
        half.append(leaf_hash(entry))
    rest = Frontier(half.size, half.peaks)
    for entry in ENTRIES[13:]:
        rest.append(leaf_hash(entry))
    assert rest.root() == whole.root()
    with pytest.raises(ProofError, match="do not make a tree"):
        Frontier(13, half.peaks[1:])


@pytest.mark.parametrize("reported", [(None, None), (b"entry", bytes(32)), (None, bytes(31))])
def test_a_leaf_is_an_entry_or_a_hash(reported: tuple[bytes | None, bytes | None]) -> None:
    with pytest.raises(MalformedError):
        RevealedLeaf(*reported)
    with pytest.raises(MalformedError):
        Excerpt(-1, (), ())
