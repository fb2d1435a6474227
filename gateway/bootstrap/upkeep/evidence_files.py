"""Evidence as files beside the database: whoever is told of it takes one along and checks it anywhere."""

from collections.abc import Iterable
from pathlib import Path

from gateway.watching.model import KeptEvidence

FOLDER = "evidence"


def evidence_file(directory: Path, kept: KeptEvidence) -> Path:
    """Where a bundle stands below a hub's or node's directory."""
    return directory / FOLDER / f"{kept.finding.value}-{kept.id}.json"


def write_evidence(directory: Path, bundles: Iterable[KeptEvidence]) -> list[Path]:
    """Write every bundle that has no file yet, whole or not at all; returns the files of all of them."""
    paths = []
    for kept in bundles:
        path = evidence_file(directory, kept)
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            partial = path.with_suffix(".new")
            partial.write_text(kept.bundle, encoding="utf-8")
            partial.replace(path)
        paths.append(path)
    return paths
