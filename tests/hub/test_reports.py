"""Reports at the hub: written without loss, shared by purpose, continued, and gone with their owner."""

import json

import pytest
from simulation import HandClock

from gateway.accounts.leaving import erase, export, hand_over
from gateway.accounts.managing import disable
from gateway.bootstrap.setup.open_hub import add_user
from gateway.hub.accounts import accounts_of
from gateway.hub.context import Hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import Principal, Report, Role
from gateway.hub.reports import report_keeping
from gateway.hub.reports.report_keeping import (
    LONGEST_TEXT,
    ReportError,
    TextChangedError,
    bring_up_to_date,
    colleagues,
    delete,
    keep_text,
    next_year,
    own,
    readable,
    share,
    start,
    wait_for_tables,
)

PURPOSE = "regional-reporting"


def another(hub: Hub, name: str, *purposes: str, organisation: str = "ARMAC") -> Principal:
    add_user(hub, name, organisation, Role.ANALYST, list(purposes))
    return Principal(name, organisation, Role.ANALYST, frozenset(purposes))


@pytest.fixture
def report(hub: Hub, analyst: Principal) -> Report:
    return start(hub, analyst, "yearly", 2024, PURPOSE)


def kept(hub: Hub, report: Report) -> Report:
    with hub.store.reading() as view:
        found = view.reports.find(report.id)
    assert found is not None
    return found


def test_a_text_comes_back_as_it_was_written_and_every_change_has_a_number(
    hub: Hub, analyst: Principal, report: Report, clock: HandClock
) -> None:
    keep_text(hub, analyst, report.id, "summary", "  ក ខ\r\n\r\nTwo.  ", made_for=0)
    clock.move(hours=1)
    keep_text(hub, analyst, report.id, "not-yet", "Nothing.", made_for=0)
    found = keep_text(hub, analyst, report.id, "summary", "Shorter.", made_for=1)

    assert kept(hub, report) == found
    assert [found.texts[name].version for name in ("summary", "not-yet")] == [2, 1]
    assert found.texts["summary"].text == "Shorter."


def test_a_text_that_was_changed_elsewhere_is_not_overwritten(
    hub: Hub, analyst: Principal, report: Report
) -> None:
    keep_text(hub, analyst, report.id, "summary", "First tab.", made_for=0)
    with pytest.raises(TextChangedError) as refused:
        keep_text(hub, analyst, report.id, "summary", "Second tab.", made_for=0)
    assert refused.value.now == kept(hub, report).texts["summary"]
    assert kept(hub, report).texts["summary"].text == "First tab."


def test_a_report_that_cannot_be_is_refused(hub: Hub, analyst: Principal, report: Report) -> None:
    for template, year, purpose in (
        ("none", 2024, PURPOSE),
        ("yearly", 0, PURPOSE),
        ("yearly", 2024, "treaty-reporting"),
        ("yearly", 2024, PURPOSE),
    ):
        with pytest.raises(ReportError):
            start(hub, analyst, template, year, purpose)
    with pytest.raises(ReportError, match="20,000"):
        keep_text(hub, analyst, report.id, "summary", "x" * (LONGEST_TEXT + 1), made_for=0)
    with pytest.raises(UnknownQuestionError):
        keep_text(hub, analyst, report.id, "no-section", "x", made_for=0)


def test_colleagues_read_what_is_shared_for_a_purpose_of_theirs_and_change_nothing(
    hub: Hub, analyst: Principal, report: Report
) -> None:
    colleague, of_other_purpose = another(hub, "cora", PURPOSE), another(hub, "dina", "treaty-reporting")
    stranger = another(hub, "saro", PURPOSE, organisation="elsewhere")
    everybody = (colleague, of_other_purpose, stranger)
    with hub.store.reading() as view:
        assert not any(colleagues(view.reports, one) for one in everybody)

    share(hub, analyst, report.id, shared=True)

    with hub.store.reading() as view:
        assert [len(colleagues(view.reports, one)) for one in everybody] == [1, 0, 0]
        assert readable(view.reports, colleague, report.id).id == report.id
        for one in (of_other_purpose, stranger):
            with pytest.raises(UnknownQuestionError):
                readable(view.reports, one, report.id)
        with pytest.raises(UnknownQuestionError):
            own(view.reports, colleague, report.id)
    for act in (
        lambda: keep_text(hub, colleague, report.id, "summary", "x", made_for=0),
        lambda: share(hub, colleague, report.id, shared=False),
        lambda: next_year(hub, colleague, report.id),
        lambda: delete(hub, colleague, report.id),
    ):
        with pytest.raises(UnknownQuestionError):
            act()
    share(hub, analyst, report.id, shared=False)
    with hub.store.reading() as view, pytest.raises(UnknownQuestionError):
        readable(view.reports, colleague, report.id)


def test_the_next_year_takes_texts_over_as_not_looked_at_and_is_made_once(
    hub: Hub, analyst: Principal, report: Report, clock: HandClock
) -> None:
    keep_text(hub, analyst, report.id, "summary", "As ever.", made_for=0)
    keep_text(hub, analyst, report.id, "not-yet", "", made_for=0)
    clock.move(days=300)

    made, is_new = next_year(hub, analyst, report.id)

    assert is_new
    assert next_year(hub, analyst, report.id) == (made, False)
    assert (made.year, made.shared, set(made.texts)) == (2025, False, {"summary"})
    assert not made.texts["summary"].looked_at
    assert made.compared_with == report.as_of
    read = keep_text(hub, analyst, made.id, "summary", "As ever.", made_for=1)
    assert read.texts["summary"].looked_at


def test_tables_are_those_of_a_moment_which_moves_on_by_a_click(
    hub: Hub, analyst: Principal, report: Report, clock: HandClock
) -> None:
    clock.move(hours=1)
    newer = bring_up_to_date(hub, analyst, report.id)
    assert (newer.as_of, newer.compared_with) == (clock.now(), report.as_of)
    later = clock.now().replace(year=2031)
    waiting = wait_for_tables(hub, analyst, report.id, later, compare=True)
    assert (waiting.as_of, waiting.compared_with) == (later, report.as_of)


def test_one_person_has_so_many_and_no_more(
    hub: Hub, analyst: Principal, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_keeping, "MOST", 1)
    with pytest.raises(ReportError, match="as many"):
        start(hub, analyst, "yearly", 2023, PURPOSE)
    delete(hub, analyst, report.id)
    start(hub, analyst, "yearly", 2023, PURPOSE)


def test_they_go_with_the_identity_of_their_owner_or_to_a_successor(
    hub: Hub, analyst: Principal, report: Report
) -> None:
    keep_text(hub, analyst, report.id, "summary", "Mine.", made_for=0)
    (one,) = export(accounts_of(hub), "operator", analyst.user)["reports"]
    assert "Mine." in one["texts"]
    assert json.loads(json.dumps(one)) == one
    successor = another(hub, "cora", PURPOSE)

    hand_over(accounts_of(hub), "operator", analyst.user, successor.user)
    assert kept(hub, report).owner == successor.user

    disable(accounts_of(hub), "operator", successor.user)
    erase(accounts_of(hub), "operator", successor.user)
    with hub.store.reading() as view:
        assert view.reports.find(report.id) is None
