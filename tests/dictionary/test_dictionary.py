"""The regional dictionary: its words, its trees, and what it says to a word that it does not know."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.tables.hierarchy import Hierarchy
from gateway.dictionary import ROOT, DictionaryError, regional, unknown_place

SHARED = Path(__file__).parents[3] / "shared" / "domain"
YEARS = range(2008, 2025)


def trees():
    dictionary = regional()
    for member in dictionary.members:
        for dimension in dictionary.dimensions.values():
            for level in dimension.level_names(member):
                yield dictionary.hierarchy(dimension.name, level, member, years=YEARS)


def test_the_eleven_members_are_iso_codes():
    assert set(regional().members) == {"BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN"}


def test_every_tree_of_every_member_is_a_hierarchy():
    count = 0
    for tree in trees():
        Hierarchy(tree.dimension, tree.codes, tree.parent)  # raises for orphans, cycles, duplicates
        count += 1
    assert count > 11 * 20


def test_a_code_at_two_levels_is_one_node():
    tree = regional().hierarchy("device", "device_type", "KH")
    assert tree.parent["CMR"] == ROOT
    assert tree.parent["APM"] == "MINE"
    assert "CMR" in tree.at["device_type"]
    assert "CMR" in tree.at["device_group"]
    assert tree.codes.count("CMR") == 1


def test_a_tree_starts_at_the_level_asked_for():
    tree = regional().hierarchy("device", "device_group", "KH")
    assert set(tree.codes) == {ROOT, "MINE", "CMR", "ERW", "UNK"}
    assert tree.levels == ("device_group",)


def test_every_code_lifts_to_every_coarser_level_along_its_parents():
    for tree in trees():
        for number, level in enumerate(tree.levels):
            for code in tree.at[level]:
                for upper in tree.levels[number:]:
                    assert regional().lift(code, upper) in tree.at[upper]


def test_years_stand_in_five_year_bands_that_do_not_overlap():
    tree = regional().hierarchy("date", "year", "KH", years=range(2009, 2012))
    assert tree.codes == (ROOT, "2005-2009", "2010-2014", "2009", "2010", "2011")
    assert tree.parent["2009"] == "2005-2009"


def test_a_month_that_is_not_known_still_has_its_year():
    dictionary = regional()
    assert dictionary.lift("2015-UNK", "quarter") == "2015-UNK"
    assert dictionary.lift("2015-UNK", "year") == "2015"
    assert dictionary.lift("2015-11", "quarter") == "2015-Q4"


@given(st.integers(1950, 2100), st.integers(1, 12))
def test_a_month_lies_in_its_band_by_any_way(year, month):
    dictionary = regional()
    code = f"{year}-{month:02d}"
    direct = dictionary.lift(code, "year_band5")
    assert direct == dictionary.lift(dictionary.lift(code, "year"), "year_band5")
    first, last = map(int, direct.split("-"))
    assert first <= year <= last
    assert last - first == 4


def test_viet_nam_has_63_provinces_in_34_in_6_groups():
    tree = regional().hierarchy("place", "province", "VN")
    since = set(regional().places.successors.values())
    known = {level: {*codes} - since - {unknown_place("VN")} for level, codes in tree.at.items()}
    assert {level: len(codes) for level, codes in known.items()} == {
        "province": 63,
        "province34": 34,
        "province_group": 6,
    }
    assert tree.parent["VN-24"] == tree.parent["VN-25"] == "VN_34_25"  # Quảng Bình and Quảng Trị


def test_a_merged_province_has_a_place_for_accidents_since_the_merger():
    """23 of the 34 are unions; each took the name of one of the former, and holds it and its own place."""
    dictionary = regional()
    successors = dictionary.places.successors
    assert len(successors) == 23
    for former, since in successors.items():
        merged = dictionary.lift(former, "province34")
        assert dictionary.lift(since, "province34") == merged
        assert dictionary.lift(since, "province_group") == dictionary.lift(merged, "province_group")
        assert dictionary.code("province34", merged) == dictionary.code("province", former)
        assert dictionary.places.ended(former) == "2025-06-30"
        assert not dictionary.places.ended(since)


def plain_name(name: str) -> str:
    return name.replace("–", "-").replace(" ", "").casefold()


@pytest.mark.skipif(not SHARED.exists(), reason="needs the project's shared domain files")
def test_the_merger_is_the_one_that_was_decreed():
    places = regional().places
    own = [p for p in places.provinces.values() if p.member == "VN"]
    names = {plain_name(name): p for p in own for name in (p.name, *p.other_names)}
    rows = list(csv.reader(io.StringIO((SHARED / "vn63_to_34.csv").read_text(encoding="utf-8"))))[1:]
    assert len(rows) == 23
    for name, former in rows:
        merged = {names[plain_name(one)].above["province34"] for one in former.split(";")}
        assert len(merged) == 1
        assert places.labels["province34"][merged.pop()] == name


def test_only_viet_nam_has_the_level_province34():
    with pytest.raises(DictionaryError, match="province34"):
        regional().hierarchy("place", "province34", "KH")


def test_every_group_of_provinces_is_made_of_the_members_own():
    places = regional().places
    for province in places.provinces.values():
        group = province.above["province_group"]
        assert places.owner[group] == province.member
        assert group == province.code or group.startswith(f"{province.member}_")


@pytest.mark.skipif(not SHARED.exists(), reason="needs the project's shared domain files")
def test_the_map_and_the_dictionary_agree_on_iso_codes():
    with (SHARED / "admin1_crosswalk.csv").open(encoding="utf-8") as file:
        mapped = {row["iso_3166_2"] for row in csv.DictReader(file)} - {""}
    not_iso = {
        "PH-MNL",
        "PH-BCD",
        "PH-MDE",
        "PH-LAP",
    }  # cities of the Philippines: ISO 3166-2 has no such codes
    assert mapped - not_iso <= set(regional().places.provinces)


def test_men_women_boys_and_girls_are_functions_of_sex_and_age():
    sexage = regional().derived["sexage"]
    assert sexage.levels == ("sex", "adult_child")
    assert sexage.codes["GIRLS"].of == (("F", "CHILD"),)


def test_every_derived_code_is_made_of_known_codes():
    for derived in regional().derived.values():
        for code in derived.codes.values():
            for combination in code.of:
                for level, part in zip(derived.levels, combination, strict=True):
                    assert regional().code(level, part)


def test_injuries_are_yes_or_no_dimensions_and_sensitive():
    eye = regional().dimension("injury.EYE")
    assert eye.sensitive
    assert eye.part_of == "injury"
    assert set(regional().codes("injury.EYE")) == {"YES", "NO", "UNK"}


def test_assistance_has_one_status_for_each_pillar():
    dictionary = regional()
    pillars = [d for d in dictionary.dimensions.values() if d.part_of == "status"]
    assert [d.name for d in pillars] == [f"status.{p}" for p in ("DATA", "EMC", "REH", "PSS", "SEI", "LAW")]
    for dim in pillars:
        assert dim.sensitive
        assert not dim.yes_no
        fine, coarse = dim.level_names()
        assert list(dictionary.codes(fine)) == ["NEED", "REF", "UNAVAIL", "RECV", "DECL", "NO_NEED", "UNK"]
        assert [c for c in dictionary.codes(fine) if dictionary.lift(c, coarse) == "UNMET"] == [
            "NEED",
            "REF",
            "UNAVAIL",
        ]
        assert dictionary.lift("RECV", coarse) == "MET"


def test_what_is_counted_has_dimensions_of_its_own():
    dictionary = regional()
    for measure in ("sessions", "reached", "areas_marked"):
        assert dictionary.lacking_levels(measure, ["activity_year", "activity_type"]) == ()
        assert dictionary.lacking_levels(measure, ["year", "sex"]) == ("year", "sex")
        assert dictionary.measure(measure).year == "activity_year"
    for measure in ("casualties", "accidents"):
        assert dictionary.lacking_levels(measure, ["year", "activity_type"]) == ("activity_type",)
        assert dictionary.measure(measure).year == "year"


def test_casualties_and_clients_have_only_the_sex_in_common():
    dictionary = regional()
    casualties, clients = map(dictionary.dimensions_of, ("casualties", "clients"))
    pillars = tuple(f"status.{p}" for p in ("DATA", "EMC", "REH", "PSS", "SEI", "LAW"))
    assert set(casualties) & set(clients) == {"sex"}
    assert clients[:7] == (
        *("sex", "service_date", "home", "age_now", "client", "barrier_main", "disability"),
    )
    assert clients[7:] == pillars
    assert dictionary.dimensions_of("activities") == ("activity_date", "activity_type")
    assert dictionary.lacking_levels("casualties", ["sex", "met.REH", "year"]) == ("met.REH",)
    assert dictionary.lacking_levels("clients", ["sex", "met.REH", "year"]) == ("year",)
    assert dictionary.lacking_levels("clients", ["service_year", "home_group", "province"]) == ("province",)
    assert dictionary.dimensions_of("contacts") == ("service_date", "pillar")
    assert dictionary.lacking_levels("services", ["service_year", "item", "sex"]) == ("sex",)
    assert [dictionary.lift(c, "pillar") for c in ("REH1", "PSS_UNK", "EMC")] == ["REH", "PSS", "EMC"]
    assert {dictionary.measure(m).year for m in ("clients", "cases", "services")} == {"service_year"}
    assert set(dictionary.data_sets) == {m.of for m in dictionary.measures.values()}


def test_cases_are_counted_within_one_pillar():
    dictionary = regional()
    assert dictionary.unnamed_attribute("cases", ["sex"]) == "status"
    assert dictionary.unnamed_attribute("cases", ["sex", "met.REH"]) == ""
    assert dictionary.unnamed_attribute("clients", ["sex"]) == ""


def test_a_home_has_the_codes_of_a_place_and_age_now_those_of_the_age():
    dictionary = regional()
    assert dictionary.codes("home_province", member="KH") == dictionary.codes("province", member="KH")
    assert dictionary.lift("KH-2", "home_group") == dictionary.lift("KH-2", "province_group")
    assert dictionary.dimension("home").level_names("KH") == ("home_province", "home_group")
    assert "home_province34" in dictionary.dimension("home").level_names("VN")
    assert dictionary.codes("band_now") == dictionary.codes("band_va")
    assert dictionary.lift("15-17", "adult_child_now") == "CHILD"
    assert dictionary.lift("NOT_TOLD", "unmet") == "UNMET"


def test_a_year_of_an_activity_is_a_year_of_the_calendar():
    dictionary = regional()
    assert dictionary.label("activity_year", "2024") == "2024"
    assert dictionary.label("activity_year", "2024-03") is None
    assert dictionary.hierarchy("activity_date", "activity_year", "KH", years=[2023, 2024]).codes == (
        ROOT,
        "2023",
        "2024",
    )
    with pytest.raises(DictionaryError, match="2024"):
        dictionary.code("activity_year", "24")


def test_words_of_before_name_what_replaces_them():
    dictionary = regional()
    assert dict(dictionary.replaced) == {
        "need": "status",
        "referred": "status",
        "service": "status",
        "barrier": "barrier_main",
    }
    words = {d.part_of or d.name for d in dictionary.dimensions.values()}
    assert set(dictionary.replaced.values()) <= words
    assert not words & dictionary.replaced.keys()


@pytest.mark.parametrize(
    ("look_up", "word", "nearest"),
    [
        (lambda d: d.dimension, "devise", "device"),
        (lambda d: d.level, "yeer", "year"),
        (lambda d: d.measure, "casualty", "casualties"),
        (lambda d: d.purpose, "regional_reporting", "regional-reporting"),
        (lambda d: d.member, "KHM", "KH"),
        (lambda d: lambda w: d.code("device_type", w), "apm", "APM"),
        (lambda d: lambda w: d.code("province", w), "KH-99", "KH-9"),
        (lambda d: lambda w: d.code("year", w), "24", "2024"),
    ],
)
def test_an_unknown_word_names_the_nearest(look_up, word, nearest):
    with pytest.raises(DictionaryError, match=f"'{nearest}'"):
        look_up(regional())(word)


def test_a_huge_word_does_not_make_a_huge_message():
    with pytest.raises(DictionaryError) as caught:
        regional().level("x" * 10_000_000)
    assert len(caught.value.message) < 1000


def test_the_dictionary_cannot_be_changed():
    dictionary = regional()
    assert dictionary is regional()
    with pytest.raises(TypeError):
        dictionary.measures["names"] = None
    with pytest.raises(AttributeError):
        dictionary.version = "other"


@pytest.mark.parametrize(
    "code", ["2024-13", "2024-00", "2024-Q5", "٢٠٢٤", "24", "2010-2015", "2011-2015", ""]
)
def test_calendar_codes_are_strict(code):
    for level in ("month", "quarter", "year", "year_band5"):
        with pytest.raises(DictionaryError):
            regional().code(level, code)


def test_no_name_means_two_provinces_of_one_member():
    meant: dict[tuple[str, str], str] = {}
    for province in regional().places.provinces.values():
        for name in (province.name, province.code, *province.other_names):
            assert meant.setdefault((province.member, name.casefold()), province.code) == province.code


@pytest.mark.parametrize(
    ("member", "script"), [("KH", "KHMER"), ("LA", "LAO"), ("TH", "THAI"), ("MM", "MYANMAR")]
)
def test_provinces_have_their_names_in_the_state_s_script(member, script):
    for province in regional().places.provinces.values():
        if province.member == member:
            assert any(unicodedata.name(name[0]).startswith(script) for name in province.other_names)
