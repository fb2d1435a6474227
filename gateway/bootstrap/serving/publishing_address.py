"""Says where a process listens: others wait for this file."""

from pathlib import Path


def publish(address: Path, url: str) -> None:
    """Whole or not at all."""
    partial = address.with_suffix(".new")
    partial.write_text(url + "\n", encoding="ascii")
    partial.replace(address)
