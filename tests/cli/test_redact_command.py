"""`safelane redact`: line by line, in order, whole or not at all, and silent about values."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main


def redact(source: Path, *options: str) -> Result:
    return CliRunner().invoke(
        main, ["redact", str(source), "-o", str(source.with_name("out.jsonl")), *options]
    )


def outputs(source: Path) -> list[dict[str, object]]:
    text = source.with_name("out.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "in.jsonl"


def test_each_line_is_answered_in_order(source: Path) -> None:
    lines = [
        {"id": "a", "text": "Survivor Seng Rithy was hurt by a PMN-2.", "lang": "en"},
        {"id": "b", "text": "La mine a explosé.", "lang": "fr"},
        {
            "id": "c",
            "text": "she met the man at noon",
            "lang": "en",
            "known": {"name": "Noon", "age": 40, "no": None},
        },
    ]
    source.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", "utf-8")
    result = redact(source)
    assert result.exit_code == 0, result.output
    assert outputs(source) == [
        {
            "id": "a",
            "redacted": "Survivor <PERSON> was hurt by a PMN-2.",
            "spans": [{"start": 9, "end": 19, "type": "PERSON"}],
        },
        {"id": "b", "redacted": None, "withheld": "language without a profile"},
        {
            "id": "c",
            "redacted": "she met the man at <PERSON>",
            "spans": [{"start": 19, "end": 23, "type": "PERSON"}],
        },
    ]
    assert "3 narratives, 1 of them withheld" in result.stderr


def test_several_processes_give_the_same_as_one(source: Path) -> None:
    texts = [f"Survivor Seng Rithy came on day {i} with Oum Bopha." for i in range(250)]
    source.write_text(
        "".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(texts)), "utf-8"
    )
    assert redact(source, "--workers", "1").exit_code == 0
    alone = outputs(source)
    assert redact(source, "--workers", "2").exit_code == 0
    assert outputs(source) == alone
    assert [line["id"] for line in alone] == [str(i) for i in range(250)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Sok Dara {", "line 2 is not a JSON object in UTF-8"),
        ('["Sok Dara"]', "line 2 is not a JSON object"),
        ('{"text": "Sok Dara"}', 'line 2 has no text in "id"'),
        ('{"id": "2", "text": 5}', 'line 2 has no text in "text"'),
        ('{"id": "2", "text": "Sok Dara", "lang": 7}', 'something else than a language tag in "lang"'),
        ('{"id": "2", "text": "", "known": "Sok Dara"}', 'something else than an object in "known"'),
        ('{"id": "2", "text": "", "known": {"name": ["Sok Dara"]}}', "neither text nor a number"),
        ('{"id": "\\ud800", "text": "Sok Dara"}', "surrogate"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(source: Path, line: str, message: str) -> None:
    source.write_text(f'{{"id": "1", "text": "fine", "lang": "en"}}\n{line}\n', "utf-8")
    result = redact(source)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Dara" not in result.output
    assert list(source.parent.iterdir()) == [source]


def test_bytes_that_are_no_text_are_refused(source: Path) -> None:
    source.write_bytes(b'{"id": "1", "text": "\xff\xfe"}\n')
    assert "line 1 is not a JSON object in UTF-8" in redact(source).stderr


def test_an_old_output_survives_a_failure(source: Path) -> None:
    source.write_text("nonsense\n", "utf-8")
    old = source.with_name("out.jsonl")
    old.write_text("old", "utf-8")
    assert redact(source).exit_code == 2
    assert old.read_text("utf-8") == "old"


def test_keys_that_mean_nothing_are_named(source: Path) -> None:
    source.write_text('{"id": "1", "text": "fine", "lang": "en", "knwon": {"name": "Sok"}}\n', "utf-8")
    assert "ignored in the input: knwon" in redact(source).stderr


def test_an_empty_file_gives_an_empty_file(source: Path) -> None:
    source.write_text("", "utf-8")
    assert redact(source).exit_code == 0
    assert outputs(source) == []


def test_an_output_that_cannot_be_written_is_said(source: Path) -> None:
    source.write_text("", "utf-8")
    result = CliRunner().invoke(main, ["redact", str(source), "-o", str(source.parent / "no" / "out.jsonl")])
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
