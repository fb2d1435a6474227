"""A load that would count wrongly stops and asks; nothing is kept before the controller has answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lone_node import lone_node

from audit.events.events import decode
from audit.events.record_events import LoadDemandLowered
from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import Loaded, load_source
from gateway.member.errors import CannotBeAddedError, CasesMissingError
from gateway.member.node.context import Node
from gateway.member.register.missing_cases import LoadedAs
from gateway.sources.model.errors import SourceError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  v.csv:
    columns: {Case: case_id, ID: national_id, Date: date, Sex: sex}
constants: {victim_type: DIR, consent_share: AGG}
"""
HEADINGS = "Case,ID,Date,Sex\n"
YEARS = {
    year: [f"{year}-C{n},{year}{n:03d},{year}-0{1 + n % 9}-02,{'MF'[n % 2]}\n" for n in range(40)]
    for year in (2021, 2022, 2023)
}
EVERYBODY = [row for rows in YEARS.values() for row in rows]


class Registers:
    """Loads texts into one node."""

    def __init__(self, directory: Path, node: Node) -> None:
        self.directory, self.node = directory, node

    def load(self, rows: list[str], choices: LoadChoices | None = None, mapping: str = MAPPING) -> Loaded:
        path = self.directory / "v.csv"
        path.write_text(HEADINGS + "".join(rows), encoding="utf-8")
        return load_source(self.directory, self.node, path, mapping, choices=choices or LoadChoices())

    def cases(self) -> set[str]:
        with self.node.store.reading() as view:
            found = view.snapshot()
        return set() if found is None else {case.decode() for case in found[1].links["case"].tolist()}

    def least_counted(self) -> int | None:
        with self.node.store.reading() as view:
            found = view.loaded()
        assert found is not None
        return found.least_counted


@pytest.fixture
def registers(tmp_path: Path) -> Iterator[Registers]:
    with lone_node(tmp_path / "node") as (made, _):
        yield Registers(tmp_path / "node", made)


def unreadable(rows: list[str], number: int) -> list[str]:
    return [row.replace("-02,", "-99,") for row in rows[:number]] + rows[number:]


@pytest.mark.parametrize(("lost", "loads"), [(0, True), (6, True), (7, False), (60, False)])
def test_a_load_of_which_fewer_than_95_in_100_rows_count_stops(
    registers: Registers, lost: int, loads: bool
) -> None:
    rows = unreadable(EVERYBODY, lost)
    if loads:
        assert registers.load(rows).casualties == 120 - lost
        assert registers.least_counted() == 95
        return
    with pytest.raises(SourceError) as caught:
        registers.load(rows)
    assert (
        f"v.csv: {120 - lost} of 120 rows count\n    {lost}: a date that the calendar does not have"
        in str(caught.value)
    )
    assert "--least-counted" in caught.value.remedy
    assert registers.cases() == set()


def test_the_mapping_and_the_controller_can_demand_another_share(registers: Registers) -> None:
    rows = unreadable(EVERYBODY, 30)
    with pytest.raises(SourceError, match="than the 90 % that"):
        registers.load(rows, mapping=MAPPING + "least_counted: 90\n")
    with pytest.raises(SourceError, match="than the 76 % that"):
        registers.load(rows, LoadChoices(least_counted=76))

    assert registers.load(rows, LoadChoices(least_counted=75)).casualties == 90
    assert registers.least_counted() == 75
    with pytest.raises(SourceError, match="than the 100 % that"):
        registers.load(unreadable(EVERYBODY, 1), mapping=MAPPING + "least_counted: 100\n")


@pytest.mark.parametrize("year", YEARS)
def test_a_yearly_file_is_never_taken_for_the_whole_register(registers: Registers, year: int) -> None:
    registers.load(EVERYBODY)
    before = registers.cases()

    with pytest.raises(CasesMissingError, match="80 of the 120 cases of the newest snapshot are not in this"):
        registers.load(YEARS[year])

    assert registers.cases() == before


def test_a_yearly_file_of_new_cases_is_added_when_the_controller_says_so(registers: Registers) -> None:
    registers.load(YEARS[2021] + YEARS[2022])
    with pytest.raises(CasesMissingError, match="80 of the 80 cases"):
        registers.load(YEARS[2023])

    loaded = registers.load(YEARS[2023], LoadChoices(loaded_as=LoadedAs.ADDITION))

    assert loaded.casualties == 120
    assert len(registers.cases()) == 120


def test_a_smaller_register_replaces_the_former_when_the_controller_says_so(registers: Registers) -> None:
    registers.load(EVERYBODY)
    assert registers.load(YEARS[2021], LoadChoices(loaded_as=LoadedAs.WHOLE)).casualties == 40
    assert len(registers.cases()) == 40


def test_a_few_missing_cases_are_no_question_and_a_whole_year_is_one(registers: Registers) -> None:
    old = [f"Z{n},1{n:05d},1995-01-02,M\n" for n in range(5)]
    registers.load(EVERYBODY + old)
    registers.load([*EVERYBODY[4:], *old])
    with pytest.raises(CasesMissingError, match="5 of the 121 cases"):
        registers.load(EVERYBODY[4:])


def test_what_was_demanded_of_both_holds_of_an_addition(registers: Registers) -> None:
    registers.load(unreadable(YEARS[2021], 15), LoadChoices(least_counted=50))
    registers.load(YEARS[2022], LoadChoices(loaded_as=LoadedAs.ADDITION))
    assert registers.least_counted() == 50


def test_what_says_other_things_of_its_cases_cannot_be_added(registers: Registers) -> None:
    registers.load(YEARS[2021])
    other = MAPPING.replace(", Sex: sex", "")
    with pytest.raises(CannotBeAddedError, match="says other things"):
        registers.load(YEARS[2022], LoadChoices(loaded_as=LoadedAs.ADDITION), other)
    kept = MAPPING.replace("Sex: sex}", "Sex: sex}\n    vault: {ID: national_id}")
    with pytest.raises(CannotBeAddedError, match="keeps values in the vault"):
        registers.load(YEARS[2022], LoadChoices(loaded_as=LoadedAs.ADDITION), kept)
    assert len(registers.cases()) == 40


def lowered(registers: Registers) -> list[LoadDemandLowered]:
    with registers.node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        entries = map(decode, view.log.read_entries(0, head.size))
        return [event for event in entries if isinstance(event, LoadDemandLowered)]


@pytest.mark.parametrize("lost", [0, 30])
def test_an_exception_of_one_load_is_an_entry_of_its_own_whatever_the_load_reached(
    registers: Registers, lost: int
) -> None:
    registers.load(EVERYBODY)
    assert lowered(registers) == []

    loaded = registers.load(
        unreadable(EVERYBODY, lost), LoadChoices(least_counted=61, loaded_as=LoadedAs.WHOLE)
    )

    (entry,) = lowered(registers)
    assert (entry.member, entry.snapshot) == ("KH", loaded.kept.id)
    assert (entry.of_mapping, entry.of_load) == (95, 50), "steps, since a percent could follow from the rows"


def test_demanding_as_much_as_the_mapping_or_more_is_no_exception(registers: Registers) -> None:
    registers.load(EVERYBODY, LoadChoices(least_counted=95))
    registers.load(EVERYBODY, LoadChoices(least_counted=100))
    registers.load(EVERYBODY, LoadChoices(least_counted=90), mapping=MAPPING + "least_counted: 90\n")
    assert lowered(registers) == []


def test_an_addition_under_a_smaller_demand_is_an_exception_too(registers: Registers) -> None:
    registers.load(YEARS[2021])
    registers.load(YEARS[2022], LoadChoices(least_counted=75, loaded_as=LoadedAs.ADDITION))
    assert [(entry.of_mapping, entry.of_load) for entry in lowered(registers)] == [(95, 75)]


def test_a_refused_exception_is_in_no_log(registers: Registers) -> None:
    with pytest.raises(SourceError):
        registers.load(unreadable(EVERYBODY, 100), LoadChoices(least_counted=75))
    assert lowered(registers) == []
