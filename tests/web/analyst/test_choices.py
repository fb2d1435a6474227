"""The choices follow from the members' declarations, slot by slot."""

from dataclasses import replace
from datetime import UTC, date, datetime

from analyst_desk import SHARED, stated

from gateway.dictionary import regional
from gateway.hub.model import StatedSharing
from gateway.hub.sharing_statements import Expected, Requester
from gateway.web.analyst.choices import Known, Option, choices, forecasts
from gateway.web.analyst.draft import Draft
from gateway.web.analyst.sharing_matrix import matrix
from gateway.wire.sharing_statement import Sharing

DICTIONARY = regional()
KH = stated("KH")
LA = stated("LA", replace(SHARED, levels=("outcome", "year"), max_dims=1, approval=True))
SINCE = datetime(2026, 2, 1, tzinfo=UTC)
COMPLETE = Draft("casualties", ("country", "year"), purpose="regional-reporting")


def known(**stated_by: Sharing | None) -> Known:
    requester = Requester("ARMAC", "analyst")
    held = frozenset({"regional-reporting", "research"})
    return Known(DICTIONARY, stated_by, requester, held, date(2026, 3, 1))


def option(groups: tuple, value: str) -> Option | None:
    return next((o for group in groups for o in group.options if o.value == value), None)


def test_only_what_somebody_shares_is_offered() -> None:
    slot = choices(known(KH=KH, LA=LA), COMPLETE).by[2]

    assert option(slot, "month") is None
    assert option(slot, "device_type") is None
    found = option(slot, "sex")
    assert found is not None
    assert (found.answering, found.asked, found.open) == (1, 2, True)


def test_what_nobody_would_answer_beside_the_rest_cannot_be_chosen() -> None:
    full = replace(COMPLETE, by=("country", "year", "sex", "outcome"))

    found = option(choices(known(KH=KH, LA=LA), full).by[4], "adult_child")

    assert found is not None
    assert not found.open


def test_a_dimension_has_one_place_only() -> None:
    slot = choices(known(KH=KH), COMPLETE).by[2]

    assert option(slot, "year_band5") is None
    assert option(slot, "country") is None


def test_purposes_are_those_of_the_organisation() -> None:
    purposes = choices(known(KH=KH), COMPLETE).purposes

    assert [(p.value, p.open) for p in purposes] == [("regional-reporting", True), ("research", False)]


def test_where_a_member_does_not_say_everything_stays_open() -> None:
    found = option(choices(known(KH=KH, TH=None), COMPLETE).by[2], "device_type")

    assert found is not None
    assert (found.answering, found.open) == (1, True)


def test_a_filter_counts_like_a_breakdown() -> None:
    narrow = choices(known(KH=KH), replace(COMPLETE, by=("year", "sex", "outcome"))).narrow

    found = option(narrow, "province_group")
    assert found is not None
    assert not found.open


def test_members_are_forecast_one_by_one() -> None:
    question = replace(COMPLETE, by=("country", "outcome")).question(DICTIONARY)  # not a ready-made one

    found = forecasts(known(KH=KH, LA=LA, TH=None), question)

    assert [(f.member, f.outlook.expected) for f in found] == [
        ("KH", Expected.ANSWER),
        ("LA", Expected.ASK_A_PERSON),
        ("TH", Expected.UNKNOWN),
    ]


def test_the_matrix_distinguishes_shared_not_shared_and_not_declared() -> None:
    knows = known(KH=KH, LA=LA, TH=None)
    kept = {m: StatedSharing(s, SINCE) for m, s in knows.stated.items() if s is not None}

    found = matrix(knows, kept, "casualties", "regional-reporting")

    lines = {line.level: line.shared for block in found.blocks for line in block.lines}
    assert lines["sex"] == (True, False, None)
    assert lines["month"] == (False, False, None)
    assert "injury.EYE" not in lines
    assert [c.max_dims for c in found.columns] == [3, 1, 0]


def test_every_ready_made_question_can_be_written_as_a_form() -> None:
    for question in DICTIONARY.ready_made.values():
        assert question.tables or question.note, question.name
        for table in question.tables:
            Draft(table.measure, table.by, purpose="research").question(DICTIONARY)
