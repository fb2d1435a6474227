"""`safelane ask --save`: the ending of a name says the form; a file is there whole or not at all."""

from dataclasses import replace
from pathlib import Path

import click
import pytest
from releases import made_release

from audit.reading.dossier import Dossier
from audit.reading.sidecar import Sidecar
from gateway.cli.region.ask_saving import SaveError, check_ending, save_result
from gateway.dictionary import regional
from gateway.export import FORMS, NothingToDrawError, to_csv
from gateway.http.client import Result
from gateway.wire.release import release_text

RESULT = Result(made_release("country", "year"), "region.example/log", 24, 25, "")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_saved_by_its_ending(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"table.{form.upper()}"
    check_ending(path)
    save_result(RESULT, path)

    assert path.stat().st_size > 1000
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_holds_the_release(tmp_path: Path) -> None:
    save_result(RESULT, tmp_path / "table.csv")

    assert (tmp_path / "table.csv").read_text("utf-8") == to_csv(RESULT.release, regional())


def test_the_sidecar_lies_beside_and_never_one_of_a_former_table(tmp_path: Path) -> None:
    sidecar = Sidecar(Dossier("q-1", (), ()), release_text(RESULT.release).encode(), bytes(32))
    beside = tmp_path / "table.csv.sidecar.json"

    save_result(replace(RESULT, sidecar=sidecar), tmp_path / "table.csv")
    assert Sidecar.parse(beside.read_text("utf-8")) == sidecar
    save_result(RESULT, tmp_path / "table.csv")
    assert not beside.exists()


@pytest.mark.parametrize("name", ["table", "table.docx", ".csv", "csv"])
def test_another_ending_is_refused_before_anything_is_asked(name: str) -> None:
    with pytest.raises(click.UsageError, match="must end in one of"):
        check_ending(Path(name))


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="cannot be written"):
        save_result(RESULT, tmp_path / "nowhere" / "table.csv")
    with pytest.raises(NothingToDrawError):
        save_result(Result(made_release(members=("TH",)), "x/log", 1, 2, ""), tmp_path / "table.png")

    assert list(tmp_path.iterdir()) == []
