"""The quality report: each measure falls with its fault and with nothing else, and values are never shown."""

import json
import re

import pytest

from gateway.dictionary import regional
from gateway.sources.model.errors import SourceError
from gateway.sources.quality.quality import assess
from gateway.sources.quality.quality_page import quality_page
from gateway.sources.quality.quality_report import quality_json, quality_text, read_former

CIVIL = """      Status: {to: civ_status, codes: {civilian: CIV, soldier: MIL, deminer: DEM}}
      Doing: {to: activity, codes: {farming: FARM, playing: PLAY, demining: DEM, duty: MIL}}
      Result: {to: outcome, codes: {dead: K, hurt: I}}
      Accident: accident_id
"""


@pytest.fixture
def judge(small):
    """Load victims with these cells and judge the load."""
    small.mapping = small.mapping.replace("    left_out:", f"{CIVIL}    left_out:")
    usual = {"Status": "civilian", "Doing": "farming", "Result": "hurt", "Accident": "", "Date": "01/10/2026"}

    def judged(*changes):
        text = small.text({}).splitlines()[0] + ",Status,Doing,Result,Accident\n"
        for number, change in enumerate(changes, 1):
            cells = {"Case": f"C{number}", "Name": "Sok Dara", "ID card": f"70{number:04d}", **usual} | change
            row = [cells.get(h, ROW.get(h, "")) for h in text.splitlines()[0].split(",")]
            text += ",".join(row) + "\n"
        return assess(small.load(victims=text), regional())

    return judged


ROW = {"Province": "Battambang", "Sex": "Male", "Age": "34", "Device": "mine", "Consent": "AGG"}


def broken(quality):
    return {c.rule: c.count for c in quality.contradictions if c.count}


def test_a_faultless_load_has_the_full_score(judge):
    quality = judge({"Accident": "A1"}, {"Accident": "A2"})
    assert set(quality.measures.values()) == {1.0}
    assert quality.score == 100
    assert broken(quality) == {}


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        ({"Sex": ""}, {"completeness"}),
        ({"Sex": "n/a"}, {"completeness"}),
        ({"Sex": "?"}, {"validity"}),
        ({"Age": "400"}, {"validity"}),
        ({"Case": "C1"}, {"counted", "uniqueness"}),
        ({"Date": "never"}, {"counted", "validity"}),
        ({"Status": "deminer", "Age": "12"}, {"consistency"}),
        ({"Province": ""}, {"completeness", "coverage"}),
    ],
)
def test_a_fault_lowers_its_own_measure_only(judge, change, measure):
    quality = judge({"Accident": "A1"}, {"Accident": "A2"}, {"Accident": "A3"} | change)
    assert {name for name, value in quality.measures.items() if value < 1} == measure
    assert quality.score < 100


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ([{"Age": "9", "Status": "deminer"}], "a child who is a deminer"),
        ([{"Age": "17", "Status": "soldier"}], "a child in military, police or security service"),
        ([{"Doing": "demining"}], "demining, but no deminer"),
        ([{"Doing": "duty"}], "on duty, but a civilian"),
        ([{"Doing": "playing", "Status": "soldier"}], "playing, but a deminer or soldier"),
        ([{"Accident": "A1", "Date": "01/03/2020"}, {"Accident": "A1"}], "one accident in several months"),
        ([{"Accident": "A1", "Province": "Pailin"}, {"Accident": "A1"}], "one accident in several places"),
        ([{"Accident": "A1"}] * 61, "an accident with more than 60 casualties"),
        ([{"ID card": "71", "Sex": "Female"}, {"ID card": "71"}], "one person with two sexes"),
        (
            [{"ID card": "71", "Result": "dead", "Date": "01/03/2020"}, {"ID card": "71"}],
            "killed, by another record earlier or twice",
        ),
    ],
)
def test_contradictions_are_counted_by_rule(judge, changes, rule):
    assert list(broken(judge(*changes))) == [rule]


def test_what_is_not_known_contradicts_nothing(judge):
    unknown = {"Age": "", "Status": "", "Doing": "", "Province": ""}
    assert broken(judge(unknown, {"Accident": "A1", "Province": ""}, {"Accident": "A1"})) == {}


def test_hurt_first_and_killed_later_contradicts_nothing(judge):
    hurt = {"ID card": "71", "Date": "01/03/2020"}
    assert broken(judge(hurt, {"ID card": "71", "Result": "dead"})) == {}


@pytest.mark.parametrize(
    ("last", "timeliness"), [("01/08/2026", 1), ("01/11/2024", 0), ("01/02/2026", 15 / 21)]
)
def test_timeliness_follows_the_last_accident(judge, last, timeliness):
    assert judge({"Date": last}).measures["timeliness"] == pytest.approx(timeliness)


def test_an_empty_load_can_be_judged(judge):
    quality = judge()
    assert quality.casualties == quality.people == 0
    assert quality_text(quality, regional())


def test_the_text_tells_what_a_controller_needs(judge):
    quality = judge({"Sex": "?"}, {"Case": "C1"}, {"Status": "deminer", "Age": "9"}, {"Province": ""})
    text = quality_text(quality, regional())
    assert "Data quality of Cambodia" in text
    assert "For this state only" in text
    assert "victims.csv, Sex: not among the codes that the mapping translates (1 times; line 2)" in text
    assert "a child who is a deminer" in text
    assert "counted once" in text
    assert "1 of 25 provinces have casualties" in text
    assert "province unknown" in text


def test_the_next_report_tells_what_changed(judge):
    former = read_former(json.dumps(quality_json(judge({}, {"Sex": ""}))))
    text = quality_text(judge({}, {}, {}), regional(), former)
    assert "Sex" in text
    assert "(+50.0 points complete)" in text
    assert "(+1 rows)" in text
    assert "(+50.0 points" not in quality_text(judge({}, {"Sex": ""}), regional(), former)


def test_the_score_can_be_followed_from_load_to_load(judge):
    first = quality_json(judge({}, {"Sex": ""}))
    second = quality_json(judge({"Sex": "?"}), read_former(json.dumps(first)))
    former = read_former(json.dumps(second))

    text, page = (made(judge({}), regional(), former) for made in (quality_text, quality_page))

    scores = [f"{report['score']:.1f}" for report in (first, second)]
    assert [one["score"] for one in second["history"]] == [first["score"], second["score"]]
    assert f"of the loads before: 2026-11-25 {scores[0]}, 2026-11-25 {scores[1]}" in text
    assert "Score from load to load" in page
    assert all(f">{score}<" in page for score in scores)


def test_a_year_says_how_many_of_its_dates_have_a_month(judge):
    (year,) = judge({"Date": "01/03/2024"}, {"Date": "2024"}, {"Date": "05/2024"}, {"Date": "2024"}).years
    assert year.to_month == 0.5


def test_the_page_tells_the_same_and_fetches_nothing(judge):
    quality = judge({"Sex": "?"}, {"Case": "C1"}, {"Status": "deminer", "Age": "9"}, {"Province": ""})
    page = quality_page(quality, regional(), {"score": 50.0, "measures": {"validity": 0.5}})
    for reported in (
        "Data quality of Cambodia",
        f">{quality.score:.1f}<",
        "a child who is a deminer",
        "province unknown",
        "the same case in several rows",
        "1 of 25 have casualties",
    ):
        assert reported in page
    assert "points" in page
    assert not re.search(r"https?:|<script|src=|url\(", page)


def test_headings_of_a_source_cannot_become_html(small):
    small.mapping = small.mapping.replace("      Sex:", '      "<b>Sex</b>":')
    text = small.text({}).replace("Sex", "<b>Sex</b>")
    page = quality_page(assess(small.load(victims=text), regional()), regional())
    assert "<b>Sex" not in page
    assert "&lt;b&gt;Sex" in page


def test_nothing_missing_is_ever_shown_as_all(judge):
    quality = judge(*[{}] * 3000, {"Sex": ""})
    sex = next(
        line for line in quality_text(quality, regional()).splitlines() if line.strip().startswith("Sex")
    )
    assert "99.9 %" in sex


def test_a_report_holds_no_value_of_a_record(judge):
    quality = judge({"Sex": "Secretsex", "Age": "98765", "Province": "Secretville"})
    reported = quality_text(quality, regional()) + json.dumps(quality_json(quality))
    for value in ("Secretsex", "98765", "Secretville", "Sok Dara", "700001"):
        assert value not in reported


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 2, "measures": {}}', '{"version": 1}'])
def test_what_is_no_former_report_is_refused(text):
    with pytest.raises(SourceError):
        read_former(text)


def test_the_dead_receive_no_rehabilitation(small) -> None:
    small.mapping = small.mapping.replace(
        "constants:",
        "  services.csv:\n    several: yes\n    join: {Case: Case}\n"
        "    columns: {Pillar: va_pillar, State: service_status}\nconstants:",
    ).replace("    left_out:", "      Result: {to: outcome, codes: {dead: K, hurt: I}}\n    left_out:")
    rows = [
        f"C{n},A,7{n},2020,Battambang,Male,34,mine,AGG,{r}"
        for n, r in ((1, "dead"), (2, "hurt"), (3, "dead"))
    ]
    heads = "Case,Name,ID card,Date,Province,Sex,Age,Device,Consent,Result\n"
    services = "Case,Pillar,State\nC1,REH,RECV\nC2,REH,RECV\nC3,EMC,RECV\nC3,PSS,NEED\n"

    quality = assess(small.load(victims=heads + "\n".join(rows) + "\n", services=services), regional())

    assert broken(quality) == {"killed, but received rehabilitation": 1}


def test_who_was_assessed_is_told_year_by_year(small) -> None:
    small.mapping = small.mapping.replace(
        "constants:",
        "  services.csv:\n    several: yes\n    join: {Case: Case}\n"
        "    columns: {Pillar: va_pillar, State: service_status}\nconstants:",
    )
    victims = small.text({"Date": "2020"}, {"Date": "2020"}, {"Date": "2021"})
    services = "Case,Pillar,State\nC1,REH,NO_NEED\nC3,REH,NEED\nC3,PSS,\n"

    quality = assess(small.load(victims=victims, services=services), regional())

    assert quality.known["status.REH"] == (0.5, 1.0), "no need is an answer"
    assert quality.known["status.PSS"] == quality.known["status.LAW"] == (0.0, 0.0)
    assert "status.REH" in quality_text(quality, regional())
    assert not [name for name in quality.known if name.startswith("barrier")]


def test_what_is_known_is_told_year_by_year(judge):
    quality = judge({"Date": "01/03/2020"}, {"Date": "2020", "Sex": ""}, {"Date": "02/03/2024", "Sex": "?"})
    assert [year.year for year in quality.years] == [2020, 2024]
    assert quality.known["sex"] == (0.5, 0.0)
    assert quality.known["date"] == (0.5, 1.0)
    assert quality_json(quality)["known"]["sex"] == [0.5, 0.0]
    assert re.search(r"sex +▅▁ +0.0 %", quality_text(quality, regional()))
    page = quality_page(quality, regional())
    assert 'aria-label="sex: 0.0 % to 50.0 % known"' in page
    assert "<title>2020: 50.0 %</title>" in page


def test_provinces_without_casualties_are_named(judge):
    reported = [made(judge({}), regional()) for made in (quality_text, quality_page)]
    for text in reported:
        assert re.search("[Nn]one in: Banteay Meanchey [(]KH-1[)], .*Pailin [(]KH-24[)]", text)
        assert "Battambang (KH-2), " not in text


def test_the_page_tells_changes_of_columns_against_the_former_load(judge):
    former = quality_json(judge({}, {"Sex": ""}, {"Province": "?"}))
    page = quality_page(judge({}, {}, {}), regional(), former)
    assert "(+33.3 points complete)" in page
    assert "(+33.3 points valid)" in page
