"""The certificate of a release: feasible tables that prove the release safe, and the claims they prove.

A certificate stays inside the state: read beside the cube, differences of feasible tables disclose the true
counts.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np

from anonymisers.errors import CertificateError
from anonymisers.proof.world import World
from anonymisers.tables.cell_names import CellName, cell_names_from_json, cell_names_to_json
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release, written_release
from anonymisers.tables.rules import Level, Rules, Zeros
from anonymisers.tables.strict_json import parse_json

FORMAT = "safelane certificate 1"
_HEADER = ("format", "threshold", "zeros", "least", "sensitive", "dims", "release", "known", "refused")
_CELL_LISTS = ("accepted", "never")
_WORLDS, _BETWEEN, _END = ', "worlds": [', ",\n", "]}"
_OTHER_FORM = "the certificate is not in its written form"


@dataclass(frozen=True, eq=False)
class Certificate:
    """The claims of a certificate about one release, with the worlds as proof."""

    threshold: int
    """k: cells of 1 to k-1 people are small."""
    zeros: Zeros
    """How the policy treats zeros."""
    least: int
    """L, the least value of withheld cells that every intruder knows: 0 or 1."""
    sensitive: frozenset[str]
    """Dimensions by which no withheld group is broken down."""
    dims: tuple[Hierarchy, ...]
    """The base dimensions."""
    release: str
    """SHA-256 of the release in its written form (`release_digest`)."""
    known: tuple[str, ...]
    """SHA-256 of each earlier release in its written form, in order."""
    refused: frozenset[Level]
    """Levels of tables without protection, where every cell is withheld."""
    worlds: Sequence[World]
    """Feasible tables over the base dimensions."""
    accepted: tuple[CellName, ...] = ()
    """Withheld cells left narrower, by cells always shown, than the protection-level rule asks.

    The data controller answers for each accepted cell.
    """
    never: tuple[CellName, ...] = ()
    """Cells to withhold at any value."""

    def to_json(self) -> str:
        """The written form: JSON with one world a line. Equal certificates have equal written forms."""
        if isinstance(self.worlds, _Later):
            return self._header() + self.worlds.text
        codes = _codes(self.dims)
        return (
            self._header() + _BETWEEN.join(_world_text(codes, world) for world in self.worlds) + f"\n{_END}\n"
        )

    @classmethod
    def from_json(cls, text: str) -> "Certificate":
        """Read the written form. Raises CertificateError for any other text."""
        return cls.read(split_lines(text))

    @classmethod
    def read(cls, lines: Iterator[str], *, later: bool = False) -> "Certificate":
        """Read the written form, line by line. Raises CertificateError for any other text.

        Worlds are read one after another: the JSON objects of all worlds of a large register together would
        take many times the memory of the text. `later` reads them when they are first asked for, which most
        readers of a cube never do; the text must be known to be whole, as by a digest.
        """
        first = next(lines)
        in_form = first.endswith(_WORLDS)
        body = parse_json(first + "]}" if in_form else "\n".join([first, *lines]))
        names = {*_HEADER, "worlds"}
        if not isinstance(body, dict) or set(body) - set(_CELL_LISTS) != names or body["format"] != FORMAT:
            raise CertificateError(f"this is not a {FORMAT!r}")
        try:
            dims = tuple(Hierarchy(n, tuple(d["codes"]), d["parent"]) for n, d in body["dims"].items())
            certificate = cls(
                threshold=_whole(body["threshold"]),
                zeros=Rules(zeros=body["zeros"]).zeros,
                least=_whole(body["least"]),
                sensitive=frozenset(body["sensitive"]),
                dims=dims,
                release=str(body["release"]),
                known=tuple(str(digest) for digest in body["known"]),
                refused=frozenset(tuple(sorted(level.items())) for level in body["refused"]),
                worlds=_Later(dims, lines) if later and in_form else _worlds(dims, lines) if in_form else (),
                accepted=cell_names_from_json(body.get("accepted", []), "'accepted'"),
                never=cell_names_from_json(body.get("never", []), "'never'"),
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            message = f"the certificate cannot be read: {type(error).__name__} at {error}"
            raise CertificateError(message) from None
        if not in_form or certificate._header() != first + "\n":
            raise CertificateError(_OTHER_FORM)
        return certificate

    def _header(self) -> str:
        """The first line of the written form: every field but the worlds."""
        header = {
            "format": FORMAT,
            "threshold": self.threshold,
            "zeros": self.zeros,
            "least": self.least,
            "sensitive": sorted(self.sensitive),
            "dims": {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in self.dims},
            "release": self.release,
            "known": list(self.known),
            "refused": [dict(level) for level in sorted(self.refused)],
        }
        for name, cells in zip(_CELL_LISTS, (self.accepted, self.never), strict=True):
            header |= {name: cell_names_to_json(cells)} if cells else {}
        return json.dumps(header, ensure_ascii=False)[:-1] + _WORLDS + "\n"

    def digest(self) -> bytes:
        """SHA-256 of the written form. The digest can be guessed from data: log a salted commitment only."""
        return hashlib.sha256(self.to_json().encode()).digest()


def release_digest(release: Release) -> str:
    """SHA-256, in hexadecimal, of a release in its written form."""
    digest = hashlib.sha256()
    for piece in written_release(release):
        digest.update(piece.encode())
    return digest.hexdigest()


def split_lines(text: str) -> Iterator[str]:
    """The lines of a text, without their ends. Unlike `str.split`, only one line at a time is in memory."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _codes(dims: tuple[Hierarchy, ...]) -> list[list[str]]:
    return [[json.dumps(code, ensure_ascii=False) for code in d.codes] for d in dims]


class _Later(Sequence[World]):
    """Worlds that are read when they are first asked for, and until then kept as compressed text."""

    def __init__(self, dims: tuple[Hierarchy, ...], lines: Iterator[str]) -> None:
        packing = zlib.compressobj(1)
        self._packed = [packing.compress((line + "\n").encode()) for line in lines]
        self._packed.append(packing.flush())
        self._dims = dims

    @property
    def text(self) -> str:
        """The worlds and the end of the certificate, as they were written."""
        return zlib.decompress(b"".join(self._packed)).decode().removesuffix("\n")

    @cached_property
    def _read(self) -> tuple[World, ...]:
        return _worlds(self._dims, split_lines(self.text))

    @overload
    def __getitem__(self, number: int) -> World: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[World]: ...
    def __getitem__(self, number: int | slice) -> World | Sequence[World]:
        return self._read[number]

    def __len__(self) -> int:
        return len(self._read)


def _worlds(dims: tuple[Hierarchy, ...], lines: Iterator[str]) -> tuple[World, ...]:
    """Read worlds, one a line, and the end of the text. Raises CertificateError for any other form."""
    codes, found, more = _codes(dims), list[World](), True
    for line in lines:
        text, more = line.removesuffix(","), line.endswith(",")
        if line or found:  # without a world the line is empty
            world = _world(dims, parse_json(text))
            if _world_text(codes, world) != text:
                raise CertificateError(_OTHER_FORM)
            found.append(world)
        if not more:
            break
    if [*lines] != [_END, ""]:
        raise CertificateError(_OTHER_FORM)
    return tuple(found)


def _world_text(codes: list[list[str]], world: World) -> str:
    """A world as JSON: rows of codes with the change. `codes`: each dimension's codes, written as JSON."""
    columns = [
        [texts[i] for i in column] for texts, column in zip(codes, world.coords.T.tolist(), strict=True)
    ]
    rows = map(", ".join, zip(*columns, map(str, world.change.tolist()), strict=True))
    return "[" + ", ".join(f"[{row}]" for row in rows) + "]"


def _world(dims: tuple[Hierarchy, ...], rows: Any) -> World:
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(dims) + 1)
    coords = np.empty((len(rows), len(dims)), dtype=np.int32)
    for axis, (dim, codes) in enumerate(zip(dims, columns[:-1], strict=True)):
        coords[:, axis] = [dim.index[code] for code in codes]
    return World(coords, np.array([_whole(change) for change in columns[-1]], dtype=np.int64))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value
