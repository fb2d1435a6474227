"""What auditors do with a log where it is kept: find, explain, replay, sample, erase; each of it logged."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from federation import Federation, federation
from sqlalchemy import create_engine, text

from audit.commands.command_line import main as audit_main
from audit.events.events import LogRead, decode
from audit.reading.decision_bundle import DecisionBundle
from gateway.cli import main
from gateway.hub.asking import ask
from gateway.hub.errors import NotPermittedError
from gateway.hub.releasing import release_due
from gateway.question import ask as question

NAME = "analyst"


@dataclass
class Region:
    """A hub, KH and LA; the analyst asked twice (answered; refused by both policies), and was denied once."""

    directory: Path
    federation: Federation
    answered: str
    refused: str

    @property
    def hub(self) -> Path:
        return self.directory / "hub"

    def entries(self, member: str | None = None) -> list[object]:
        if member is not None:
            return [decode(entry) for entry in self.federation.members[member].log_entries()]
        with self.federation.hub.store.reading() as view:
            head = view.log.latest_checkpoint()
            assert head is not None
            return [decode(entry) for entry in view.log.read_entries(0, head.size)]

    def number(self, kind: str, question_id: str, member: str | None = None) -> int:
        return next(
            i
            for i, event in enumerate(self.entries(member))
            if kind == event.TYPE and event.question_id == question_id  # type: ignore[attr-defined]
        )


def put(region: Federation, purpose: str) -> str:
    asked = question(region.hub.dictionary, measure="casualties", by=["outcome"], where={}, purpose=purpose)
    return ask(region.hub, region.analyst, asked, timedelta(seconds=60)).id


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    directory = tmp_path_factory.mktemp("region")
    with federation(directory, "KH", "LA") as made:
        answered = put(made, "regional-reporting")
        refused = put(made, "treaty-reporting")
        for member in made.members.values():
            member.round()
        release_due(made.hub)
        with pytest.raises(NotPermittedError):
            put(made, "research")
        yield Region(directory, made, answered, refused)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["log", *map(str, arguments)])


def numbers(result: Result) -> list[int]:
    assert result.exit_code == 0, result.output
    return [json.loads(line)["number"] for line in result.stdout.splitlines()]


def found(region: Region, *arguments: object) -> list[int]:
    return numbers(run("list", "--dir", region.hub, "--format", "jsonl", *arguments))


def test_a_person_is_found_by_name(region: Region) -> None:
    by_name = found(region, "--actor", NAME)
    kinds = {region.entries()[number].TYPE for number in by_name}  # type: ignore[attr-defined]
    assert {"asked", "denied", "user-added"} <= kinds
    assert found(region, "--actor", "somebody else") == []
    assert len(found(region, "--actor", NAME, "--type", "denied")) == 1


def test_criteria_join(region: Region) -> None:
    asked = found(region, "--organisation", "ARMAC", "--type", "asked")
    assert len(asked) == 2
    assert found(region, "--question", region.answered) == [
        region.number("asked", region.answered),
        region.number("released", region.answered),
    ]
    assert found(region, "--outcome", "refused", "--member", "KH") == [
        region.number("released", region.refused)
    ]
    assert found(region, "--since", "2026-03-02", "--type", "asked") == []
    assert found(region, "--since", "2026-03-01", "--until", "2026-03-02", "--type", "asked") == asked


def test_a_members_log_is_searched_by_who_asked(region: Region) -> None:
    listed = run("list", "--dir", region.directory / "KH", "--organisation", "ARMAC", "--purpose",
                 "treaty-reporting", "--format", "jsonl")  # fmt: skip
    assert numbers(listed) == [region.number("refused", region.refused, "KH")]


@pytest.mark.parametrize("form", ["text", "csv", "fhir"])
def test_other_formats_hold_the_same_entries(region: Region, form: str) -> None:
    result = run("list", "--dir", region.hub, "--type", "asked", "--format", form)
    assert result.exit_code == 0
    assert "treaty-reporting" in result.output
    assert NAME not in result.output.replace("analyst", "", 4) or form == "fhir"


def test_a_question_is_explained_with_names_and_proofs(region: Region) -> None:
    result = run("explain", region.answered, "--dir", region.hub)
    assert result.exit_code == 0
    said = result.output
    assert "An analyst of ARMAC asked on 2026-03-01 12:00:00Z for casualties by outcome." in said
    assert "The purpose was regional-reporting." in said
    assert f"The person: {NAME} (the opening matches" in said
    assert "The question was sent to KH and LA" in said
    assert re.search(
        r"KH answered on .* from snapshot kh-\w+, under version 1 of its policy: 1-9 cells", said
    )
    assert "a table of 1-9 cells was released" in said
    assert said.count("the hash matches") == 4
    assert "DOES NOT FIT" not in said
    assert said.count("proved, under the checkpoint of") == 4


def test_a_refusal_is_explained_with_its_reasons(region: Region) -> None:
    said = run("explain", region.number("asked", region.refused), "--dir", region.hub).output
    assert "KH refused" in said
    assert "its policy does not share this for this purpose (not-for-this-purpose)" in said


def test_any_other_entry_is_explained_in_a_sentence(region: Region) -> None:
    said = run("explain", 0, "--dir", region.directory / "KH")
    assert said.exit_code == 0
    assert "proved, under the checkpoint of" in said.output


def test_a_dossier_is_read_without_anything_of_the_gateway(
    region: Region, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dossier.json"
    assert run("dossier", region.answered, "--dir", region.hub, "-o", out).exit_code == 0
    assert audit_main(["verify", str(out)]) == 0
    assert capsys.readouterr().out.count("proved, under the checkpoint of") == 4
    assert audit_main(["explain", str(out)]) == 0
    said = capsys.readouterr().out
    assert "recorded only as a commitment" in said
    assert NAME not in said.replace("An analyst of", "")


def test_a_question_is_explained_from_exports_alone(
    region: Region, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("export", tmp_path / "hub", "--dir", region.hub)
    run("export", tmp_path / "kh", "--dir", region.directory / "KH")
    assert audit_main(["explain", str(tmp_path / "hub"), region.answered, str(tmp_path / "kh")]) == 0
    said = capsys.readouterr().out
    assert "KH answered on" in said
    assert "LA answered from snapshot" in said
    assert said.count("the hash matches") == 2
    assert "which is not available" in said


@pytest.mark.parametrize("kind", ["answered", "refused"])
def test_a_members_decision_is_made_again(region: Region, tmp_path: Path, kind: str) -> None:
    number = region.number(kind, getattr(region, kind), "KH")
    alone = run("replay", number, "--dir", region.directory / "KH")
    assert alone.exit_code == 0, alone.output
    assert "is the logged one." in alone.output

    run("export", tmp_path / "hub", "--dir", region.hub)
    bundle = ["--bundle", tmp_path / "bundle"]
    assert run("replay", number, "--dir", region.directory / "KH", *bundle).exit_code == 0
    assert DecisionBundle.parse((tmp_path / "bundle").read_text("utf-8")).number == number
    beside = run("replay", number, "--dir", region.directory / "KH", "--region", tmp_path / "hub")
    assert beside.exit_code == 0, beside.output
    assert "is the one of the hub's log" in beside.output


def test_the_hubs_decisions_are_made_again(region: Region) -> None:
    for number in found(region, "--organisation", "ARMAC", "--since", "2026-03-01", "--until", "2026-03-02"):
        event = region.entries()[number]
        again = run("replay", number, "--dir", region.hub)
        decided = event.TYPE in ("asked", "denied")  # type: ignore[attr-defined]
        assert (again.exit_code == 0) is decided, again.output


def test_what_is_no_decision_is_said(region: Region) -> None:
    result = run("replay", 0, "--dir", region.directory / "KH")
    assert result.exit_code == 6
    assert "is not a decision" in result.output


def test_samples_and_notices_are_shown(region: Region) -> None:
    first = run("sample", 3, "--size", 5, "--dir", region.hub)
    assert first.exit_code == 0
    assert len(first.stdout.splitlines()) == 3
    assert run("sample", 3, "--size", 5, "--dir", region.hub).stdout == first.stdout
    assert run("notices", "--dir", region.hub).exit_code == 0


def test_every_reading_is_logged_and_only_its_reader_knows_what_for(region: Region) -> None:
    before = len(region.entries())
    run("list", "--dir", region.hub, "--actor", NAME)
    (read,) = region.entries()[before:]
    assert isinstance(read, LogRead)
    assert (read.action, read.role, read.organisation) == ("list", "keeper", None)
    with region.federation.hub.store.reading() as view:
        opening = view.opening("search", before)
        assert opening is not None
        opening.verify(read.search)
        assert json.loads(opening.value) == {"person": NAME}


def test_a_log_that_cannot_be_written_is_shown_and_that_is_said(region: Region) -> None:
    engine = create_engine(f"sqlite:///{region.directory / 'LA' / 'safelane.sqlite'}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TRIGGER full BEFORE INSERT ON log_entries "
                                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"))  # fmt: skip
        connection.commit()
    try:
        result = run("list", "--dir", region.directory / "LA")
        assert result.exit_code == 0
        assert "This reading is not logged" in result.stderr
        assert "answered" in result.stdout
    finally:
        with engine.connect() as connection:
            connection.execute(text("DROP TRIGGER full"))
            connection.commit()
        engine.dispose()
