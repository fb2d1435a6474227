"""`safelane attack`: what it prints, writes and returns."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli import main

YEAR = {"codes": ["Total", "2024", "2025"], "parent": {"2024": "Total", "2025": "Total"}}
SEX = {"codes": ["Total", "F", "M"], "parent": {"F": "Total", "M": "Total"}}


def released(cells, **where):
    return {
        "dims": {"sex": SEX, "year": YEAR},
        "where": where,
        "cells": [
            {"key": dict(pair.split("=") for pair in key.split()), "value": value}
            for key, value in cells.items()
        ],
    }


@pytest.fixture
def run(tmp_path):
    def invoke(*documents, options=("--threshold", "5")):
        paths = []
        for number, document in enumerate(documents):
            path = tmp_path / f"{number}.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            paths.append(str(path))
        return CliRunner().invoke(main, ["attack", *paths, *options])

    return invoke


def test_nothing_disclosed_is_exit_code_0(run):
    result = run(released({"": 30, "sex=F": 12, "sex=M": 18}))
    assert result.exit_code == 0
    assert "3 cells, 0 of them withheld" in result.output
    assert "not examined without --truth" in result.output


def test_a_disclosed_cell_is_named_and_exit_code_1(run):
    result = run(released({"": 30, "sex=F": None, "sex=M": 26}))
    assert result.exit_code == 1
    assert "1  disclosed" in result.output
    assert "sex=F = 4" in result.output


def test_all_findings_go_to_a_file(run, tmp_path):
    report = tmp_path / "report.json"
    everybody = released({"": 30, "sex=F": 12, "sex=M": 18})
    without = released({"": 28, "sex=F": 11, "sex=M": 17}, year="2024")
    result = run(everybody, without, options=("--threshold", "5", "--json", str(report)))
    assert result.exit_code == 1
    body = json.loads(report.read_text())
    assert {json.dumps(c["key"]): c["low"] for c in body["unlisted"]} == {
        '{"year": "2025"}': 2,
        '{"sex": "F", "year": "2025"}': 1,
        '{"sex": "M", "year": "2025"}': 1,
    }
    assert body["differences"] == 3
    assert body["disclosed"] == body["insufficiently_protected"] == body["undecided"] == []


def test_the_time_limit_leaves_something_open_and_exit_code_3(run):
    codes = [f"p{i}" for i in range(4)]
    place = {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}
    cells = [{"key": {"place": p, "year": y}, "value": None} for p in codes for y in ("2024", "2025")]
    cells += [{"key": {"place": p}, "value": 9} for p in codes]
    cells += [{"key": {"year": "2024"}, "value": 17}, {"key": {"year": "2025"}, "value": 19}]
    document = {"dims": {"place": place, "year": YEAR}, "cells": cells}
    assert run(document).exit_code == 0
    result = run(document, options=("--threshold", "5", "--time-limit", "0"))
    assert result.exit_code == 3
    assert "undecided: the time was up" in result.output


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "0.json: this is not JSON"),
        (released({"sex=X": 3}), "'sex' has no code 'X'"),
        (released({"": 30, "sex=F": 12, "sex=M": 19}), "contradict each other"),
        (released({"": 30, "sex=F": 40, "sex=M": None}), "nothing is left for the cell (sex=M)"),
        (released({"": 30}) | {"structural": [{}]}, "the total is declared to be empty"),
        ("[" * 100_000, "too deep in each other"),
        (json.dumps(released({"": 30})).replace("30", "9" * 5_000), "a number has thousands of digits"),
        (
            json.dumps(released({"": 30})).replace("30", "1e400"),
            "the cell (Total, Total) is not a whole number",
        ),
    ],
)
def test_input_that_cannot_be_attacked_is_exit_code_2(run, document, message):
    result = run(document)
    assert result.exit_code == 2
    assert message in result.output


PLACE = {"codes": ["Total", "N", "S", "W"], "parent": dict.fromkeys("NSW", "Total")}


def by_place(cells):
    """A release of places and sexes."""
    return {
        "dims": {"place": PLACE, "sex": SEX},
        "where": {},
        "cells": [
            {"key": dict(pair.split("=") for pair in key.split()), "value": value}
            for key, value in cells.items()
        ],
    }


FORMER = by_place({"": 60, "sex=F": 22, "sex=M": 38})
WITHHELD = by_place({"": 60, "place=N sex=F": None, "place=S sex=F": None, "place=W sex=F": None})


def records(tmp_path, *rows, heading="person,place,sex"):
    path = tmp_path / "records.csv"
    path.write_text("\n".join([heading, *rows]) + "\n")
    return ("--threshold", "5", "--extract", str(path))


def people(number, place, sex="F"):
    return [f"p-{place}{n},{place},{sex}" for n in range(number)]


def test_an_extract_beside_a_former_release_discloses_what_neither_does(run, tmp_path):
    """22 women were shown once; an extract holds 10 and 10 of two places, so that 2 were in the third."""
    assert run(FORMER, WITHHELD).exit_code == 0
    result = run(FORMER, WITHHELD, options=records(tmp_path, *people(10, "N"), *people(10, "S")))
    assert result.exit_code == 1, result.output
    assert "place=W, sex=F = 2" in result.output


def test_a_person_counts_once_in_a_group_of_an_extract(run, tmp_path):
    twice = [*people(10, "N"), *people(3, "N"), *people(10, "S")]
    result = run(FORMER, WITHHELD, options=records(tmp_path, *twice))
    assert "place=W, sex=F = 2" in result.output


def test_pseudonyms_and_texts_of_an_extract_are_no_dimensions(run, tmp_path):
    rows = [f'{row},"a text of its own {n}"' for n, row in enumerate([*people(10, "N"), *people(10, "S")])]
    options = records(tmp_path, *rows, heading="person,place,sex,narrative")
    result = run(FORMER, WITHHELD, options=options)
    assert "place=W, sex=F = 2" in result.output
    assert "a text of its own" not in result.output


def test_an_extract_without_codes_or_with_foreign_ones_is_no_finding(run, tmp_path):
    result = run(FORMER, options=records(tmp_path, "p-1,X,F"))
    assert result.exit_code == 2
    assert "the column 'place' has codes" in result.output
    result = run(FORMER, options=records(tmp_path, "p-1", heading="person"))
    assert result.exit_code == 2
    assert "no column but pseudonyms and texts" in result.output


def test_an_extract_has_columns_that_no_release_has(run, tmp_path):
    rows = [f"p-{n},F,{'mine' if n < 8 else 'rocket'}" for n in range(20)]
    result = run(FORMER, options=records(tmp_path, *rows, heading="person,sex,device"))
    assert result.exit_code == 1, result.output
    assert "sex=F" in result.output


def test_reruns_list_only_tables_that_agree_with_extracts_and_figures_too(run, tmp_path):
    """By hand: 9 to 12 men and women of two places leave 4 tables; one figure leaves one of them."""
    release = by_place({"": 21, "sex=F": 12, "sex=M": 9, "place=N": None, "place=S": None,
                        "place=W": 0, "place=N sex=M": 9, "place=S sex=M": 0})  # fmt: skip
    figures = {"figures": [{"name": "report", "where": {"place": "N", "sex": "F"}, "value": 9}]}
    options = ("--threshold", "5", "--rerun", "1")
    assert "rerun: 13 candidate tables" in run(release, options=options).output
    assert "rerun: 1 candidate tables" in run(release, figures, options=options).output
    with_records = (*records(tmp_path, *people(9, "N")), "--rerun", "1")
    assert "rerun: 1 candidate tables" in run(release, options=with_records).output


def test_a_release_that_no_candidate_gives_tells_nothing_by_reruns(run):
    """The program never withholds one of two groups of six: who did so used other rules."""
    result = run(by_place({"": 12, "sex=F": 6, "sex=M": None}), options=("--threshold", "5", "--rerun", "1"))
    assert "No candidate gave it, so that reruns tell nothing" in result.output
    assert "narrowed by reruns" not in result.output


def test_where_nothing_is_withheld_there_is_nothing_to_rerun(run):
    result = run(by_place({"": 12, "sex=F": 6, "sex=M": 6}), options=("--threshold", "5", "--rerun", "1"))
    assert result.exit_code == 0
    assert "rerun: nothing is withheld" in result.output
