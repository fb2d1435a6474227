"""An extract that its reader opens: the terms on which it was given stand beside the table."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from anonymisers.identity.sealed_messages import public_of, public_text
from anonymisers.records.sealed_extract import Content, Label, moment_text, sealed_extract
from gateway.cli import main

PRIVATE = b"\x07" * 32
TERMS = ("For ARMAC, for research only.", "Nothing of it may be passed on, tables made from it neither.")


def test_the_terms_are_shown_and_written_beside_the_opened_table(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    reader = public_text(public_of(PRIVATE))
    made, until = moment_text(now), moment_text(now + timedelta(days=2))
    label = Label("x-1", "KH", "ARMAC", "research", 1, reader, made, until)
    content = Content(("person", "place"), (("p1.1.X", "KH-2"),), TERMS, "0123")
    (tmp_path / "records.slx").write_bytes(sealed_extract(label, content))
    (tmp_path / "armac.key").write_text(PRIVATE.hex())
    (tmp_path / "armac.key").chmod(0o600)

    result = CliRunner().invoke(
        main,
        [
            *("extract", "open", str(tmp_path / "records.slx")),
            *("--key", str(tmp_path / "armac.key"), "-o", str(tmp_path / "records.csv")),
        ],
    )

    assert result.exit_code == 0, result.output
    reported = (tmp_path / "records.terms.txt").read_text()
    assert reported == result.stderr
    assert reported.splitlines() == [
        f"1 record of KH, extract x-1, to be deleted by {until}.",
        *TERMS,
        "This copy is marked 0123.",
    ]
    assert (tmp_path / "records.csv").read_text() == "person,place\np1.1.X,KH-2\n"
