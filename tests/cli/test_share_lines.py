"""What a terminal says of each table that can be read, and of what a change gives or takes."""

from gateway.cli.policy.share_lines import change_lines, share_lines, shares_instead
from gateway.member.cube.table_shares import ReadTable, ShareChange, TableShare

PROVINCES = ReadTable((("date", "year"), ("place", "province")), "province-by-year")
SEXES = ReadTable((("date", "year"), ("sex", "sex")))


def share(table: ReadTable, shown: int, ceiling: int = 1_000) -> TableShare:
    return TableShare(table, shown, ceiling)


def many(number: int) -> list[TableShare]:
    return [share(ReadTable((("sex", f"level-{n}"),)), 500 + n) for n in range(number)]


def test_tables_that_show_nobody_are_named_with_the_reason() -> None:
    none, few = (ReadTable(((name, name),)) for name in ("sex", "outcome"))
    shares = [share(PROVINCES, 0), share(none, 0, 0), share(few, 9), share(SEXES, 999)]

    lines = list(share_lines(shares, 5))

    assert "people shown, of those in cells of at least 5 people" in lines[1]
    assert lines[2] == "3 of 4 tables show nobody, or less than 1%."
    assert lines[4].endswith("    0%         0     1,000  Province, by year (province-by-year): shows nobody")
    assert lines[5].endswith("     -         0         0  sex: every cell has fewer than 5 people")
    assert lines[6].endswith("    0%         9     1,000  outcome")
    assert lines[7].endswith("   99%       999     1,000  year x sex"), "100% stands for everybody"


def test_after_the_ten_worst_the_others_are_one_line() -> None:
    assert len(list(share_lines(many(10), 5))) == 3 + 10
    assert list(share_lines(many(13), 5))[3 + 10 :] == [
        "and 3 more, each at 51% or above; --json lists them all"
    ]
    nobody = [share(ReadTable((("sex", f"level-{n}"),)), 0) for n in range(12)]
    assert list(share_lines(nobody, 5))[-1] == "and 2 more; --json lists them all"
    assert list(share_lines([], 5)) == []


def test_a_change_says_who_loses_and_who_gains_the_most_first() -> None:
    changes = [
        ShareChange(PROVINCES, share(PROVINCES, 900), share(PROVINCES, 410)),
        ShareChange(SEXES, share(SEXES, 990), None),
        ShareChange(ReadTable((("sex", "sex"),)), None, share(SEXES, 0)),
        ShareChange(ReadTable((("age", "age"),)), share(SEXES, 100), share(SEXES, 700)),
    ]

    assert list(change_lines(changes)) == [
        "People that a table loses in its cells, most first:",
        "      -490  90% -> 41%  Province, by year (province-by-year)",
        "      -990  99% -> not shared  year x sex",
        "People that a table gains in its cells, most first:",
        "      +600  10% -> 70%  age",
    ]
    assert list(change_lines([])) == []


def test_beside_a_suggestion_only_shares_that_differ_are_said() -> None:
    changes = [
        ShareChange(PROVINCES, share(PROVINCES, 410), share(PROVINCES, 900)),
        ShareChange(SEXES, share(SEXES, 991), share(SEXES, 992)),
        ShareChange(ReadTable((("sex", "sex"),)), share(SEXES, 700), None),
    ]

    assert list(shares_instead(changes)) == [
        "Province, by year (province-by-year): 90% shown, was 41%",
        "sex: not shared, was 70%",
    ]
