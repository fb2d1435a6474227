"""Cells of Burmese for the Zawgyi font: in Unicode where that is certain, and findings with their lines."""

import pytest

from gateway.sources.model.findings import Problem

STATES = {"ရွမ္းျပည္နယ္": "MM-17", "ေနျပည္ေတာ္": "MM-18", "ကခ်င္ျပည္နယ္": "MM-11"}
LEFT_OUT = "    left_out:\n      Name: names a person\n"
KEPT = "    vault:\n      Name: name\n"


@pytest.fixture
def burmese(small):
    small.mapping = small.mapping.replace("member: KH", "member: MM").replace(
        "បាត់ដំបង: KH-2", "Battambang: MM-17"
    )
    return small


class Keeping:
    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []

    def keep(self, cases, people, rows) -> None:
        del cases, people
        self.rows += rows


@pytest.mark.parametrize(("state", "code"), STATES.items())
def test_a_place_for_zawgyi_counts_where_it_is(burmese, state, code):
    loaded = burmese.load_rows({"Province": state}, {"Case": "C2", "Province": "ရှမ်း ပြည်"})
    assert burmese.problems(loaded) == {("Province", "ZAWGYI"): 1, ("Province", "PLACE"): 1}
    assert [f.lines for f in loaded.findings if f.problem is Problem.ZAWGYI] == [(2,)]
    assert sorted(loaded.snapshot.columns["place"].values()) == sorted([code, "MM_UNK"])


def test_a_heading_for_zawgyi_is_the_one_that_the_mapping_names(burmese):
    burmese.mapping = burmese.mapping.replace("Province:", "ပြည်နယ်:")
    loaded = burmese.load(victims=(
        "Case,Name,ID card,Date,ျပည္နယ္,Sex,Age,Device,Consent\n"
        "C1,Sok,0102034,31/12/2010,MM-17,Male,34,mine,AGG\n"
    ))  # fmt: skip
    assert loaded.snapshot.columns["place"].values() == ["MM-17"]


def test_a_name_is_kept_in_unicode_and_an_unclear_one_as_it_stands_with_a_finding(burmese):
    burmese.mapping, burmese.keeper = burmese.mapping.replace(LEFT_OUT, KEPT), Keeping()
    loaded = burmese.load_rows(
        {"Name": "ေမာင္ေအာင္ေက်ာ္"}, {"Case": "C2", "Name": "မြ"}, {"Case": "C3", "Name": "ဦးလှ"}
    )
    assert [row["name"] for row in burmese.keeper.rows] == ["မောင်အောင်ကျော်", "မြ", "ဦးလှ"]
    assert burmese.problems(loaded) == {("Name", "ZAWGYI"): 1, ("Name", "ENCODING_UNCLEAR"): 1}
    assert [f.lines for f in loaded.findings if f.problem is Problem.ENCODING_UNCLEAR] == [(3,)]


def test_in_a_register_in_unicode_no_short_name_is_a_finding(burmese):
    burmese.mapping, burmese.keeper = burmese.mapping.replace(LEFT_OUT, KEPT), Keeping()
    loaded = burmese.load_rows({"Name": "မြ"}, {"Case": "C2", "Name": "မောင်အောင်ကျော်"})
    assert burmese.problems(loaded) == {}


def test_columns_that_nobody_reads_are_no_finding(burmese):
    assert burmese.problems(burmese.load_rows({"Name": "ေမာင္ေအာင္ေက်ာ္"})) == {}
