"""Offers and contributions to regional totals as a member's program sends them, early, late and wrongly."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from regions import Region
from simulation import ORIGIN, HandClock

from anonymisers.secure_sum.pairwise_keys import MaskKey, new_secret
from audit.formats.merkle import leaf_hash
from audit.log.receipt import Receipt
from gateway.hub.releasing import release_due
from gateway.wire.answer import AskedEntry
from gateway.wire.poll import Delivery, poll_reply_from_json
from gateway.wire.sum_messages import Consent, Offer, OfferedCell, sign_text

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


def bounds(delivery: Delivery, most: int = 9) -> Offer:
    """An offer of a member that contributes nothing: what its two withheld cells can be."""
    return Offer(delivery.question_id, "", (0, 0), (most, most), (), 0)


def consenting(region: Region, delivery: Delivery, member: str = "TH", key: bytes = b"") -> Offer:
    """An offer with a consent to one of them."""
    leaf = leaf_hash(delivery.entry).hex()
    asked = AskedEntry(ORIGIN, Receipt.parse(delivery.receipt).index, leaf)
    public = key or MaskKey(new_secret()).public
    consent = Consent(asked, member, "snapshot-1", public, 4, (("K",),))
    note = sign_text(consent.as_json(), region.members[member].signer)
    return replace(bounds(delivery), consent=note, cells=(OfferedCell(("K",), 0, 9, 1),), threshold=5)


def offered(client: httpx.Client, offer: Offer) -> int:
    return client.post("/federation/v2/offers", json=offer.as_json()).status_code


def answered(region: Region, client: httpx.Client, delivery: Delivery) -> int:
    sent = region.members["TH"].answer(delivery, *WITHHELD)
    region.members["TH"].show(region.hub)
    return client.post("/federation/v2/answers", json=sent.as_json()).status_code


def killed(region: Region, question_id: str) -> dict[str, object]:
    """The region's killed in the newest release."""
    body = region.analyst.get(f"/api/v1/questions/{question_id}").json()
    (found,) = (c for c in body["release"]["cells"] if c["key"] == {"country": "Total", "outcome": "K"})
    return dict(found)


def test_the_first_offer_stands(region: Region, delivery: Delivery, thailand: httpx.Client) -> None:
    assert offered(thailand, bounds(delivery)) == 204
    assert offered(thailand, bounds(delivery, most=700)) == 204

    with region.hub.store.reading() as view:
        assert view.sums.offers(delivery.question_id) == {"TH": bounds(delivery)}


def test_an_offer_that_comes_after_the_release_with_a_late_answer_bounds_the_next_one(
    region: Region, delivery: Delivery, thailand: httpx.Client, clock: HandClock
) -> None:
    """Leave was given when the question's time was over: no total is summed any more, bounds are shown."""
    clock.move(seconds=61)
    assert release_due(region.hub) == [delivery.question_id]

    assert offered(thailand, consenting(region, delivery)) == 204
    assert answered(region, thailand, delivery) == 204
    assert release_due(region.hub) == [delivery.question_id]

    cell = killed(region, delivery.question_id)
    assert (cell["status"], cell["at_most"]) == ("withheld", 9)
    with region.hub.store.reading() as view:
        assert view.sums.round(delivery.question_id) is None


def test_an_offer_after_ones_answer_was_released_is_too_late(
    region: Region, delivery: Delivery, thailand: httpx.Client, clock: HandClock
) -> None:
    assert answered(region, thailand, delivery) == 204
    clock.move(seconds=61)
    release_due(region.hub)

    assert offered(thailand, bounds(delivery)) == 410
    assert "at_most" not in killed(region, delivery.question_id)


def test_an_offer_is_too_late_once_no_answer_counts(
    region: Region, delivery: Delivery, thailand: httpx.Client, clock: HandClock
) -> None:
    clock.move(seconds=timedelta(days=400).total_seconds())
    release_due(region.hub)

    assert offered(thailand, bounds(delivery)) == 410


def test_an_offer_that_is_not_what_it_says_is_refused(
    region: Region, delivery: Delivery, thailand: httpx.Client
) -> None:
    good = consenting(region, delivery)
    with region.member("KH") as another:
        assert offered(another, good) == 422  # it is Thailand's consent
    assert offered(thailand, replace(good, consent="")) == 422
    assert offered(thailand, replace(good, cells=(OfferedCell(("I",), 0, 9, 1),))) == 422
    assert offered(thailand, replace(good, consent=good.consent.replace('"K"', '"I"'))) == 422
    assert offered(thailand, replace(good, most_of=(9,))) == 422
    assert offered(thailand, replace(good, question_id="q-unknown")) == 404
    assert offered(thailand, good) == 204


def test_a_mask_key_of_another_member_is_refused(
    region: Region, delivery: Delivery, thailand: httpx.Client
) -> None:
    """With both in it no list of participants would hold: the question would never end."""
    key = MaskKey(new_secret()).public
    assert offered(thailand, consenting(region, delivery, key=key)) == 204

    with region.member("KH") as another:
        copied = consenting(region, delivery, "KH", key)
        assert offered(another, copied) == 422
        in_other_bytes = key[:-1] + bytes([key[-1] | 0x80])
        assert offered(another, consenting(region, delivery, "KH", in_other_bytes)) == 422
        assert offered(another, consenting(region, delivery, "KH")) == 204


def test_a_contribution_to_a_question_without_a_round_is_none(
    region: Region, delivery: Delivery, thailand: httpx.Client
) -> None:
    sent = region.members["TH"].answer(delivery, *WITHHELD)

    refused = thailand.post("/federation/v2/contributions", json=sent.as_json())

    assert refused.status_code == 422  # an answer is no contribution
