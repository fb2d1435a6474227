"""The reference names everything that exists, and nothing that does not."""

import dataclasses
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from documents import ROOT, all_commands, blocks, commands, names, table_after
from flask import Flask

import gateway
from audit.events.events import EVENTS
from audit.log.excerpt import Excerpt
from gateway.api.app import create_hub_app, create_node_app
from gateway.api.problems import STATUS
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.config import HubConfig, MemberConfig
from gateway.errors import SafelaneError
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.cells import Status
from gateway.wire.hub_reply_keys import KeyStep, ReplyKeys
from gateway.wire.log_exchange import SeenLog, ShownLog, excerpt_as_json
from gateway.wire.poll import Delivery, Poll, PollReply, SignedAnswer
from gateway.wire.release import Coverage, Release
from gateway.wire.sharing_statement import Shared, Sharing
from gateway.wire.usage_terms import PassOn, Terms

REFERENCE = ROOT / "docs" / "reference"
COMMANDS = REFERENCE / "commands.md"
API = REFERENCE / "http-api.md"
CONFIGURATION = REFERENCE / "configuration.md"
WIRE = REFERENCE / "wire-and-log.md"

BY_CLICK = {0, 2}
"""Exit codes that need no error of ours."""
WITHOUT_AN_ERROR = {3, 130}
"""Exit codes of an attack that ran out of time, and of an interrupted demo."""


def test_every_command_has_a_heading_and_its_help() -> None:
    there = set(all_commands())
    headings = set(re.findall(r"^## `(safelane [a-z -]+)`$", COMMANDS.read_text("utf-8"), re.MULTILINE))
    helped = {c.text.removesuffix(" --help") for c in commands(COMMANDS) if c.prints}

    assert headings == there
    assert helped >= there


def errors() -> set[type[SafelaneError]]:
    for module in walk_packages(gateway.__path__, "gateway."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            import_module(module.name)
    found, todo = set(), [SafelaneError]
    while todo:
        kind = todo.pop()
        if kind.__module__.startswith("gateway."):
            found.add(kind)
            todo += kind.__subclasses__()
    return found


def test_every_exit_code_is_told() -> None:
    reported = {int(code) for code in names(COMMANDS, "## Exit codes")}

    assert reported == {kind.exit_code for kind in errors()} | BY_CLICK | WITHOUT_AN_ERROR


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The directories of a hub and of a node of it."""
    folder = tmp_path_factory.mktemp("region")
    hub_directory, node_directory = folder / "hub", folder / "node"
    create_hub(hub_directory, "region.example/log")
    new = create_member(node_directory, "KH", "region.example")
    with open_hub(hub_directory) as hub:
        keys = enrol(hub, new.enrolment)
    connect(node_directory, "KH", "http://127.0.0.1:0", keys)
    return hub_directory, node_directory


def paths(app: Flask) -> set[str]:
    return {
        f"{method} {_without_converters(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"} and rule.endpoint != "static"
    }


def _without_converters(rule: str) -> str:
    return re.sub(r"<\w+:(\w+)>", r"<\1>", rule)


def test_every_path_of_the_hub_and_of_a_node_is_told(region: tuple[Path, Path]) -> None:
    hub_directory, node_directory = region
    with open_hub(hub_directory) as hub, open_member(node_directory) as node:
        hub_app, node_app = create_hub_app(hub), create_node_app(node)

    assert set(names(API, "## The hub's paths")) == paths(hub_app)
    assert set(names(API, "## A node's paths")) == paths(node_app)


def test_every_status_that_an_error_has_is_told() -> None:
    reported = {int(status) for status in names(API, "## Errors")}

    assert {status.value for status in STATUS.values()} <= reported


@pytest.mark.parametrize(
    ("heading", "config"), [("## Settings of a hub", HubConfig), ("## Settings of a node", MemberConfig)]
)
def test_every_setting_is_told_with_its_default(heading: str, config: type) -> None:
    reported = {row[0].strip("`"): row[1].strip("`") for row in table_after(CONFIGURATION, heading)}

    assert reported == {f.name: _default(f) for f in dataclasses.fields(config)}


def _default(field: dataclasses.Field) -> str:
    return "must be there" if field.default is dataclasses.MISSING else str(field.default) or "empty"


@pytest.mark.processes
def test_every_file_of_a_running_region_is_told(demo) -> None:
    hub, node = names(CONFIGURATION, "## Files of a hub"), names(CONFIGURATION, "## Files of a node")
    region = [name for name in names(CONFIGURATION, "## Files of the demo region") if not name.endswith("/")]
    places = {"hub": hub, **{f"members/{p.name}": node for p in (demo.directory / "members").iterdir()}}

    assert {p.name for p in demo.directory.iterdir() if p.is_file()} == set(region)
    for place, reported in places.items():
        found = _files(demo.directory / place)
        assert found <= set(reported), place
        assert {name for name in reported if name.startswith("keys/")} - OF_SOME_NODES <= found, place


OF_SOME_NODES = {"keys/people/", "keys/vault.json"}
"""A node without a vault, or whose controllers keep their keys elsewhere, has them not."""


def _files(directory: Path) -> set[str]:
    """Relative names, a folder of many files as one, and what SQLite keeps beside a database left out."""
    names_ = {p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file()}
    names_ = {name for name in names_ if not name.endswith(("-wal", "-shm", ".new"))}
    folders = ("source/", "keys/people/", "region-log/")
    return {next((f for f in folders if name.startswith(f)), name) for name in names_}


ASKED = AskedEntry("region.example/log", 0, "00" * 32)
MESSAGES = {
    "## From node to hub: poll": Poll(0, None, None, 0.0),
    "## What the hub tells of its keys": ReplyKeys("", ()),
    "### A change of the hub's key": KeyStep(b"", "", None),
    "## What is shared": Sharing("KH", None, None, None, None, None, (), ()),
    "### A permission": Shared((), None, (), (), (), 3, False, False, False),
    "## From hub to node: poll reply": PollReply("", (), ()),
    "## A log that is shown": ShownLog(""),
    "## A seen log": SeenLog(0, 0, None),
    "## A delivery": Delivery("q-1", b"", ""),
    "## From node to hub: a signed answer": SignedAnswer("", b"", "", b""),
    "## An answer": Answer("q-1", ASKED, "KH", None, None, None, (), (), (Refusal.LATE,)),
    "### Terms": Terms(None, PassOn.NO, None),
    "## From node to hub: bounds": AnswerBounds("q-1", (), ()),
    "## A release": Release("q-1", {}, (), (), (Coverage("KH", answered=False),), "", ""),
}


@pytest.mark.parametrize("heading", MESSAGES)
def test_every_field_of_a_message_is_told(heading: str) -> None:
    assert set(names(WIRE, heading)) == set(MESSAGES[heading].as_json())


def test_every_field_of_an_excerpt_is_told() -> None:
    assert set(names(WIRE, "## An excerpt")) == set(excerpt_as_json(Excerpt(0, (), ())) or {})


def test_every_status_of_a_cell_is_told() -> None:
    assert names(WIRE, "## Statuses") == [status.value for status in Status]


def test_every_refusal_is_told_in_the_words_that_analysts_read() -> None:
    reported = {row[0].strip("`"): row[1] for row in table_after(WIRE, "## Refusals")}

    assert reported == {refusal.value: refusal.meaning for refusal in Refusal}


def test_every_kind_of_log_entry_is_told() -> None:
    assert names(WIRE, "## Log entries") == list(dict.fromkeys(name for name, _ in EVENTS))


def test_who_writes_a_kind_of_log_entry_is_told() -> None:
    """A use case that writes an event imports its class."""
    written_by = {row[0].strip("`"): row[1] for row in table_after(WIRE, "## Log entries")}
    both = [ROOT / "gateway" / room for room in ("accounts", "auditing", "watching")]
    sources = {
        "hub": [*both, ROOT / "gateway" / "hub", ROOT / "gateway" / "bootstrap"],
        "node": [*both, ROOT / "gateway" / "member"],
    }
    writes = re.compile(r"^from audit\.events\.\w+ import (?:\((.*?)\)|(.*?)$)", re.DOTALL | re.MULTILINE)
    for name in dict.fromkeys(name for name, _ in EVENTS):
        kind = max((each for each in EVENTS.values() if name == each.TYPE), key=lambda each: each.VERSION)
        writers = {
            side
            for side, places in sources.items()
            for place in places
            for path in ([place] if place.is_file() else place.rglob("*.py"))
            for found in writes.findall(path.read_text("utf-8"))
            if kind.__name__ in re.findall(r"\w+", "".join(found))
            and re.search(rf"\b{kind.__name__}\(", path.read_text("utf-8"))
        }
        assert writers == set(written_by[name].split(", ")) - {"none yet", "none any more"}, name


def test_the_readme_shows_the_layers_that_the_contract_has() -> None:
    shown = next(b.body for b in blocks(ROOT / "README.md") if b.body.startswith("cli > "))
    contract = (ROOT / "setup.cfg").read_text("utf-8").partition("[importlinter:contract:gateway-layers]")[2]
    layers = [line.strip().replace("(", "").replace(")", "") for line in
              contract.partition("layers =\n")[2].partition("\n\n")[0].splitlines()]  # fmt: skip
    there = {p.name for p in (ROOT / "gateway").iterdir() if p.is_dir()} | {"config", "errors"}
    rooms = [" | ".join(r for r in layer.split(" | ") if r in there) for layer in layers]

    assert shown.strip().split(" > ") == rooms
