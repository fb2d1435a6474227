"""Whatever a member or the hub refuses for, an auditor reads it in words."""

from audit.reading.wording import REASONS
from gateway.hub.asking import denial_reason
from gateway.wire.answer import Refusal


def test_every_reason_of_a_member_has_words() -> None:
    assert {refusal.value for refusal in Refusal} <= REASONS.keys()


def test_every_reason_of_the_hub_has_words() -> None:
    of_hub = {denial_reason("auditor", [], "research"), denial_reason("analyst", [], "research")}
    assert of_hub <= REASONS.keys()


def test_no_words_are_for_a_reason_that_there_is_not() -> None:
    there = {refusal.value for refusal in Refusal} | {"role-may-not-ask", "purpose-not-held"}
    assert REASONS.keys() == there
