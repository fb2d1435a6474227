"""A total that no member's answer gives: asked, checked by every node, masked and summed, released."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, Member, federation, policy_text
from signing import put_in_force

from audit.events.events import decode
from audit.events.total_events import Contributed, TotalAsked, TotalReleased, TotalSpoiled
from audit.formats.commitment import commit
from audit.formats.merkle import leaf_hash
from audit.formats.note import Note
from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_member import hub_link
from gateway.hub.asking import ask
from gateway.hub.errors import AlreadyAnsweredError, AnswerRefusedError
from gateway.hub.model import AskedQuestion
from gateway.hub.releasing import next_deadline, release_due
from gateway.member.build.cube_building import build
from gateway.member.errors import LinkError, UnprovenError
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.node.log_entries import record
from gateway.member.region.log_exchange import show, witness_regional
from gateway.question import ask as question
from gateway.secure_sum.contributing import contribute
from gateway.secure_sum.hub_sums import SumRound
from gateway.secure_sum.sum_rounds import receive_contribution
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.poll import PollReply
from gateway.wire.sum_call import SumCall
from gateway.wire.sum_messages import CONTRIBUTION, SignedContribution, open_contribution, sign_text

MEMBERS = ("KH", "LA", "MM", "TH", "VN")
YEARS, EACH_YEAR = (2022, 2023, 2024), 12
KILLED = {"KH": 4, "LA": 4, "MM": 3, "TH": 4, "VN": 4}
UNKNOWN = 20
"""As many more each year of unknown outcome: were there none, that zero might be withheld with the killed."""


def people(member: str) -> Snapshot:
    """Every year twelve killed or injured, three or four of them killed: too few to be shown."""
    rows = range(len(YEARS) * (EACH_YEAR + UNKNOWN))
    outcomes = "K" * KILLED[member] + "I" * (EACH_YEAR - KILLED[member]) + "U" * UNKNOWN
    return Snapshot.of(
        member=member,
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns={
            "date": Column.of([f"{YEARS[n // len(outcomes)]}-{1 + n % 12:02d}" for n in rows]),
            "sex": Column.of(["M" for _ in rows]),
            "outcome": Column.of(list(outcomes * len(YEARS))),
            "victim_type": Column.of(["DIR" for _ in rows]),
        },
        consent=Column.of(["AGG" for _ in rows]),
        links={name: np.array([f"{name}-{n:04d}".encode() for n in rows]) for name in LINKS},
    )


@contextmanager
def region(directory: Path) -> Iterator[Federation]:
    with federation(directory, *MEMBERS, people=people) as opened:
        yield opened


def put(region: Federation, by: tuple[str, ...] = ("country", "year", "outcome")) -> AskedQuestion:
    asked = question(
        region.hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    return ask(region.hub, region.analyst, asked, timedelta(seconds=30))


def answered(region: Federation, asked: AskedQuestion) -> SumRound:
    """Every member answers; the hub then begins a round."""
    for member in region.members.values():
        member.round()
    assert release_due(region.hub) == []
    with region.hub.store.reading() as view:
        planned = view.sums.round(asked.id)
    assert planned is not None
    return planned


def released(region: Federation, asked: AskedQuestion) -> dict[tuple[str, ...], Cell]:
    assert release_due(region.hub) == [asked.id]
    with region.hub.store.reading() as view:
        release = view.release(asked.id)
    assert release is not None
    return {cell.key: cell for cell in release.cells}


def events(entries: list[bytes], kind: type) -> list:
    return [event for event in map(decode, entries) if isinstance(event, kind)]


def hub_entries(region: Federation) -> list[bytes]:
    with region.hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        return [] if head is None else list(view.log.read_entries(0, head.size))


def truth(year: str, outcome: str) -> int:
    killed = sum(KILLED.values())
    return killed if outcome == "K" else EACH_YEAR * len(MEMBERS) - killed


def test_a_total_that_no_state_can_give_is_exact_and_logged_by_everybody(tmp_path: Path) -> None:
    with region(tmp_path) as there:
        asked = put(there)
        planned = answered(there, asked)
        for member in there.members.values():
            member.round()
        table = released(there, asked)

        (to,) = planned.sums
        year, outcome = to.cell
        cell = table[TOTAL, year, outcome]
        assert cell.value == truth(year, outcome)
        assert cell.masked_members == to.members == MEMBERS
        # Each of its parts is withheld in the same table.
        assert {table[m, year, outcome].status for m in MEMBERS} == {Status.WITHHELD}
        # The other outcome of that year follows, since the years' totals are shown.
        other = {"K": "I", "I": "K"}[outcome]
        assert table[TOTAL, year, other].value == truth(year, other)

        (begun,) = events(hub_entries(there), TotalAsked)
        (ended,) = events(hub_entries(there), TotalReleased)
        assert (begun.members, ended.contributed, ended.missing) == (MEMBERS, MEMBERS, ())
        for member in there.members.values():
            (given,) = events(member.log_entries(), Contributed)
            assert given.roster == begun.roster


def _call_and_hand_in(members: list[Member]) -> None:
    """Messages made in a round are sent with the next poll."""
    for member in members * 2:
        member.round()


def test_it_comes_about_over_http_as_well(tmp_path: Path) -> None:
    """Offers, calls and contributions as they travel: signed calls, schemas, statuses."""
    with region(tmp_path) as there:
        there.clock.time = datetime.now(UTC)  # calls are believed for a minute only
        server = WebServer(create_hub_app(there.hub), "127.0.0.1:0")
        server.start()
        links = {code: hub_link(tmp_path / code, there.members[code].node, server.url) for code in MEMBERS}
        members = [replace(there.members[code], link=link) for code, link in links.items()]
        try:
            asked = put(there)
            _call_and_hand_in(members)
            assert release_due(there.hub) == []
            _call_and_hand_in(members)
            table = released(there, asked)
        finally:
            for link in links.values():
                link.close()
            server.close()

        summed = [cell for cell in table.values() if cell.masked_members]
        assert {cell.key[2] for cell in summed} == {"K", "I"}
        assert all(cell.value == truth(cell.key[1], cell.key[2]) for cell in summed)


def test_what_is_not_published_is_bounded_by_what_is_shown(tmp_path: Path) -> None:
    with region(tmp_path) as there:
        asked = put(there)
        planned = answered(there, asked)
        for member in there.members.values():
            member.round()
        table = released(there, asked)

        (to,) = planned.sums
        for year in map(str, YEARS):
            cell = table[TOTAL, year, "K"]
            if year != to.cell[0]:
                assert cell.status is Status.WITHHELD
                assert (cell.at_least or 0) <= truth(year, "K") <= cell.at_most


@pytest.mark.parametrize("how", ["away", "cut"])
def test_a_member_that_drops_out_leaves_the_cell_withheld_never_wrong(tmp_path: Path, how: str) -> None:
    with region(tmp_path) as there:
        asked = put(there)
        planned = answered(there, asked)
        if how == "cut":
            there.members["LA"].link.mute = True
            with pytest.raises(Exception, match="cut"):
                there.members["LA"].round()
        for code in ("KH", "MM", "TH", "VN"):
            there.members[code].round()
        assert release_due(there.hub) == []
        assert next_deadline(there.hub) == planned.deadline
        there.clock.move(seconds=60)
        table = released(there, asked)

        assert not [cell for cell in table.values() if cell.masked_members]
        (ended,) = events(hub_entries(there), TotalReleased)
        assert ended.missing == ("LA",)


def test_the_same_question_gives_the_same_total_again(tmp_path: Path) -> None:
    with region(tmp_path) as there:
        values = []
        for _ in range(2):
            asked = put(there)
            planned = answered(there, asked)
            for member in there.members.values():
                member.round()
            table = released(there, asked)
            values.append((planned.sums[0].cell, table[(TOTAL, *planned.sums[0].cell)].value))

        assert values[0] == values[1]


def test_another_question_gets_no_second_total_of_cells_that_hang_together(tmp_path: Path) -> None:
    """Asked by outcome alone or in one year alone, the cells are those of the first question."""
    with region(tmp_path) as there:
        first = answered(there, put(there))
        for member in there.members.values():
            member.round()
        release_due(there.hub)
        asked = put(there, ("outcome", "year"))
        for member in there.members.values():
            member.round()
        release_due(there.hub)
        with there.hub.store.reading() as view:
            second = view.sums.round(asked.id)

        assert second is None or {tuple(reversed(s.cell)) for s in second.sums} == {first.sums[0].cell}


def test_a_member_whose_policy_declines_leaves_the_total_withheld(tmp_path: Path) -> None:
    with region(tmp_path) as there:
        put_in_force(there.members["VN"].node, policy_text("VN", 2) + "regional_totals: no\n")
        build(there.members["VN"].node)
        asked = put(there)
        for member in there.members.values():
            member.round()
        table = released(there, asked)

        assert not [cell for cell in table.values() if cell.masked_members]
        # Its bounds it gives all the same: they follow from what it shows.
        assert table[TOTAL, "2022", "K"].at_most is not None


def call_of(there: Federation, code: str) -> tuple[PollReply, int]:
    """What the hub would tell a member now."""
    member = there.members[code]
    with member.node.store.reading() as view:
        call = show(member.node, view, 0.0)
    return member.link.poll(call), call.seen_size


def _with_more(call: SumCall) -> SumCall:
    to = call.sums[0]
    more = (replace(to, cell=(year, "I")) for year in ("2022", "2023") if (year, "I") != to.cell)
    return replace(call, sums=(*call.sums, *more))


def _over(call: SumCall, members: slice) -> SumCall:
    return replace(call, sums=tuple(replace(s, members=s.members[members]) for s in call.sums))


def _altered(note: str) -> str:
    return note.replace('"contributors":4', '"contributors":5')


BENT: dict[str, Callable[[SumCall, SumCall], SumCall]] = {
    "fewer": lambda call, _: _over(call, slice(0, 4)),
    "too few": lambda call, _: _over(call, slice(1, 4)),
    "one twice": lambda call, _: replace(call, consents=(*call.consents, call.consents[0])),
    "one for another": lambda call, _: replace(call, consents=(call.consents[0], *call.consents[:-1])),
    "another cell": lambda call, _: replace(call, sums=(replace(call.sums[0], cell=("2022", "U")),)),
    "a cell more": lambda call, _: _with_more(call),
    "another's question": lambda call, other: replace(call, consents=(other.consents[0], *call.consents[1:])),
    "unlogged": lambda call, _: replace(call, entry=call.entry.replace(b'"round":1', b'"round":2')),
    "altered": lambda call, _: replace(call, consents=(_altered(call.consents[0]), *call.consents[1:])),
}


@pytest.mark.parametrize("how", BENT)
def test_a_node_gives_nothing_to_a_hub_that_does_not_do_as_it_says(tmp_path: Path, how: str) -> None:
    with region(tmp_path) as there:
        former = put(there)
        answered(there, former)
        other = call_of(there, "KH")[0].sum_calls[0]
        for member in there.members.values():
            member.round()
        release_due(there.hub)
        answered(there, put(there))
        member = there.members["TH"]
        reply, seen = call_of(there, "TH")
        witnessed = witness_regional(member.node, seen, reply.checkpoint, reply.consistency)

        with pytest.raises(UnprovenError):
            contribute(member.node, member.cube_cache, BENT[how](reply.sum_calls[0], other), witnessed)

        assert len(events(member.log_entries(), Contributed)) == 1  # that of the first question


def test_a_planted_member_is_no_participant(tmp_path: Path) -> None:
    """A name that the regional log has never enrolled has no key there, whatever it signs."""
    with region(tmp_path) as there:
        answered(there, put(there))
        member = there.members["KH"]
        reply, seen = call_of(there, "KH")
        witnessed = witness_regional(member.node, seen, reply.checkpoint, reply.consistency)
        call = reply.sum_calls[0]
        planted = replace(call, consents=(*call.consents[:-1], call.consents[-1].replace('"VN"', '"ID"')))

        with pytest.raises(UnprovenError, match="no member"):
            contribute(member.node, member.cube_cache, planted, witnessed)


def test_a_contribution_counts_once_and_for_its_round_only(tmp_path: Path) -> None:
    with region(tmp_path) as there:
        answered(there, put(there))
        member = there.members["KH"]
        member.round()
        (sent,) = member.link.given

        with pytest.raises(AlreadyAnsweredError):
            receive_contribution(there.hub, member.link.enrolment, sent)
        with pytest.raises(AnswerRefusedError):  # another member's name on it
            receive_contribution(there.hub, there.members["LA"].link.enrolment, sent)
        with pytest.raises(AnswerRefusedError):  # not in its own log
            receive_contribution(there.hub, member.link.enrolment, replace(sent, salt=bytes(32)))


def test_a_number_that_the_sum_cannot_be_is_not_published(tmp_path: Path) -> None:
    """A member that forgets its masks spoils the total, and shows that somebody did."""
    with region(tmp_path) as there:
        asked = put(there)
        planned = answered(there, asked)
        liar = there.members["MM"]
        for code, member in there.members.items():
            if code != "MM":
                member.round()
        liar.link.mute = True
        with pytest.raises(LinkError):
            liar.round()
        forgery = forged(liar, planned.index)
        with liar.node.store.reading() as view:
            liar.link.poll(show(liar.node, view, 0.0))
        receive_contribution(there.hub, liar.link.enrolment, forgery)
        table = released(there, asked)

        assert not [cell for cell in table.values() if cell.masked_members]
        (ended,) = events(hub_entries(there), TotalReleased)
        assert (ended.contributed, ended.missing) == (MEMBERS, ())
        (spoiled,) = events(hub_entries(there), TotalSpoiled)
        assert spoiled.members == MEMBERS
        for member, ref in zip(spoiled.members, spoiled.contributions, strict=True):
            entry = there.members[member].log_entries()[ref.index]
            assert (ref.leaf, isinstance(decode(entry), Contributed)) == (leaf_hash(entry), True)


def forged(member: Member, round_index: int) -> SignedContribution:
    """A contribution as a changed node would make it: of numbers of its own choice, and logged."""
    node = member.node
    with node.store.writing() as work:
        given = work.sums.contributions_to_send()[0]
        made = open_contribution(given.note, node.answer_signer.verifier)
        assert made.asked.index == round_index
        lie = replace(made, masked=tuple(4 for _ in made.masked))
        note = sign_text(lie.as_json(), node.answer_signer)
        opening = commit(CONTRIBUTION, Note.parse(note).text.encode())
        logged = decode(node.log.entry(work.log, given.entry_index))
        assert isinstance(logged, Contributed)
        event = replace(logged, contribution=opening.commitment)
        index = record(node, work, event, {CONTRIBUTION: opening})
    with node.store.reading() as view:
        receipt = str(node.log.receipt(view.log, index))
        return SignedContribution(note, node.log.entry(view.log, index), receipt, opening.salt)
