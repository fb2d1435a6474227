"""Builds the demo region in a directory: a hub and members, each with its own database, keys and log.

Two steps: `create` makes directories, keys and registers within seconds, all at once; `unready` lists the
members without a cube; building a cube takes longer, can be interrupted and continued.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audit.log.policy import Policy
from gateway.bootstrap.setup.at_rest import Said
from gateway.bootstrap.setup.open_hub import add_user, create_hub, enrol, log_key, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.demo.access import HUB, MEMBERS, grant
from gateway.demo.accounts import open_accounts
from gateway.demo.people import DemoPeople, make_people
from gateway.demo.people_files import policy_text, write_register
from gateway.demo.preparing import MAPPING, POLICY, SOURCE
from gateway.demo.vaults import make_vault
from gateway.errors import SafelaneError
from gateway.hub.model import Role

ORIGIN = "safelane-demo.example"
MARKER = "demo.json"
LOG_POLICY = "log-policy"
"""File of the witnesses that must have seen a question: more than half of the members (c2sp.org/tlog-policy).
"""
SEED = 20261125
VERSION = 5
"""Version of the demo's layout; a directory of another version is left unchanged."""

INVENTED = Said(unencrypted="the people of the demo are invented")
DEMO_MEMBERS = ("KH", "LA", "MM", "PH", "TH", "VN")
ANALYST = "analyst@armac.example"
PURPOSES = ("regional-reporting", "treaty-reporting")

Progress = Callable[[str], None]


class NotADemoError(SafelaneError):
    """The directory holds something other than a demo of this version."""

    exit_code = 8


def people_of_demo(member: str) -> DemoPeople:
    """Return the invented people of a member's register, with the decades before 2010 where available."""
    return make_people(member, SEED, earlier=True)


def create(directory: Path, progress: Progress, members: Sequence[str] = DEMO_MEMBERS) -> None:
    """Make the region of these members unless it exists. After a kill half-way, no part is visible.

    Raises NotADemoError when the directory holds anything else; then nothing is changed.
    """
    if (directory / MARKER).exists():
        _marker(directory)
        return
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise NotADemoError(
            f"{directory} holds something that is no demo region.",
            remedy="Nothing was changed. Name another directory with --dir.",
        )
    partial = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _fill(partial, progress, members)
    partial.replace(directory)


def members_of(directory: Path) -> tuple[str, ...]:
    """Return the members of the existing region. Raises NotADemoError without a region of this version."""
    return tuple(_marker(directory)["members"])


def unready(directory: Path) -> list[str]:
    """Return the members without a cube, in the order of their codes."""
    waiting = []
    for member in members_of(directory):
        with open_member(member_directory(directory, member)) as node, node.store.reading() as view:
            if view.cube_entry() is None:
                waiting.append(member)
    return waiting


def member_directory(directory: Path, member: str) -> Path:
    return directory / MEMBERS / member


def _fill(directory: Path, progress: Progress, members: Sequence[str]) -> None:
    progress("the hub and its keys")
    hub_directory = directory / HUB
    create_hub(hub_directory, f"{ORIGIN}/log", said=INVENTED)
    key = log_key(hub_directory)
    witnesses = {}
    with open_hub(hub_directory) as hub:
        grant(directory, add_user(hub, ANALYST, "ARMAC", Role.ANALYST, PURPOSES), key)
        for member in members:
            progress(f"{member}: keys and register")
            place = member_directory(directory, member)
            new = create_member(place, member, ORIGIN)
            # The hub's address is given to a node when it starts: in the demo it changes from run to run.
            connect(place, member, "http://127.0.0.1:0", enrol(hub, new.enrolment), said=INVENTED)
            witnesses[member] = new.enrolment.witness_key
            make_vault(place, member)
            _give_register(place, member)
    progress("people to sign in on the pages")
    open_accounts(directory, members[0], PURPOSES)
    policy = Policy.text(key, witnesses, len(witnesses) // 2 + 1)
    (directory / LOG_POLICY).write_text(policy, encoding="utf-8")
    marker = {"members": list(members), "seed": SEED, "version": VERSION}
    (directory / MARKER).write_text(json.dumps(marker) + "\n", encoding="utf-8")


def _give_register(place: Path, member: str) -> None:
    register = write_register(people_of_demo(member), place / SOURCE, SEED)
    (place / MAPPING).write_text(register.mapping, encoding="utf-8")
    (place / POLICY).write_text(policy_text(member), encoding="utf-8")


def _marker(directory: Path) -> dict[str, Any]:
    try:
        marker: dict[str, Any] = json.loads((directory / MARKER).read_text(encoding="utf-8"))
        if marker["version"] == VERSION:
            return marker
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise NotADemoError(
        f"{directory} holds a demo region of another version of Safelane.",
        remedy="Nothing was changed. Name another directory with --dir, or remove this one yourself.",
    )
