"""A load that would count wrongly stops and asks; nothing is kept before the controller has answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lone_node import lone_node

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
