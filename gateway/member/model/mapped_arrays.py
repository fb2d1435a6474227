"""Arrays that lie in a file and not in memory, for pseudonyms of millions of rows.

The file has no name: it is gone when the array is, and when its process is killed. Pages of it that were
read count as memory of the process until they are released, which loses nothing.
"""

import mmap
import os
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

BLOCK = 1 << 19
"""Rows between two releases; of pseudonyms eight megabytes."""


class _MappedFile(mmap.mmap):
    """The content of a file without a name. `folder`: where it lies."""

    folder: Path


def mapped_array(folder: Path, rows: int, dtype: DTypeLike) -> NDArray[Any]:
    """Zeros in a file of `folder`, all of its room on the disk taken. Raises OSError for a full disk."""
    size = rows * np.dtype(dtype).itemsize
    if not size:
        return np.zeros(0, dtype=dtype)
    with tempfile.TemporaryFile(dir=folder, prefix=".rows-") as file:
        os.posix_fallocate(file.fileno(), 0, size)  # else a full disk would kill the process later on
        content = _MappedFile(file.fileno(), size)
    content.folder = folder
    return np.frombuffer(content, dtype=dtype)


def release(array: NDArray[Any]) -> None:
    """Let the pages of a mapped array go from memory. Nothing happens to other arrays."""
    content = _file_of(array)
    if content is not None:
        content.madvise(mmap.MADV_DONTNEED)


def blocks(array: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Rows of an array one block after the other, each with the number of its first row."""
    for start in range(0, len(array), BLOCK):
        yield start, array[start : start + BLOCK]
        release(array)


def beside(array: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Zeros for as many rows, in memory where the array is in memory, else in a file beside its own."""
    content = _file_of(array)
    return np.zeros(len(array), dtype) if content is None else mapped_array(content.folder, len(array), dtype)


def reordered(array: NDArray[Any], order: NDArray[Any]) -> NDArray[Any]:
    """The rows in another order, in memory where the array is in memory, else in a file beside its own."""
    content = _file_of(array)
    if content is None:
        return np.asarray(array[order])
    target = mapped_array(content.folder, len(order), array.dtype)
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        by_row = np.argsort(rows)
        # Read from the beginning to the end: rows here and there would bring in the whole file at once.
        found = np.empty(len(rows), dtype=array.dtype)
        found[by_row] = taken(array, rows[by_row])
        target[start : start + BLOCK] = found
        release(target)
    return target


def chosen(array: NDArray[Any], rows: NDArray[np.bool_]) -> NDArray[Any]:
    """The rows of a mask, in memory where the array is in memory, else in a file beside its own."""
    return np.asarray(array[rows]) if _file_of(array) is None else reordered(array, np.flatnonzero(rows))


def taken(array: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
    """`array[rows]` in memory, for positions that ascend."""
    if _file_of(array) is None:
        return np.asarray(array[rows])
    found = np.empty(len(rows), dtype=array.dtype)
    bounds = np.searchsorted(rows, np.arange(0, len(array) + BLOCK, BLOCK))
    for first, last in pairwise(bounds.tolist()):
        found[first:last] = array[rows[first:last]]
        release(array)
    return found


def _file_of(array: NDArray[Any]) -> _MappedFile | None:
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    content = base.obj if isinstance(base, memoryview) else base
    return content if isinstance(content, _MappedFile) else None
