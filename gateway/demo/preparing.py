"""Prepares a demo member for answering: source, policy, cube. Existing parts are not made again."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.controller_keys import create_key, person
from gateway.bootstrap.setup.open_member import open_member
from gateway.member.build.cube_building import build
from gateway.member.model.signing_key import Duty
from gateway.member.node.context import Node
from gateway.member.node.signing_keys import counting
from gateway.member.policy.policy_in_force import publication
from gateway.member.policy.publishing import hand_in, publish

SOURCE = "source"
MAPPING = "mapping.yaml"
POLICY = "policy.yaml"

REGISTER_DATE = date(2026, 1, 31)
"""The date of the demo's registers, which end with 2024: a later year would look empty."""

CONTROLLER = "controller"
PASSPHRASE = "invented people only"  # noqa: S105 - known to everybody: the demo holds nobody's data

Progress = Callable[[str, float], None]


def prepare(directory: Path, progress: Progress) -> None:
    """Make all missing parts for a member of the demo. After a kill, a new run continues."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            policy, snapshot, cube = view.policy(), view.snapshot(), view.cube_entry()
        if snapshot is None:
            progress("reading its register", 0.0)
            as_of = min(REGISTER_DATE, node.clock.now().date())
            load_source(directory, node, directory / SOURCE, _text(directory / MAPPING), as_of=as_of)
        if policy is None:
            _sign(directory, node)
        if cube is None:
            build(node, progress)
        progress("ready", 1.0)


def _sign(directory: Path, node: Node) -> None:
    """Sign the policy as the demo's controller, as in production: with a key under a passphrase."""
    with node.store.reading() as view:
        there = {holder.name for holder in counting(view)}
    if CONTROLLER not in there:
        create_key(directory, node, CONTROLLER, Duty.CONTROLLER, PASSPHRASE, by=None)
    who = person(directory, node, CONTROLLER, PASSPHRASE)
    draft = hand_in(node, _text(directory / POLICY), None)
    publish(node, who.sign(publication(node, draft.version, draft.text, accepts=True)))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
