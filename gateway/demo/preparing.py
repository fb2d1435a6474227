"""Makes a demo member ready to answer: source, policy, cube. What is there already is not made again."""

from collections.abc import Callable
from pathlib import Path

from gateway.bootstrap.loading import load_source
from gateway.bootstrap.member import open_member
from gateway.member.building import build
from gateway.member.policies import put_in_force

SOURCE = "source"
MAPPING = "mapping.yaml"
POLICY = "policy.yaml"

Progress = Callable[[str, float], None]


def prepare(directory: Path, progress: Progress) -> None:
    """Do what is left to do for a member of the demo. Killed half-way, it goes on where it was."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            policy, snapshot, cube = view.policy(), view.snapshot(), view.cube_entry()
        if snapshot is None:
            progress("reading its register", 0.0)
            load_source(directory, node, directory / SOURCE, _text(directory / MAPPING))
        if policy is None:
            put_in_force(node, _text(directory / POLICY))
        if cube is None:
            build(node, progress)
        progress("ready", 1.0)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
