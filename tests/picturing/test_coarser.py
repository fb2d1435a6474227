"""Coarser questions that may bring numbers back: all can be asked, are coarser, and keep their promises."""

from dataclasses import replace

from any_releases import any_releases
from hypothesis import given, settings
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import coarser, coarser_questions
from gateway.question import ask, parse
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

DICTIONARY = regional()
PURPOSE = "regional-reporting"


def by(release: Release) -> list[tuple[str, ...]]:
    return [suggestion.question.by for suggestion in coarser(release, DICTIONARY)]


def withheld(release: Release) -> Release:
    """The release with every cell but its totals withheld."""
    cells = tuple(
        c if TOTAL in c.key else replace(c, status=Status.WITHHELD, value=None) for c in release.cells
    )
    return replace(release, cells=cells)


@settings(max_examples=40)
@given(any_releases())
def test_every_suggestion_can_be_asked_and_has_no_more_levels_than_before(release: Release) -> None:
    for suggestion in coarser(release, DICTIONARY):
        question = suggestion.question

        assert parse(DICTIONARY, question.as_json()) == question
        assert question.by != tuple(release.question["by"])
        assert len(question.by) <= len(release.question["by"])
        assert 0 < (suggestion.visible or suggestion.withheld) <= suggestion.withheld


def test_nothing_is_suggested_where_nothing_is_withheld() -> None:
    release = made_release("country", "year", members=("MM",))
    shown = tuple(replace(c, status=Status.VALUE, value=c.value or 9, at_least=None) for c in release.cells)

    assert coarser(replace(release, cells=shown), DICTIONARY) == ()


def test_cases_keep_their_kind_of_assistance_and_homes_are_merged() -> None:
    cases = ask(DICTIONARY, measure="cases", by=("country", "status.REH", "sex"), where={}, purpose=PURPOSE)
    homes = ask(DICTIONARY, measure="clients", by=("home_province", "unmet"), where={}, purpose=PURPOSE)

    without = [change.question.by for change in coarser_questions(cases, DICTIONARY, ["KH"])]
    assert without == [("country", "met.REH", "sex"), ("country", "status.REH")]
    first = coarser_questions(homes, DICTIONARY, ["KH"])[0]
    assert (first.kind, first.question.by) == ("merged", ("home_group", "unmet"))


def test_years_are_pooled_ages_coarser_provinces_merged_and_only_then_levels_left_out() -> None:
    release = withheld(made_release("province", "year", "band_va", members=("TH",)))

    assert by(release)[:3] == [
        ("province_group", "year", "band_va"),
        ("province", "year_band5", "band_va"),
        ("province", "year", "adult_child"),
    ]
    assert set(by(release)[3:]) == {("year", "band_va"), ("province", "band_va"), ("province", "year")}
    kinds = [s.kind for s in coarser(release, DICTIONARY)]
    assert kinds == ["merged", "pooled", "coarser", "fewer", "fewer", "fewer"]


def test_places_that_one_of_the_members_does_not_have_are_not_suggested() -> None:
    alone = withheld(made_release("province", members=("VN",)))
    together = withheld(made_release("province", members=("TH", "VN")))

    assert by(alone) == [("province34",), ("province_group",)]
    assert by(together) == [("province_group",)]


def test_what_nobody_shares_so_finely_is_asked_more_coarsely() -> None:
    release = made_release("year", "outcome", members=("MM",))
    refused = replace(
        release, cells=tuple(replace(c, status=Status.NOT_SHARED, value=None) for c in release.cells)
    )

    found = coarser(refused, DICTIONARY)

    assert found[0].question.by == ("year_band5", "outcome"), "years are pooled first"
    assert {one.visible for one in found} == {None}


def test_a_level_that_a_filter_needs_is_not_made_coarser() -> None:
    release = withheld(made_release("country", "year", members=("TH",), where={"year": ["2023", "2024"]}))

    assert by(release) == [("country",)]


def test_what_the_margins_show_is_promised_and_no_more() -> None:
    release = withheld(made_release("country", "outcome", members=("TH", "VN")))
    (fewer,) = coarser(release, DICTIONARY)

    assert (fewer.text, fewer.visible, fewer.withheld) == ("Leave out: outcome", 6, 6)


def test_countries_are_never_left_out() -> None:
    question = parse(DICTIONARY, made_release("country", "sex").question)

    assert [change.question.by for change in coarser_questions(question, DICTIONARY)] == [("country",)]
