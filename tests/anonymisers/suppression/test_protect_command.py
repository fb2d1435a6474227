"""`safelane protect` and `safelane certificate check`, as a statistician runs them."""

import json

import pytest
from click.testing import CliRunner

from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json
from gateway.cli import main


def dimension(*codes):
    return {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}


TABLE = {
    "meta": {"source": "invented"},
    "dims": {
        "place": dimension("N", "S", "W"),
        "sex": dimension("F", "M"),
        "year": dimension("2024", "2025"),
    },
    "cells": [
        [p, s, y, n]
        for (p, s, y), n in zip(
            [(p, s, y) for p in "NSW" for s in "FM" for y in ("2024", "2025")],
            [1, 12, 30, 22, 9, 2, 17, 40, 25, 8, 13, 6],
            strict=True,
        )
    ],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in.json").write_text(json.dumps(TABLE))
    (tmp_path / "key").write_bytes(bytes(range(32)))
    return tmp_path


def run(folder, *words):
    arguments = [str(folder / w) if "." in w or w == "key" else w for w in words]
    return CliRunner().invoke(main, arguments)


def protect(folder, *more):
    return run(folder, "protect", "in.json", "-o", "out.json", "--key", "key", *more)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_a_release_of_every_cell(folder):
    result = protect(folder)
    assert result.exit_code == 0, result.output
    release = release_from_json(parse_json((folder / "out.json").read_text()))
    assert len(release.cells) == 4 * 3 * 3
    assert release.cells["N", "F", "2024"] is None
    assert release.cells["Total", "Total", "Total"] == 185
    assert list(json.loads((folder / "out.json").read_text())) == ["dims", "where", "cells"]


def test_the_summary_is_marked_and_goes_to_standard_error(folder):
    result = protect(folder)
    assert "NOT FOR RELEASE" in result.stderr
    assert result.stdout == ""


def test_the_certificate_checks(folder):
    assert protect(folder, "--certificate", "c.json").exit_code == 0
    result = run(folder, "certificate", "check", "out.json", "c.json", "--truth", "in.json")
    assert result.exit_code == 0, result.output
    assert "The certificate holds" in result.output


def test_a_release_that_was_changed_fails_the_check(folder):
    protect(folder, "--certificate", "c.json")
    text = (folder / "out.json").read_text()
    (folder / "out.json").write_text(text.replace("185", "186", 1))
    result = run(folder, "certificate", "check", "out.json", "c.json", "--truth", "in.json")
    assert result.exit_code == 1
    assert "another release" in result.output


def test_a_certificate_for_a_lower_threshold_is_not_enough(folder):
    protect(folder, "--certificate", "c.json", "--threshold", "3")
    check = ("certificate", "check", "out.json", "c.json", "--truth", "in.json", "--threshold", "5")
    assert run(folder, *check).exit_code == 1


def test_a_certificate_that_cannot_be_read_is_not_one_that_fails(folder):
    protect(folder)
    (folder / "c.json").write_text("{")
    result = run(folder, "certificate", "check", "out.json", "c.json", "--truth", "in.json")
    assert result.exit_code == 2
    assert "c.json: " in result.output


def test_other_tables_are_added_to_those_that_come_first(folder):
    (folder / "first.json").write_text(json.dumps([["place", "year"], {"dims": ["sex"]}]))
    more = ("--max-dims", "2", "--priority", "first.json", "--certificate", "c.json")
    assert protect(folder, *more).exit_code == 0
    release = release_from_json(parse_json((folder / "out.json").read_text()))
    assert release.cells["Total", "F", "2025"] == 22
    check = ("certificate", "check", "out.json", "c.json", "--truth", "in.json")
    assert run(folder, *check).exit_code == 0


def test_not_every_zero_can_be_shown_where_tables_are_refused(folder):
    (folder / "first.json").write_text(json.dumps([["place", "year"]]))
    first = ("--max-dims", "2", "--priority", "first.json", "--reruns", "accept")
    result = protect(folder, *first, "--zeros", "publish")
    assert result.exit_code == 2, result.output
    assert "Treat zeros as partner" in result.stderr
    assert not (folder / "out.json").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cells": [["N", "F", "2024", -1]]}, "negative"),
        ({"cells": [["N", "F", "2024", 0.5]]}, "not a whole number"),
        ({"cells": [["N", "F", "2024", 1], ["N", "F", "2024", 2]]}, "is listed twice"),
        ({"cells": [["N", "F", "2024", 7], ["N", "F", "Total", 9]]}, "not additive"),
        ({"dims": {"place": {"codes": ["Total", "A"], "parent": {}}}}, "orphan"),
        ({"dims": {"place": {"codes": ["Total", "A", "B"], "parent": {"A": "B", "B": "A"}}}}, "cycle"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(folder, change, words):
    (folder / "in.json").write_text(json.dumps(TABLE | change))
    before = names(folder)
    result = protect(folder, "--certificate", "c.json")
    assert result.exit_code == 2
    assert words in result.output
    assert names(folder) == before


def test_a_lattice_too_large_says_which_level_to_drop(folder):
    big = {name: dimension(*(f"{name}{n}" for n in range(230))) for name in "abc"}
    (folder / "in.json").write_text(json.dumps({"dims": big, "cells": [["a0", "b0", "c0", 9]]}))
    result = protect(folder)
    assert result.exit_code == 2
    assert "Drop the finest level of" in result.output


def test_fewer_tables_are_written_where_no_safe_release_of_all_is_found(folder):
    """Somebody in each of four groups, five people in all: with every zero shown there is no pattern."""
    five = {"dims": {"age": dimension(*"abcd")}, "cells": [["a", 1], ["b", 1], ["c", 1], ["d", 2]]}
    (folder / "in.json").write_text(json.dumps(five))
    result = protect(folder, "--zeros", "publish", "--certificate", "c.json")
    assert result.exit_code == 0, result.output
    assert (
        "FEWER TABLES THAN YOU ASKED FOR. No safe release of all of them was found: no safe" in result.stderr
    )
    assert "Zeros are withheld where they would tell of other cells" in result.stderr
    release = release_from_json(parse_json((folder / "out.json").read_text()))
    assert release.cells["Total",] == 5
    check = ("certificate", "check", "out.json", "c.json", "--truth", "in.json")
    assert run(folder, *check).exit_code == 0


@pytest.mark.parametrize("zeros", ["partner", "publish", "protect"])
def test_a_table_of_which_nothing_can_be_shown_is_withheld_whole(folder, zeros):
    (folder / "in.json").write_text(json.dumps(TABLE | {"cells": [["N", "F", "2024", 2]]}))
    result = protect(folder, "--zeros", zeros, "--certificate", "c.json")
    assert result.exit_code == 0, result.output
    assert "NOTHING IS SHOWN" in result.stderr
    assert "fault of the program" not in result.stderr
    release = release_from_json(parse_json((folder / "out.json").read_text()))
    assert release.withheld.all()
    assert not (folder / "c.json").exists()


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_file_of_another_size_is_refused(folder, size):
    (folder / "key").write_bytes(bytes(size))
    result = protect(folder)
    assert result.exit_code != 0
    assert f"{size} bytes" in result.output
    assert not (folder / "out.json").exists()


@pytest.mark.parametrize("written", [("-o", "in.json"), ("-o", "link.json"), ("--certificate", "key")])
def test_nothing_that_is_read_is_overwritten(folder, written):
    (folder / "link.json").hardlink_to(folder / "in.json")
    before = {name: (folder / name).read_bytes() for name in ("in.json", "key")}
    result = protect(folder, *written)
    assert result.exit_code != 0
    assert "is read by this command" in result.output
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_the_certificate_goes_to_a_file_of_its_own(folder):
    result = protect(folder, "--certificate", "out.json")
    assert result.exit_code != 0
    assert not (folder / "out.json").exists()


def test_an_interrupted_run_leaves_nothing_behind(folder, monkeypatch):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.cli.tools.protect.write_release", interrupt)
    before = names(folder)
    assert protect(folder).exit_code != 0
    assert names(folder) == before
