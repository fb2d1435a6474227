"""A hub with the analyst's desk, and members that answer what a test wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from entrances import Browser, House, Person, hub_house
from simulation import SimulatedMember, hand_in

from audit.events.event_values import EntryRef
from audit.events.events import decode
from audit.events.question_events import Asked
from audit.formats.merkle import leaf_hash
from audit.log.receipt import Receipt
from gateway.api.services import KEY
from gateway.bootstrap.setup.open_hub import enrol
from gateway.hub.context import Hub
from gateway.hub.model import Role
from gateway.hub.polling import poll
from gateway.hub.releasing import release_due
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.poll import Delivery, Poll, SignedAnswer
from gateway.wire.sharing_statement import Shared, Sharing, sign_sharing
from gateway.wire.usage_terms import Terms

LEVELS = ("adult_child", "device_group", "outcome", "province_group", "sex", "year", "year_band5")
SHARED = Shared(
    recipients=("ARMAC",),
    roles=None,
    purposes=("regional-reporting", "treaty-reporting"),
    measures=("casualties",),
    levels=LEVELS,
    max_dims=3,
    ready_made_only=False,
    approval_ready_made=False,
    approval=False,
)


def stated(member: str, *shared: Shared, policy: str = "1") -> Sharing:
    return Sharing(member, policy, None, "s-1", "2025-12-31", "2026-01-15", shared or (SHARED,), ())


@dataclass
class Desk:
    """The hub behind the pages, its members, and the browser of an analyst."""

    house: House
    hub: Hub
    members: dict[str, SimulatedMember]
    analyst: Person
    browser: Browser
    waiting: dict[str, list[Delivery]] = field(default_factory=dict)
    terms: dict[str, Terms] = field(default_factory=dict)
    """On which each answers."""

    def calls(self, member: str, *, waiting: tuple[str, ...] = (), sharing: Sharing | None = None) -> None:
        """The member polls: what waits for it is kept here until it answers."""
        one = self.members[member]
        note = None if sharing is None else sign_sharing(sharing, one.signer)
        call = Poll(0, None, None, 0.0, waiting=waiting, sharing=note)
        found = poll(self.hub, one.enrolment, call).deliveries
        known = {d.question_id for d in self.waiting.setdefault(member, [])}
        self.waiting[member] += [d for d in found if d.question_id not in known]

    def answers(
        self, member: str, *, withhold: tuple[str, ...] = (), refusals: tuple[Refusal, ...] = ()
    ) -> None:
        """The member answers all that waits: every cell 7, those that hold a code of `withhold` withheld."""
        self.calls(member)
        for delivery in self.waiting.pop(member):
            hand_in(self.hub, self.members[member], self._sent(member, delivery, withhold, refusals))

    def finishes(self, member: str) -> None:
        """The member answers until nothing waits for it any more."""
        self.calls(member)
        while self.waiting.get(member):
            self.answers(member)
            self.calls(member)

    def release(self) -> None:
        release_due(self.hub)

    def ask(self, **slots: object) -> str:
        """Ask by the form of the page; returns the question's id."""
        fields = {"measure": "casualties", "by": ["outcome"], "purpose": "regional-reporting", **slots}
        response = self.browser.post("/ask", fields, page="/ask?by=outcome")
        assert response.status_code == 303, response.text
        return response.headers["Location"].rpartition("/")[2]

    def _sent(
        self, member: str, delivery: Delivery, withhold: tuple[str, ...], refusals: tuple[Refusal, ...]
    ) -> SignedAnswer:
        event = decode(delivery.entry)
        assert isinstance(event, Asked)
        origin, leaf = self.hub.log.origin, leaf_hash(delivery.entry)
        index = Receipt.parse(delivery.receipt).index
        levels = [level for level in event.by if level != "country"]
        axes = (
            () if refusals else tuple(Axis(level, (*self._codes(member, level), TOTAL)) for level in levels)
        )
        keys = [] if refusals else product(*(axis.codes for axis in axes))
        cells = tuple(None if set(key) & set(withhold) else 7 for key in keys)
        made = Answer(
            event.question_id,
            AskedEntry(origin, index, leaf.hex()),
            member,
            "1",
            "s-1",
            "2025-12-31",
            axes,
            cells,
            refusals,
            terms=None if refusals else self.terms.get(member),
        )
        return self.members[member].logged(made, EntryRef(origin, index, leaf))

    def _codes(self, member: str, level: str) -> list[str]:
        return list(self.hub.dictionary.codes(level, member=member, years=range(2022, 2026)))


@contextmanager
def analysts_desk(directory: Path) -> Iterator[Desk]:
    """A hub with three members, two of which state what they share, and an analyst who is signed in."""
    with hub_house(directory) as house:
        hub = replace(house.app.extensions[KEY], started=house.clock.now())
        house.app.extensions[KEY] = hub
        members = {code: SimulatedMember(code, house.clock) for code in ("KH", "LA", "TH")}
        for member in members.values():
            enrol(hub, member.enrolment)
        analyst = house.person("ana", Role.ANALYST, "regional-reporting", "treaty-reporting")
        yield Desk(house, hub, members, analyst, house.signed_in(analyst))
