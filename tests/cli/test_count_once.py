"""Counting once as four members and a hub do it: each step a command, files passed on between them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from federation import federation

from audit.count_events import Counted, SetMixed, SetSealed
from audit.events import decode
from gateway.bootstrap.hub import open_hub
from gateway.bootstrap.member import open_member
from gateway.cli import main

MEMBERS = ("KH", "LA", "TH", "VN")
PEOPLE = {
    "KH": ["010203", "010204", "010205", "01-02-06", "010207", "010208"],
    "LA": ["010204", "010205", "010206", "010207", "0102 08", "020001"],
    "TH": ["๐๑๐๒๐๔", "030001", "030001"],
    "VN": ["", "040001"],
}
"""Some numbers stand in two or three lists, here and there written otherwise."""

DISTINCT = 9


@pytest.fixture(scope="module")
def region(tmp_path_factory) -> Path:
    """Members that have called their hub once, and so know each other's keys from its log."""
    place = tmp_path_factory.mktemp("count")
    with federation(place, *MEMBERS, ready=False) as running:
        for _ in range(2):
            for member in running.members.values():
                member.round()
    for member, numbers in PEOPLE.items():
        rows = "\n".join(["case,national_id", *(f"c{n},{spelt}" for n, spelt in enumerate(numbers))])
        (place / f"{member}.csv").write_text(rows + "\n", encoding="utf-8")
    return place


Command = Callable[..., Result]


@pytest.fixture
def run(region: Path, tmp_path: Path) -> Command:
    folder = tmp_path / "run"

    def command(step: str, where: str, *more: str) -> Result:
        arguments = ["count-once", step, "--dir", str(region / where), "--run", str(folder), *more]
        return CliRunner().invoke(main, arguments)

    command.folder = folder  # type: ignore[attr-defined]
    return command


def table(region: Path, member: str) -> tuple[str, ...]:
    return (str(region / f"{member}.csv"), "--column", "national_id")


def begun(run: Command, region: Path, epoch: str, *more: str) -> None:
    done = run("begin", "hub", "--epoch", epoch, "--size", "6", *more)
    assert done.exit_code == 0, done.output
    for member in MEMBERS:
        done = run("join", member)
        assert done.exit_code == 0, done.output
    for member in MEMBERS:
        done = run("seal", member, *table(region, member))
        assert done.exit_code == 0, done.output


def test_distinct_people_are_counted_and_every_step_is_logged(run: Command, region: Path) -> None:
    begun(run, region, "2024")
    for member in MEMBERS:
        done = run("mix", member)
        assert done.exit_code == 0, done.output

    counted = run("count", "hub")

    assert counted.output == f"{DISTINCT} distinct people in 2024.\n"
    for member in MEMBERS:
        with open_member(region / member) as node, node.store.reading() as view:
            logged = [decode(e) for e in view.log.read_entries(0, view.log.head().size)]
        assert [type(e) for e in logged if isinstance(e, SetSealed | SetMixed)] == [SetSealed, SetMixed]
        assert not list((region / member / "keys").glob("count-*"))  # destroyed
    again = run("count", "hub")
    assert again.exit_code == 10
    assert "counted before" in again.output


def test_a_small_overlap_is_not_told(run: Command, region: Path) -> None:
    begun(run, region, "2025", "--threshold", "7")
    for member in MEMBERS:
        run("mix", member)

    counted = run("count", "hub")

    assert counted.output == "Fewer than 7 are known to several members: nothing is told.\n"
    with open_hub(region / "hub") as hub, hub.store.reading() as view:
        logged = [decode(e) for e in view.log.read_entries(0, view.log.head().size)]
    assert [e.told for e in logged if isinstance(e, Counted) and e.epoch == "2025"] == [False]


def test_one_run_and_one_set_for_an_epoch(run: Command, region: Path, tmp_path: Path) -> None:
    begun(run, region, "2026")

    second = run("begin", "hub", "--epoch", "2026", "--size", "6")
    assert second.exit_code == 10
    assert "counted before" in second.output
    changed = run("seal", "KH", *table(region, "LA"))
    assert changed.exit_code == 10
    assert "sealed a set for 2026 before" in changed.output


def test_a_run_waits_for_a_member_that_is_away_and_goes_on(run: Command, region: Path) -> None:
    begun(run, region, "2027")
    run("mix", "KH")

    early = run("mix", "TH")  # LA is away
    assert early.exit_code == 10
    assert "LA comes first" in early.output
    assert run("count", "hub").exit_code == 10

    for member in MEMBERS[1:]:
        assert run("mix", member).exit_code == 0
    assert run("count", "hub").output == f"{DISTINCT} distinct people in 2027.\n"


def entries(path: Path, size: int = 66) -> list[bytes]:
    data = path.read_bytes()
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("epoch", "change", "said"),
    [
        ("b1", lambda e: e[:-1], "not the one that it has committed to"),
        ("b2", lambda e: [*e, e[0]], "fewer or more entries"),
        ("b3", lambda e: [e[1], e[0], *e[2:]], "not the one that it has committed to"),
        ("b4", lambda e: [*e[:-1], b"\x02" + bytes(32) + e[-1][33:]], "not the one that it has committed to"),
        ("b5", lambda e: [*e[:-1], e[-1][:-1]], "middle of an entry"),
    ],
)
def test_a_set_that_was_changed_after_it_was_sealed_is_found(
    run, region, epoch: str, change, said: str
) -> None:
    begun(run, region, epoch)
    path = run.folder / "seal-VN.bin"
    path.write_bytes(b"".join(change(entries(path))))

    refused = run("mix", "KH")

    assert refused.exit_code == 10
    assert said in refused.output


def test_a_list_that_was_changed_on_its_way_is_found(run, region) -> None:
    begun(run, region, "c1")
    run("mix", "KH")
    path = run.folder / "mix-KH.bin"
    path.write_bytes(b"".join(reversed(entries(path))))

    refused = run("mix", "LA")

    assert refused.exit_code == 10
    assert "not the one that the member before passed on" in refused.output


def test_another_final_list_is_not_counted(run, region) -> None:
    begun(run, region, "c2")
    for member in MEMBERS:
        run("mix", member)
    path = run.folder / "mix-VN.bin"
    points = entries(path, 33)
    path.write_bytes(b"".join([points[1], *points[1:]]))

    refused = run("count", "hub")

    assert refused.exit_code == 10
    assert "not the one that the last member passed on" in refused.output


def test_a_step_under_another_members_name_is_not_believed(run, region) -> None:
    assert run("begin", "hub", "--epoch", "c3", "--size", "6").exit_code == 0
    for member in MEMBERS:
        run("join", member)
    (run.folder / "join-VN.note").write_text((run.folder / "join-LA.note").read_text())

    refused = run("seal", "KH", *table(region, "KH"))

    assert refused.exit_code == 10
    assert "cannot be trusted" in refused.output


def test_more_people_than_the_public_size_are_refused(run, region, tmp_path: Path) -> None:
    assert run("begin", "hub", "--epoch", "c4", "--size", "2").exit_code == 0
    for member in MEMBERS:
        run("join", member)

    refused = run("seal", "KH", *table(region, "KH"))

    assert refused.exit_code == 10
    assert "more people than the size" in refused.output
