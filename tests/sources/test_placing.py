"""A province of Viet Nam before and after the merger of July 2025, and one that ended without an heir."""

from datetime import date

import pytest

from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.words import plain
from gateway.sources.rows.place_names import DistrictNames, PlaceNames, foreign_places, place_words

MAPPING = """\
mapping: 1
member: VN
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Date: {to: date, formats: [DD/MM/YYYY, MM/YYYY, YYYY]}
      Province: place
constants: {victim_type: DIR, consent_share: AGG}
"""


def placed(small, date: str, province: str, mapping: str = MAPPING) -> tuple[str, list[Problem]]:
    small.mapping = mapping
    findings = Findings()
    loaded = small.load(findings, victims=f"Case,Date,Province\nC1,{date},{province}\n")
    return loaded.snapshot.column("place").values()[0], [f.problem for f in loaded.findings]


@pytest.mark.parametrize("spelling", ["Lào Cai", "Lao Cai", "LAO CAI", "VN-02"])
def test_a_name_means_the_former_province_before_the_merger_and_the_merged_one_since(small, spelling) -> None:
    assert placed(small, "30/06/2025", spelling) == ("VN-02", [])
    assert placed(small, "01/07/2025", spelling) == ("VN_34_02_SINCE", [])


def test_a_year_alone_could_mean_both_and_the_merged_one_holds_both(small) -> None:
    assert placed(small, "2024", "Lào Cai") == ("VN-02", [])
    assert placed(small, "2025", "Lào Cai") == ("VN_34_02_SINCE", [])
    assert placed(small, "2026", "Lào Cai") == ("VN_34_02_SINCE", [])


def test_a_name_that_nothing_took_over_still_says_where_and_is_a_finding(small) -> None:
    assert placed(small, "31/08/2025", "Yên Bái") == ("VN-06", [Problem.PLACE_ENDED])
    assert placed(small, "31/08/2024", "Yên Bái") == ("VN-06", [])


def test_a_province_that_was_not_merged_is_one_for_ever(small) -> None:
    assert placed(small, "01/07/2026", "Cao Bằng") == ("VN-04", [])


def test_a_register_that_knows_only_the_new_provinces_says_so_in_its_mapping(small) -> None:
    whole = MAPPING.replace("Province: place", "Province: {to: place, codes: {Lào Cai: VN_34_02_SINCE}}")
    assert placed(small, "01/05/2012", "Lào Cai", whole) == ("VN_34_02_SINCE", [])


def test_other_states_have_provinces_that_ended_too(small) -> None:
    split = MAPPING.replace("member: VN", "member: PH")
    assert placed(small, "01/08/2022", "Maguindanao", split) == ("PH-MAG", [])
    assert placed(small, "01/11/2022", "Maguindanao", split) == ("PH-MAG", [Problem.PLACE_ENDED])


def test_nobody_is_lost_or_counted_twice_over_the_merger(small) -> None:
    """34 provinces hold every accident of both codings, each once."""
    small.mapping = MAPPING
    rows = "".join(
        f"C{n},{day},{place}\n"
        for n, (day, place) in enumerate(
            (day, place)
            for day in ("01/01/2020", "01/01/2026")
            for place in ("Lào Cai", "Yên Bái", "Cao Bằng", "Quảng Trị", "Quảng Bình")
        )
    )
    values = small.load(victims="Case,Date,Province\n" + rows).snapshot.column("place").values()
    lifted = [regional().lift(code, "province34") for code in values]
    assert {code: lifted.count(code) for code in lifted} == {"VN_34_02": 4, "VN-04": 2, "VN_34_25": 4}


@pytest.mark.parametrize(
    "spelling", ["Tỉnh Lào Cai", "lao cai province", "Viet Nam / Lào Cai / Sa Pa", "VN > Lao Cai > Xã 3"]
)
def test_a_province_is_read_with_the_word_for_it_and_on_a_path(small, spelling) -> None:
    assert placed(small, "2020", f'"{spelling}"') == ("VN-02", [])


@pytest.mark.parametrize("spelling", ["Lào Cai / Yên Bái", "Sa Pa / Xã 3", "Lào Cai, Sa Pa"])
def test_a_place_of_two_provinces_or_none_is_unknown_and_a_finding(small, spelling) -> None:
    assert placed(small, "2020", f'"{spelling}"') == ("VN_UNK", [Problem.PLACE])


OF_CAMBODIA = MAPPING.replace("VN", "KH")


def rows_of(*provinces: str) -> str:
    return "Case,Date,Province\n" + "".join(f"C{n},2020,{name}\n" for n, name in enumerate(provinces))


def test_a_province_of_another_state_is_unknown_and_a_finding_of_its_own(small) -> None:
    small.mapping, findings = OF_CAMBODIA, Findings()
    loaded = small.load(findings, victims=rows_of("Pailin", "Surin", "Kep", "nowhere"))
    assert sorted(loaded.snapshot.column("place").values()) == ["KH-23", "KH-24", "KH_UNK", "KH_UNK"]
    assert {f.problem: f.count for f in findings.all()} == {Problem.PLACE_FOREIGN: 1, Problem.PLACE: 1}


def test_the_register_of_another_state_is_refused(small) -> None:
    small.mapping = OF_CAMBODIA
    with pytest.raises(
        SourceError, match=r"2 of the 3 places in victims\.csv, Province are provinces of another"
    ):
        small.load(victims=rows_of("Attapeu", "Savannakhet", "", "Kep"))
    small.mapping = draft_mapping(str(small.folder), "KH", regional(), date(2026, 11, 25))
    assert "to: place" in small.mapping, "a draft does not leave its places out"
    with pytest.raises(SourceError, match="another state"):
        small.load(victims=rows_of("Attapeu", "Savannakhet", "", "Kep"))


@pytest.mark.parametrize(
    ("member", "address", "code"),
    [
        ("TH", "อ.อรัญประเทศ จ.สระแก้ว 27120", "TH-27"),
        ("TH", "จังหวัดสระแก้ว อำเภออรัญประเทศ", "TH-27"),
        ("KH", "ស្រុករតនមណ្ឌល ខេត្តបាត់ដំបង", "KH-2"),
        ("LA", "ບ້ານ ນາ ເມືອງ ເຊໂປນ ແຂວງ ສະຫວັນນະເຂດ", "LA-SV"),
        ("VN", "xã Tân Long, huyện Hướng Hóa, tỉnh Quảng Trị", "VN-25"),
        ("VN", "Q. Hải Châu TP. Đà Nẵng", "VN-DN"),
        ("VN", "tỉnh lộ 9, gần Quảng Trị", ""),
        ("TH", "จ.สุรินทร์ หรือ จ.ตราด", ""),
        ("TH", "อ.เมือง", ""),
    ],
)
def test_an_address_says_which_part_of_it_is_the_province(member: str, address: str, code: str) -> None:
    names = PlaceNames(place_words(regional(), member))

    assert names.code(plain(address)) == code


NAMED = {
    "อรัญประเทศ": "2702", "Hướng Hóa": "465", "Thành phố Đông Hà": "461", "Kab. Bogor": "3201",
    "Kota Bogor": "3271",
    "ខណ្ឌដូនពេញ": "1202", "ເມືອງເຊໂປນ": "1305", "Mun. of Datu Piang": "PH1", "ဘားအံ": "MM2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("อ.อรัญประเทศ", "2702"),
        ("อำเภอ อรัญประเทศ", "2702"),
        ("H. Huong Hoa", "465"),
        ("huyện Hướng Hóa", "465"),
        ("TP. Đông Hà", "461"),
        ("TP Dong Ha", "461"),
        ("huyện Đông Hà", ""),
        ("KABUPATEN BOGOR", "3201"),
        ("Kota Bogor", "3271"),
        ("Bogor", ""),
        ("ដូនពេញ", "1202"),
        ("ក្រុងដូនពេញ", ""),
        ("ມ. ເຊໂປນ", "1305"),
        ("Datu Piang", "PH1"),
        ("Datu Piang City", ""),
        ("ဘားအံမြို့နယ်", "MM2"),
    ],
)
def test_a_district_is_read_with_and_without_its_word_and_never_for_a_city(written: str, code: str) -> None:
    names = DistrictNames({plain(name): number for name, number in NAMED.items()})

    assert names.code(plain(written)) == code


def test_the_provinces_of_another_state_are_known_with_their_word_too() -> None:
    foreign = foreign_places(regional(), "TH")

    assert foreign.code(plain("Prov. Maluku Utara"))
    assert foreign.code(plain("tỉnh Quảng Trị"))
    assert not foreign.code(plain("จ.สุรินทร์"))
