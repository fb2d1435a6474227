"""The overview: the region's newest year as this person's own table has it, and what can be asked."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import request

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.dictionary import populations
from gateway.hub.absence import offline_since
from gateway.hub.model import AskedQuestion, KeptRelease, State
from gateway.hub.ports import View
from gateway.picturing import NothingToDrawError, Picture, draw, with_bounds
from gateway.picturing.choosing import MAP
from gateway.picturing.overview.country_panels import country_panels
from gateway.picturing.overview.part_of_release import of_code
from gateway.picturing.overview.yearly_figures import YEAR, YearlyFigures, yearly_figures
from gateway.picturing.terms import of_totals
from gateway.question import in_these_words
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.overview.attention import Matter, Pending, matters
from gateway.web.analyst.overview.question_cards import Card, cards
from gateway.web.analyst.overview.year_in_words import (
    CountryLine,
    KeyFigure,
    country_lines,
    key_figures,
    sentences,
)
from gateway.web.analyst.ready_made import EVERY_YEAR
from gateway.web.analyst.requester import known
from gateway.web.shared.desk import Desk
from gateway.wire.release import Release

PAGE = "/overview"
THE_YEAR = "outcome-by-year"
"""The ready-made question whose newest table is the region's year."""
NEWEST = 3
"""Tables that are listed."""
MOST_PENDING = 20
"""Questions, the newest first, of which it is asked whether people have to approve them."""
desk = Desk("analyst-overview")


@dataclass(frozen=True)
class TheYear:
    """The region's newest year by the person's newest table of `THE_YEAR`, in words and pictures."""

    question: str
    release: int
    asked: int
    released: int
    released_at: str
    log: str
    year: str
    before: str | None
    sentences: tuple[str, ...]
    figures: tuple[KeyFigure, ...]
    countries: tuple[CountryLine, ...]
    pictures: tuple[Picture, ...]
    terms: tuple[str, ...]
    populations_of: str
    populations_from: str


@dataclass(frozen=True)
class LatestTable:
    """One of the person's newest tables."""

    id: str
    title: str
    asked_at: datetime
    answered: int
    members: int


@dataclass(frozen=True)
class OverviewPage:
    """`present` of the `members` are in contact. `purpose` is that of asking by a card."""

    the_year: TheYear | None
    present: int
    members: int
    matters: tuple[Matter, ...]
    latest: tuple[LatestTable, ...]
    purpose: str
    purposes: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]


@desk.page(PAGE, "analyst/overview.html")
def overview() -> OverviewPage:
    """Where the desk begins. Numbers are only those of tables that this person was given."""
    knows, _ = known()
    d, now = knows.dictionary, hub().clock.now()
    held = tuple(sorted(knows.purposes))
    purpose = request.args.get("purpose", "")
    purpose = purpose if purpose in held else (held[0] if held else "")
    with hub().store.reading() as view:
        own = view.questions_of(principal().user)
        found = _newest_table(view, own)
        away = offline_since(list(knows.stated), view.presence(), hub().started, now)
        taken = [one for one in own if now <= one.late_until][:MOST_PENDING]
        pending = [Pending(one, view.waiting(one.id)) for one in taken]
        latest = tuple(_latest(view, one) for one in own if one.state is State.RELEASED)[:NEWEST]
    newest = None if found is None else _read(found[1])
    return OverviewPage(
        the_year=None if found is None or newest is None else _the_year(*newest, *found),
        present=len(knows.stated) - len(away),
        members=len(knows.stated),
        matters=matters(d, [one for one in pending if one.members], away, newest, now.date()),
        latest=latest,
        purpose=purpose,
        purposes=tuple((name, analyst_wording.purpose(d, name)) for name in held),
        cards=cards(knows, d.packs[EVERY_YEAR], purpose, own) if purpose else (),
    )


def _newest_table(view: View, own: Sequence[AskedQuestion]) -> tuple[AskedQuestion, KeptRelease] | None:
    """The newest table of `THE_YEAR` that the person was given."""
    (table,) = hub().dictionary.ready_made[THE_YEAR].tables
    for asked in own:
        if asked.state is State.RELEASED and in_these_words(hub().dictionary, table, asked.question):
            releases = view.releases(asked.id)
            if releases:
                return asked, releases[-1]
    return None


def _read(kept: KeptRelease) -> tuple[YearlyFigures, Release] | None:
    """The figures of the newest year, and the release with its bounds."""
    bounded = with_bounds(kept.release, hub().dictionary)
    year = yearly_figures(bounded)
    return None if year is None else (year, bounded)


def _the_year(year: YearlyFigures, bounded: Release, asked: AskedQuestion, kept: KeptRelease) -> TheYear:
    d = hub().dictionary
    return TheYear(
        question=asked.id,
        release=kept.release.number,
        asked=asked.asked_index,
        released=kept.index,
        released_at=kept.release.released_at,
        log=hub().log.origin,
        year=year.year,
        before=year.before,
        sentences=sentences(year, d),
        figures=key_figures(year, d),
        countries=country_lines(year, d),
        pictures=_pictures(bounded, year),
        terms=of_totals(kept.release.coverage, analyst_wording.words()),
        populations_of=str(populations.YEAR),
        populations_from=populations.SOURCE,
    )


def _pictures(release: Release, year: YearlyFigures) -> tuple[Picture, ...]:
    """Each country over the years, and a map of the newest; fewer where a picture would mislead."""
    d, words, found = hub().dictionary, analyst_wording.words(), []
    with suppress(NothingToDrawError):
        found.append(country_panels(release, d, words, year.members, year.since))
    with suppress(NothingToDrawError):
        found.append(draw(MAP, of_code(release, YEAR, year.year), d, words, twice=True))
    return tuple(found)


def _latest(view: View, asked: AskedQuestion) -> LatestTable:
    return LatestTable(
        id=asked.id,
        title=analyst_wording.title(hub().dictionary, asked.question),
        asked_at=asked.asked_at,
        answered=len(view.answers(asked.id)),
        members=len(asked.members),
    )
