"""Approving: exactly the answer to be sent is shown, two steps are needed, a changed answer is not signed."""

import re

from desk_house import APPROVED, PASSPHRASE, DeskHouse

from audit.events.events import decode
from audit.events.question_events import ApprovalDecided
from gateway.wire.answer import Refusal

LIST = "/controller/approvals"


def leaves(desk: DeskHouse) -> list[ApprovalDecided]:
    events = [decode(entry) for entry in desk.member.log_entries()]
    return [event for event in events if isinstance(event, ApprovalDecided)]


def test_nothing_waits_at_first(desk: DeskHouse) -> None:
    page = desk.get(LIST)

    assert "No questions are waiting." in page
    assert "The policy sets no quotas" in page


def test_a_question_is_shown_as_a_sentence_with_its_answer_and_quota(desk: DeskHouse) -> None:
    desk.under(APPROVED + "quota: 50 a month\n")
    question = desk.ask("year", "sex")

    queue, page = desk.get(LIST), desk.get(f"{LIST}/{question}")

    for shown in (queue, page):
        assert "ARMAC (analyst) asks for people killed or injured by year and sex" in shown
    assert "1 of 50 questions used in this month" in page
    assert '<td class="withheld">◊</td>' in page
    assert 'name="passphrase"' not in page


def test_what_is_approved_goes_out_in_two_steps(desk: DeskHouse) -> None:
    desk.under(APPROVED)
    question = desk.ask("year", "sex")
    assert f'href="{LIST}/{question}/approve"' in desk.get(f"{LIST}/{question}")
    assert leaves(desk) == []

    done = desk.post(f"{LIST}/{question}/approve", by="controller", passphrase=PASSPHRASE)

    assert done.headers["Location"] == f"{LIST}?done=approved"
    assert "The answer is sent" in desk.get(f"{LIST}?done=approved")
    release = desk.released(question)
    assert release is not None
    assert release.coverage[0].answered
    assert [approval_of.granted for approval_of in leaves(desk)] == [True]


def test_a_wrong_passphrase_signs_nothing_and_is_not_shown_again(desk: DeskHouse) -> None:
    desk.under(APPROVED)
    question = desk.ask("year", "sex")

    again = desk.post(f"{LIST}/{question}/approve", by="controller", passphrase="not the right one")

    assert again.status_code == 422
    assert "not the right one" not in again.text
    assert 'aria-invalid="true"' in again.text
    assert leaves(desk) == []


def test_another_answer_than_the_one_that_was_seen_is_not_signed(desk: DeskHouse) -> None:
    desk.under(APPROVED)
    question = desk.ask("year", "sex")
    step = f"{LIST}/{question}/approve"
    hidden = dict(re.findall(r'<input type="hidden" name="(form[a-z_]*)" value="([^"]*)">', desk.get(step)))
    desk.under(APPROVED, version=3)

    sent = desk.browser.client.post(step, data={**hidden, "by": "controller", "passphrase": PASSPHRASE})

    assert sent.status_code == 409
    assert "Somebody else has changed this" in sent.text
    assert "policy version 3" in sent.text
    assert PASSPHRASE not in sent.text
    assert leaves(desk) == []


def test_a_refusal_needs_a_reason_which_stays_here(desk: DeskHouse) -> None:
    desk.under(APPROVED)
    question = desk.ask("year", "sex")
    step = f"{LIST}/{question}/refuse"

    empty = desk.post(step, reason=" ", by="controller", passphrase=PASSPHRASE)
    assert empty.status_code == 422
    assert "Give a reason" in empty.text

    reason = "<script>alert(1)</script> after the census"
    done = desk.post(step, reason=reason, by="controller", passphrase=PASSPHRASE)

    assert done.headers["Location"] == f"{LIST}?done=refused"
    release = desk.released(question)
    assert release is not None
    assert release.coverage[0].refusals == (Refusal.NOT_APPROVED,)
    page = desk.get(f"/controller/asked/{question}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; after the census" in page
    assert "<script>alert" not in page


def test_a_reason_that_was_typed_is_kept_when_the_passphrase_is_wrong(desk: DeskHouse) -> None:
    desk.under(APPROVED)
    question = desk.ask("year", "sex")

    again = desk.post(f"{LIST}/{question}/refuse", reason="ask in May", by="controller", passphrase="wrong")

    assert again.status_code == 422
    assert "ask in May" in again.text


def test_two_people_approve_one_after_the_other(desk: DeskHouse) -> None:
    desk.under("approval: two persons\n")
    desk.give_key("dara")
    question = desk.ask("year", "sex")
    step = f"{LIST}/{question}/approve"

    first = desk.post(step, by="controller", passphrase=PASSPHRASE)
    assert first.headers["Location"] == f"{LIST}/{question}?done=saved"
    page = desk.get(f"{LIST}/{question}?done=saved")
    assert "1 of 2 approvals" in page
    assert "Another person still has to approve the answer" in page

    second = desk.post(step, by="dara", passphrase=PASSPHRASE)
    assert second.headers["Location"] == f"{LIST}?done=approved"


def test_what_does_not_wait_any_more_is_not_there(desk: DeskHouse) -> None:
    assert "waits here" in desk.get(f"{LIST}/q-0000", 404)
    assert desk.browser.get(f"{LIST}/q-0000/approve").status_code == 404
