"""The pseudonyms of a snapshot's rows, packed: half of the memory that their texts take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.pseudonym_digits import WIDTH, PackedPseudonyms
from gateway.member.model.column import frozen
from gateway.member.model.mapped_arrays import blocks


@dataclass(frozen=True, eq=False)
class PackedLinks(Mapping[str, NDArray[np.bytes_]]):
    """Texts of pseudonyms by the name of their link, made anew whenever somebody asks for one.

    `prefix` and `digests` (by name, S16): as of `PackedPseudonyms`. Digests tell pseudonyms apart, and stand
    in the order of the texts. No digest is empty.
    """

    prefix: bytes
    digests: Mapping[str, NDArray[np.bytes_]]

    def __getitem__(self, name: str) -> NDArray[np.bytes_]:
        return frozen(PackedPseudonyms(self.prefix, self.digests[name]).texts())

    def __iter__(self) -> Iterator[str]:
        return iter(self.digests)

    def __len__(self) -> int:
        return len(self.digests)


def taken_links(
    links: Mapping[str, NDArray[np.bytes_]], rows: NDArray[Any]
) -> Mapping[str, NDArray[np.bytes_]]:
    """Only the given rows (a mask, or positions), packed as they were."""
    taken = MappingProxyType({name: frozen(values[rows]) for name, values in comparable(links).items()})
    return PackedLinks(links.prefix, taken) if isinstance(links, PackedLinks) else taken


def comparable(links: Mapping[str, NDArray[np.bytes_]]) -> Mapping[str, NDArray[np.bytes_]]:
    """Values of each link that are alike, and in order, as the pseudonyms of one snapshot are."""
    return links.digests if isinstance(links, PackedLinks) else links


def comparable_both(
    one: Mapping[str, NDArray[np.bytes_]], other: Mapping[str, NDArray[np.bytes_]]
) -> tuple[Mapping[str, NDArray[np.bytes_]], Mapping[str, NDArray[np.bytes_]]]:
    """As `comparable`, for the pseudonyms of two snapshots."""
    if isinstance(one, PackedLinks) and isinstance(other, PackedLinks) and one.prefix == other.prefix:
        return one.digests, other.digests
    return one, other


def text_blocks(values: Mapping[str, NDArray[np.bytes_]], name: str) -> tuple[int, Iterator[bytes]]:
    """The width of a link's texts, and all of them, one block after the other."""
    if not isinstance(values, PackedLinks):
        return values[name].dtype.itemsize, iter([values[name].tobytes()])
    texts = (
        PackedPseudonyms(values.prefix, block).texts().tobytes() for _, block in blocks(values.digests[name])
    )
    return len(values.prefix) + WIDTH, texts
