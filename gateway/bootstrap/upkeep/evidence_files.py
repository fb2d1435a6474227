"""Evidence as files beside the database: a file can be taken along and checked anywhere."""

from collections.abc import Iterable
from pathlib import Path

from audit.reading.refused_message import RefusedMessage
from gateway.watching.model import KeptEvidence

FOLDER = "evidence"


def evidence_file(directory: Path, kept: KeptEvidence) -> Path:
    """Return the path of a bundle below a hub's or node's directory."""
    return directory / FOLDER / f"{kept.finding.value}-{kept.id}.json"


def write_evidence(directory: Path, bundles: Iterable[KeptEvidence]) -> list[Path]:
    """Write every bundle without a file, whole or not at all; returns the files of all bundles."""
    return [_written(evidence_file(directory, kept), kept.bundle) for kept in bundles]


def write_refused(directory: Path, number: int, refused: RefusedMessage) -> Path:
    """Write a refused message, named by the number of its entry; returns its file."""
    return _written(directory / FOLDER / f"refused-{number}.json", str(refused))


def _written(path: Path, text: str) -> Path:
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        partial = path.with_suffix(".new")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    return path
