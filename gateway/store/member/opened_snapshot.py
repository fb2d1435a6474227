"""A snapshot in parts that reads a part when somebody asks for rows of it, and not before."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.clients import Clients
from gateway.member.model.contacts import Contacts
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.model.snapshot_parts import INDEX, KeptIndex, kept_snapshot


def opened_snapshot(
    data: bytes, part: Callable[[str], bytes | None], clients: Clients | None = None
) -> Snapshot:
    """The snapshot that `kept_form` made `data` of. `part` gives the part of each name, also later.

    Raises SnapshotError; so does a snapshot in parts when it reads one that is missing or damaged.
    """
    if not data.startswith(INDEX):
        whole = kept_snapshot(data, part)
        object.__setattr__(whole, "clients", clients)  # nobody else has it yet
        return whole
    index = KeptIndex.read(data, part)
    made = object.__new__(OpenedSnapshot)
    known = {
        "member": index.header["member"],
        "dictionary": index.header["dictionary"],
        "created": date.fromisoformat(index.header["created"]),
        "says_accidents": index.header["accidents"],
        "clients": clients,
        "index": index,
    }
    for name, value in known.items():
        object.__setattr__(made, name, value)
    return made


class OpenedSnapshot(Snapshot):
    """As any snapshot; its rows are read when they are needed. Made by `opened_snapshot`.

    A copy with other rows (`dataclasses.replace`) is a snapshot like any other, without an index.
    """

    index: KeptIndex | None = None
    _last: tuple[frozenset[int], Snapshot] | None = None
    """The years that were asked for last, and their rows: several steps ask for the same ones."""

    @cached_property
    def _whole(self) -> Snapshot:
        assert self.index is not None  # noqa: S101 - a copy has every field of its own
        return self.index.whole()

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        return _Columns(self.index.columns if self.index else (), lambda: self._whole.columns)

    @cached_property
    def consent(self) -> Column:
        return self._whole.consent

    @cached_property
    def vintage(self) -> Column:
        return self._whole.vintage

    @cached_property
    def links(self) -> Mapping[str, NDArray[np.bytes_]]:
        return self._whole.links

    @cached_property
    def details(self) -> Mapping[str, Column]:
        return self._whole.details

    @cached_property
    def contacts(self) -> Contacts | None:
        return self._whole.contacts

    def __len__(self) -> int:
        return super().__len__() if self.index is None else self.index.rows

    @property
    def has_accidents(self) -> bool:
        return super().has_accidents if self.index is None else self.index.accidents

    @property
    def pseudonyms_begin(self) -> bytes:
        known = b"" if self.index is None else self.index.pseudonyms_begin
        return known or super().pseudonyms_begin

    @property
    def years(self) -> tuple[int, ...]:
        years = None if self.index is None else self.index.years
        return super().years if years is None else years

    @property
    def parts(self) -> tuple[str, ...]:
        return () if self.index is None else self.index.parts

    def of_years(self, years: Collection[int]) -> Snapshot:
        """The rows of some years at least; of other years no part is read."""
        if self.index is None or "_whole" in self.__dict__ or self.index.years is None:
            return self
        wanted = frozenset(years)
        if self._last is None or not wanted <= self._last[0]:
            object.__setattr__(self, "_last", (wanted, self.index.of_years(wanted)))
        assert self._last is not None  # noqa: S101 - set above
        return self._last[1]


class _Columns(Mapping[str, Column]):
    """Columns whose names are known, and that are read together."""

    def __init__(self, names: tuple[str, ...], read: Callable[[], Mapping[str, Column]]) -> None:
        self._names = names
        self._read = read

    def __getitem__(self, name: str) -> Column:
        if name not in self._names:
            raise KeyError(name)
        return self._read()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
