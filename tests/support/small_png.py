"""Screenshots small enough for the docs: a PNG with few colours, from one with all (W3C PNG)."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 64

Pixels = NDArray[np.uint8]


def fewer_colours(png: bytes) -> bytes:
    """The picture with its 64 most frequent colours; every other becomes the nearest of them."""
    pixels = _decoded(png)
    height, width, _ = pixels.shape
    wide = pixels.astype(np.uint32)
    packed = (wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]).ravel()
    colours, place, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts)[:COLOURS]]
    table = np.stack([kept >> 16, kept >> 8 & 255, kept & 255], axis=1).astype(np.int32)
    every = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)
    nearest = np.array([((table - colour) ** 2).sum(axis=1).argmin() for colour in every], dtype=np.uint8)
    lines = nearest[place.ravel()].reshape(height, width)
    data = b"".join(b"\0" + line.tobytes() for line in lines)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return SIGNATURE + b"".join(
        _chunk(name, body)
        for name, body in (
            (b"IHDR", head),
            (b"PLTE", table.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(data, 9)),
            (b"IEND", b""),
        )
    )


def _decoded(png: bytes) -> Pixels:
    """Height x width x 3, of a PNG with eight bits for red, green and blue, as Chromium writes it."""
    chunks = list(_chunks(png))
    width, height, depth, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    raw = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    lines = np.frombuffer(raw, np.uint8).reshape(height, 1 + width * channels)
    before = np.zeros(width * channels, np.uint8)
    found = np.empty((height, width * channels), np.uint8)
    for number, line in enumerate(lines):
        before = found[number] = _unfiltered(int(line[0]), line[1:], before, channels)
    return found.reshape(height, width, channels)[..., :3]


def _unfiltered(kind: int, line: Pixels, above: Pixels, step: int) -> Pixels:
    """A line as it was before its filter: none, sub, up, average or Paeth."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return line + above
    out, over, values = [0] * (len(line) + step), [0] * step + above.tolist(), line.tolist()
    for i, value in enumerate(values):
        left, up, corner = out[i], over[i + step], over[i]
        guess = (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
        out[i + step] = (value + guess) & 255
    return np.array(out[step:], np.uint8)


def _paeth(left: int, up: int, corner: int) -> int:
    base = left + up - corner
    return min((left, up, corner), key=lambda each: abs(base - each))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        yield name, png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
