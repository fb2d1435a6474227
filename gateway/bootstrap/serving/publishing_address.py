"""Writes the address of a listening process into a file that other processes wait for."""

from pathlib import Path


def publish(address: Path, url: str) -> None:
    """Write the address file atomically."""
    partial = address.with_suffix(".new")
    partial.write_text(url + "\n", encoding="ascii")
    partial.replace(address)
