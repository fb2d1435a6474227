"""A ready-made question that an analyst has asked, and that two members have answered, over HTTP."""

from regions import Region

from audit.events.event_values import EntryRef
from audit.formats.merkle import leaf_hash
from audit.log.receipt import Receipt
from gateway.hub.releasing import release_due
from gateway.wire.answer import Answer, AskedEntry
from gateway.wire.cells import Axis
from gateway.wire.poll import poll_reply_from_json

TABLE = "/api/pxweb/v2/tables/accidents.casualties"
QUESTION = {"measure": "casualties", "by": ["country", "year"], "purpose": "regional-reporting"}
NUMBERS = {"KH": (7, 20, 27), "TH": (None, 6, 9)}


def ask_ready_made(region: Region) -> str:
    """Ask it as the analyst, and answer it; returns its number."""
    asked: str = region.analyst.post("/api/v1/questions", json=QUESTION).json()["id"]
    for code in NUMBERS:
        answer(region, code)
    release_due(region.hub)
    return asked


def answer(region: Region, code: str) -> None:
    """A member answers the question that waits for it."""
    with region.member(code) as member:
        reply = member.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0})
        (delivery,) = poll_reply_from_json(reply.json()).deliveries
        index, leaf = Receipt.parse(delivery.receipt).index, leaf_hash(delivery.entry)
        origin, simulated = region.hub.log.origin, region.members[code]
        axes = (Axis("year", ("2023", "2024", "Total")),)
        made = Answer(
            delivery.question_id, AskedEntry(origin, index, leaf.hex()), code, "1", "s", "2025-12-31", axes,
            NUMBERS[code],
        )  # fmt: skip
        sent = simulated.logged(made, EntryRef(origin, index, leaf))
        simulated.show(region.hub)
        assert member.post("/federation/v2/answers", json=sent.as_json()).status_code == 204
