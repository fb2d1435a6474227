"""What an analyst should look at: pending approvals, members that are away, years due, terms. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.hub.model import AskedQuestion
from gateway.picturing.overview.yearly_figures import YearlyFigures
from gateway.web.analyst import analyst_wording
from gateway.web.shared.languages import moment
from gateway.wire.release import Release
from gateway.wire.usage_terms import PassOn


@dataclass(frozen=True)
class Matter:
    """A sentence, and where to go; `address` and `link` are "" where nothing can be done on a page."""

    sentence: str
    address: str
    link: str


@dataclass(frozen=True)
class Pending:
    """A question of the person that people at `members` have to approve."""

    asked: AskedQuestion
    members: Collection[str]


def matters(
    dictionary: Dictionary,
    pending: Sequence[Pending],
    away: Mapping[str, datetime | None],
    newest: tuple[YearlyFigures, Release] | None,
    today: date,
) -> tuple[Matter, ...]:
    """All that needs attention, the most urgent first."""
    found = [*_waiting(dictionary, pending), *_away(dictionary, away)]
    if newest is not None:
        found += [*_due(newest[0], today), *_not_passed_on(dictionary, newest[1])]
    return tuple(found)


def _waiting(dictionary: Dictionary, pending: Sequence[Pending]) -> Iterator[Matter]:
    for one in pending:
        sentence = _(
            "Approval is pending in %(members)s until %(time)s: %(title)s.",
            members=_names(dictionary, one.members),
            time=moment(one.asked.late_until),
            title=analyst_wording.title(dictionary, one.asked.question),
        )
        yield Matter(str(sentence), f"/questions/{one.asked.id}", str(_("Look at the question")))


def _away(dictionary: Dictionary, away: Mapping[str, datetime | None]) -> Iterator[Matter]:
    for member, since in away.items():
        name = analyst_wording.say(dictionary.member(member).name)
        if since is None:
            words = _("%(member)s has never connected to the hub. Its answers come late.", member=name)
        else:
            words = _(
                "%(member)s has not been in contact since %(time)s. Its answers come late.",
                member=name,
                time=moment(since),
            )
        yield Matter(str(words), "", "")


def _due(year: YearlyFigures, today: date) -> Iterator[Matter]:
    """Closed years that the newest table does not have yet."""
    closed = today.year - 1
    if int(year.year) < closed:
        sentence = _(
            "The newest year in your table is %(year)s. Records of %(due)s are due.",
            year=year.year,
            due=str(closed),  # a year is written without a separator of thousands
        )
        yield Matter(str(sentence), "/sharing", str(_("Up to when records go")))


def _not_passed_on(dictionary: Dictionary, release: Release) -> Iterator[Matter]:
    members = [
        one.member
        for one in release.coverage
        if one.terms is not None and one.terms.redistribution is PassOn.NO
    ]
    if members:
        sentence = _("The numbers of %(members)s may not be passed on.", members=_names(dictionary, members))
        yield Matter(str(sentence), f"/questions/{release.question_id}", str(_("Read the terms")))


def _names(dictionary: Dictionary, members: Collection[str]) -> str:
    return analyst_wording.listed(
        [analyst_wording.say(dictionary.member(member).name) for member in sorted(members)]
    )
