"""The pages for controllers, run as written: what they say to type works, and what they quote is printed."""

from pathlib import Path

import pytest
from documents import ROOT, blocks, commands, fits, run
from federation import snapshot
from lone_node import set_up

from gateway.bootstrap.setup.open_member import open_member
from gateway.demo.people_files import policy_text
from gateway.demo.preparing import PASSPHRASE, POLICY, prepare
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.register.snapshot_loading import keep_snapshot

pytestmark = pytest.mark.processes

PAGES = ("tutorial/decide-what-is-shared.md", "how-to/keep-your-key.md", "how-to/approve-an-answer.md")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's KH member in it, ready to answer."""
    folder = tmp_path_factory.mktemp("folder")
    member = folder / "safelane-demo" / "members" / "KH"
    set_up(member, "KH")
    with open_member(member) as node:
        keep_snapshot(node, people())
    (member / POLICY).write_text(policy_text("KH"), encoding="utf-8")
    prepare(member, lambda *_: None)
    return folder


def people() -> Snapshot:
    """Fewer than the demo's, who take longer; some are killed in every year: nothing is to be accepted."""
    plain = snapshot("KH")
    outcomes = ["K" if number % 4 == 0 else "I" for number in range(len(plain))]
    return Snapshot.of(
        member="KH",
        dictionary=plain.dictionary,
        created=plain.created,
        columns={**plain.columns, "outcome": Column.of(outcomes)},
        consent=plain.consent,
        links={name: link.copy() for name, link in plain.links.items()},
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_work_in_their_order(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFELANE_PASSPHRASE", PASSPHRASE)
    path = ROOT / "docs" / page
    added = "".join(block.body for block in blocks(path) if block.kind == "yaml")
    for command in commands(path):
        printed = run(command, folder)
        assert fits(command.prints, printed.splitlines()) or _begins(command.prints, printed), (
            f"{page}:{command.line}: {command.text}\nprints\n{printed}"
        )
        if command.text.startswith("cp ") and added:
            _edit(folder / command.text.split()[-1], added)


def _begins(promised: tuple[str, ...], printed: str) -> bool:
    """Lines that end with an ellipsis promise only how they begin; a line of its own any lines."""
    lines = iter(printed.splitlines())
    for line in promised:
        if line == "...":
            continue
        start = line.removesuffix("...").rstrip()
        if not any(found.startswith(start) for found in lines):
            return False
    return bool(promised)


def _edit(document: Path, added: str) -> None:
    """What the page tells the reader to do in an editor."""
    text = document.read_text(encoding="utf-8")
    assert "version: 1" in text
    document.write_text(text.replace("version: 1", "version: 2") + added, encoding="utf-8")
