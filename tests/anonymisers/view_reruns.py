"""The program under many keys, on many tables: what it reads of a table is compared, and each search is run
once.

Where a pattern is chosen by a view, two tables with equal views have the same pattern under the same key,
since nothing else is read. So for each table and key the bytes of everything that the search reads are made
(`bytes_read`), and the search is run once for each of them and each key of a pattern. Now and then it is run
once more for another table with these bytes, and must end with the same bytes (`Reruns.repeated`).

The keys of patterns are a few, and so are the draws that tell large cells apart: both follow from the key
independently of which zeros are drawn.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np

from anonymisers.cube.determined_cells import with_determined_cells
from anonymisers.errors import AnonymiserError
from anonymisers.simulatable import protect_by_view as program
from anonymisers.simulatable.masked_view import ViewDraws
from anonymisers.simulatable.protect_by_view import SmallTable
from anonymisers.tables.keyed_random import derive_key
from anonymisers.tables.release import Release

PATTERN_KEYS, POWERS = 8, 3
"""Keys of patterns, so that a search is run for each view at most so many times; and draws of the bounds by
which large cells are told apart, else hardly two views were the same."""
REPEATED = 40
"""Of so many uses of a former search for another table, one runs the search once more."""


def bytes_read(view) -> bytes:
    """A digest of everything that the choice of a pattern and its test read of a table, but the total and
    shown values."""
    digest, task, cells, hidden = hashlib.sha256(), view.task, view.cells, view.disclosure
    arrays = [
        view.classes, view.known, view.values, view.least, view.most, view.must_suppress, view.to_protect,
        view.drawn, view.inner, view.sums, cells.inner, cells.sums, cells.names, np.array(cells.order),
        cells.system.present, task.suppressed, task.fixed, task.to_protect, task.always, task.never,
        task.accepted, task.revocable, task.cost_factor, hidden.zero,
    ]  # fmt: skip
    arrays += [each for pair in (*hidden.pairs, *hidden.parents) for each in pair]
    arrays += [each for ways in cells.parts.values() for each in ways]
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    digest.update(repr((task.key, task.rules, sorted(cells.parts))).encode())
    return digest.digest()


class _OtherReleaseError(Exception):
    """The view cannot give the pattern that is wanted."""


class Reruns:
    """Runs of the program inside `running`, and what was found out about them.

    `searches`: how many searches were run; `used`: how often one served for another table or key;
    `repeated`: how many were run once more for another table, with the same bytes. `accepted_views`: views
    whose pattern was accepted, by their bytes. `forced` may be set: zeros (size,) that are drawn, for a table
    whose draws are too rare to be met by keys.
    """

    def __init__(self) -> None:
        self.searches = self.used = self.repeated = 0
        self._views, self._digests, self._patterns, self._tested, self._ends = {}, {}, {}, {}, {}
        self._releases = {}
        self._wanted = self.forced = None
        self.accepted_views = {}

    @contextmanager
    def running(self) -> Iterator["Reruns"]:
        """Within it `gives` may be asked."""
        names = ("view_of", "_accepted", "derive_key", "_whole", "in_all_tables", "ViewDraws")
        self._real = {name: getattr(program, name) for name in names}
        own = (
            self._view,
            self._accepted,
            self._key,
            self._whole,
            self._in_all,
            SimpleNamespace(of=self._draws),
        )
        for name, of_ours in zip(names, own, strict=True):
            setattr(program, name, of_ours)
        try:
            yield self
        finally:
            for name, real in self._real.items():
                setattr(program, name, real)

    def outcome(self, table: SmallTable, key: bytes, made, wanted=None) -> bytes | None:
        """What the program withholds of a table under a key; None where it releases nothing.

        `made`: builds a release from a pattern, for cells that follow in refused tables. `wanted`: the cells
        (size,) of the table's own tables that a certain release withholds; then a run ends, with None, at the
        first view by which that release fails the test, even if a later view might give it.
        """
        self._wanted = wanted
        try:
            found = table.protected(key)
        except (AnonymiserError, _OtherReleaseError):
            return None
        if id(found) not in self._releases:
            self._releases[id(found)] = (found, made(found).withheld.tobytes())
        return self._releases[id(found)][1]

    def _draws(self, cells, rules, key):
        """The draws of a view, with one of a few bounds of large cells; zeros as in `forced`, if that is
        set."""
        few = hashlib.sha256(b"powers %d" % (key[0] % POWERS)).digest()
        lowest, zeros = ViewDraws.of(cells, rules, few).lowest, ViewDraws.of(cells, rules, key).zeros
        forced = self.forced is not None and len(self.forced) == len(zeros)
        return ViewDraws(self.forced if forced else zeros, lowest)

    def _view(self, cells, task, values, known, draws):
        zero, large = values == 0, values >= 4 * task.rules.threshold
        of = (id(cells), values.tobytes(), draws.zeros[zero].tobytes(), draws.lowest[large].tobytes())
        if of not in self._views:
            view = self._real["view_of"](cells, task, values, known, draws)
            digest = bytes_read(view)
            self._digests[id(view)] = digest
            self._views[of] = (view, cells)  # kept, so that no other object gets the same number
        return self._views[of][0]

    def _key(self, key, purpose):
        real = derive_key(key, purpose)
        if not purpose.startswith("pattern"):
            return real
        return hashlib.sha256(b"pattern %d" % (int.from_bytes(real[:4]) % PATTERN_KEYS)).digest()

    def _accepted(self, view, values, step, key):
        digest = self._digests.get(id(view)) or bytes_read(view)
        total = int(values[view.cells.total])
        self._stop_unless_wanted(digest, view, values)
        if (of := (digest, step, total, key)) not in self._patterns:
            self.searches += 1
            self._patterns[of] = program._pattern(view, step, total, key), id(view)
        suppressed, by = self._patterns[of]
        if suppressed is None:
            return None
        tested = (digest, suppressed.tobytes(), values[~suppressed].tobytes())
        if tested not in self._tested:
            self._tested[tested] = program.Accepted.of(view, suppressed, values)
        if self._tested[tested] is not None:
            self.accepted_views[digest] = view
        if by != id(view):
            self.used += 1
            if self.used % REPEATED == 0:
                self._repeat(view, values, step, key, (suppressed, self._tested[tested]))
        return self._tested[tested]

    def _stop_unless_wanted(self, digest, view, values):
        own = view.cells.own
        if self._wanted is None or len(self._wanted) != own:
            return
        cells = view.closed(np.concatenate([self._wanted, view.must_suppress[own:]]))
        same = (cells[:own] == self._wanted)[view.cells.system.present[:own]].all()
        tested = (digest, cells.tobytes(), values[~cells].tobytes())
        if same and tested not in self._tested:
            self._tested[tested] = program.Accepted.of(view, cells, values)
        if not same or self._tested[tested] is None:
            raise _OtherReleaseError

    def _repeat(self, view, values, step, key, former):
        suppressed, accepted = former
        again = program._pattern(view, step, int(values[view.cells.total]), key)
        assert again.tobytes() == suppressed.tobytes()
        test = program.Accepted.of(view, again, values)
        assert (test is None) == (accepted is None)
        if test is not None:
            assert test.reached.tables.tobytes() == accepted.reached.tables.tobytes()
        self.repeated += 1

    def _whole(self, found, some, everything, step, key):
        of = (id(found.reached), found.rate, step)
        if bool(everything is not some and step is program.Step.ALL):  # wider tables have keys of their own
            return self._real["_whole"](found, some, everything, step, key)
        if of not in self._ends:
            self._ends[of] = (found, self._real["_whole"](found, some, everything, step, key))
        return self._ends[of][1]

    def _in_all(self, some, *rest):
        if (of := id(some)) not in self._ends:
            self._ends[of] = (some, self._real["in_all_tables"](some, *rest))
        return self._ends[of][1]


def release_of(table, found, rules) -> Release:
    """The release of a pattern, with the cells of refused tables that follow from others."""
    coords = found.lattice.keys()
    values = np.where(found.suppressed, -1, found.values)
    made = Release(found.people.dims, {}, coords, values, found.suppressed, found.structural)
    return with_determined_cells(made, rules, settled=found.settled, public=found.public)
