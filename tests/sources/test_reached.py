"""How far a load has come: the share of the whole source, reported on a terminal and in lines of a log."""

import pytest

from gateway.cli.common.progress import progress_line, reading
from gateway.sources.rows.load_progress import Reached


@pytest.fixture
def steps(small, monkeypatch):
    """What a load of two files tells, in chunks of a hundred rows."""
    monkeypatch.setattr("gateway.sources.files.csv_source.CHUNK_ROWS", 100)
    reported = []
    small.progress = reported.append
    small.mapping = small.mapping.replace(
        "      Device: {to: device, codes: {mine: UMT, bomblet: CMR}}\n", ""
    ).replace(
        "constants:",
        "  devices.csv:\n    join: {No: Case}\n    columns:\n"
        "      Device: {to: device, codes: {mine: UMT, bomblet: CMR}}\nconstants:",
    )
    cases = [{"Case": f"C{n}"} for n in range(1000)]
    small.load(
        victims=small.text(*cases), devices="No,Device\n" + "".join(f"C{n},mine\n" for n in range(1000))
    )
    return reported


def test_the_share_grows_over_all_tables_and_ends_with_the_whole(steps):
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {round(share, 1) for share in shares} >= {0.2, 0.5, 0.8}
    assert [step.table for step in steps][:: len(steps) - 1] == ["devices.csv", "victims.csv"]
    assert steps[-1].rows == 2000


def test_a_line_of_a_log_tells_share_rows_pace_and_what_is_left():
    line = progress_line(Reached(250_000, 0.25, "victims.csv"), 10.0)
    assert line == "reading victims.csv: 25 % done, 250000 rows, 25000 a second, about 30 s left"
    assert progress_line(Reached(10, 1.0, "v"), 2.0) == "reading v: 100 % done, 10 rows, 5 a second"
    assert "99 % done" in progress_line(Reached(10, 0.9999, "v"), 2.0)


def test_without_a_terminal_lines_are_written(capsys):
    with reading() as reported:
        reported(Reached(10, 0.5, "v"))
        reported(Reached(20, 1.0, "v"))
        reported(Reached(20, 1.0, "v"))
    written = capsys.readouterr().err.splitlines()
    assert len(written) == 1
    assert written[0].startswith("reading v: 100 % done, 20 rows, ")
