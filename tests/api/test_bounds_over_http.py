"""Bounds of an answer as a member's program sends them: early, late, wrongly, and as an older one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from regions import Region
from simulation import HandClock

from gateway.hub.releasing import release_due
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.former_bounds import bounds_as_formerly
from gateway.wire.poll import Delivery, PollReply, poll_reply_from_json

QUESTION = {
    "measure": "casualties",
    "by": ["country", "outcome"],
    "where": {},
    "purpose": "regional-reporting",
    "deadline_seconds": 60,
}
WITHHELD = (None, None, 0, 9)
"""Killed and injured are withheld, their sum is shown."""


@pytest.fixture
def delivery(region: Region) -> Delivery:
    asked = region.analyst.post("/api/v1/questions", json=QUESTION)
    assert asked.status_code == 202, asked.text
    with region.member("TH") as member:
        reply = member.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0})
    (found,) = poll_reply_from_json(reply.json()).deliveries
    return found


@pytest.fixture
def thailand(region: Region) -> Iterator[httpx.Client]:
    with region.member("TH") as member:
        yield member


def bounds(delivery: Delivery, most: int = 9) -> AnswerBounds:
    """What the two withheld cells can be."""
    return AnswerBounds(delivery.question_id, (0, 0), (most, most))


def stated(client: httpx.Client, made: AnswerBounds) -> int:
    return client.post("/federation/v2/bounds", json=made.as_json()).status_code


def answered(region: Region, client: httpx.Client, delivery: Delivery) -> int:
    sent = region.members["TH"].answer(delivery, *WITHHELD)
    region.members["TH"].show(region.hub)
    return client.post("/federation/v2/answers", json=sent.as_json()).status_code


def killed(region: Region, question_id: str) -> dict[str, object]:
    """The region's killed in the newest release."""
    body = region.analyst.get(f"/api/v1/questions/{question_id}").json()
    (found,) = (c for c in body["release"]["cells"] if c["key"] == {"country": "Total", "outcome": "K"})
    return dict(found)


def test_the_first_bounds_stand(region: Region, delivery: Delivery, thailand: httpx.Client) -> None:
    assert stated(thailand, bounds(delivery)) == 204
    assert stated(thailand, bounds(delivery, most=700)) == 204

    with region.hub.store.reading() as view:
        assert view.bounds(delivery.question_id) == {"TH": bounds(delivery)}


def test_bounds_that_come_after_the_release_with_a_late_answer_are_in_the_next_one(
    region: Region, delivery: Delivery, thailand: httpx.Client, clock: HandClock
) -> None:
    """Leave was given when the question's time was over."""
    clock.move(seconds=61)
    assert release_due(region.hub) == [delivery.question_id]

    assert stated(thailand, bounds(delivery)) == 204
    assert answered(region, thailand, delivery) == 204
    assert release_due(region.hub) == [delivery.question_id]

    cell = killed(region, delivery.question_id)
    assert (cell["status"], cell["at_most"]) == ("withheld", 9)


def test_bounds_after_ones_answer_was_released_are_too_late(
    region: Region, delivery: Delivery, thailand: httpx.Client, clock: HandClock
) -> None:
    assert answered(region, thailand, delivery) == 204
    clock.move(seconds=61)
    release_due(region.hub)

    assert stated(thailand, bounds(delivery)) == 410
    assert "at_most" not in killed(region, delivery.question_id)


def test_bounds_are_too_late_once_no_answer_counts(
    region: Region, delivery: Delivery, thailand: httpx.Client, clock: HandClock
) -> None:
    clock.move(seconds=timedelta(days=400).total_seconds())
    release_due(region.hub)

    assert stated(thailand, bounds(delivery)) == 410


def test_bounds_that_are_none_are_refused(region: Region, delivery: Delivery, thailand: httpx.Client) -> None:
    good = bounds(delivery)
    assert stated(thailand, replace(good, most_of=(9,))) == 422
    assert stated(thailand, replace(good, question_id="q-unknown")) == 404
    assert stated(thailand, good) == 204


def test_what_an_older_node_offers_to_totals_is_not_read_and_its_bounds_are(
    region: Region, delivery: Delivery, thailand: httpx.Client
) -> None:
    cell = {"cell": ["K"], "low": 0, "high": 9, "component": 1}
    former = {
        **bounds_as_formerly(bounds(delivery)),
        "consent": "a signed note",
        "cells": [cell],
        "threshold": 5,
    }

    assert thailand.post("/federation/v2/offers", json=former).status_code == 204

    with region.hub.store.reading() as view:
        assert view.bounds(delivery.question_id) == {"TH": bounds(delivery)}


def test_what_an_older_node_contributes_to_totals_is_not_taken(
    region: Region, delivery: Delivery, thailand: httpx.Client
) -> None:
    """On its own it is refused for good; beside answers and bounds, these are kept."""
    sent = region.members["TH"].answer(delivery, *WITHHELD)
    assert thailand.post("/federation/v2/contributions", json=sent.as_json()).status_code == 410

    offers = [bounds_as_formerly(bounds(delivery))]
    batch = {"answers": [], "offers": offers, "contributions": [sent.as_json()]}
    call = {"seen_size": 0, "wait": 0, "upload_batch": batch}
    reply = thailand.post("/federation/v2/poll", json=call)

    assert reply.status_code == 200, reply.text
    assert reply.json()["sum_calls"] == [], "an older node expects the field"
    with region.hub.store.reading() as view:
        assert view.bounds(delivery.question_id) == {"TH": bounds(delivery)}
        assert view.answers(delivery.question_id) == {}


def test_rounds_that_an_older_hub_calls_for_are_not_read(delivery: Delivery) -> None:
    called = {**PollReply("", (), ()).as_json(), "sum_calls": [{"question_id": "q-1"}]}

    assert poll_reply_from_json(called) == PollReply("", (), ())
