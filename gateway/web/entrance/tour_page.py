"""The tour of the own desk as a page, and the form that begins or declines it."""

from dataclasses import dataclass

from flask import redirect
from werkzeug.wrappers import Response as AnyResponse

from gateway.api.access_control import accounts, principal, signed_in
from gateway.web.shared import nav, tour
from gateway.web.shared.base import typed
from gateway.web.shared.desk import Desk

desk = Desk("tour")

PAGE = "/tour"
BEGIN = "begin"


@dataclass(frozen=True)
class TourStep:
    """A step in words, and the address that shows it beside the part of the page that it is about."""

    title: str
    words: str
    address: str


@dataclass(frozen=True)
class TourPage:
    steps: tuple[TourStep, ...]


@desk.page(PAGE, "tour.html")
def show() -> TourPage:
    """All steps of the desk, to read in one go."""
    found = tour.steps(accounts().side, principal().role)
    return TourPage(
        tuple(
            TourStep(str(step.title), str(step.words), tour.address(step, number))
            for number, step in enumerate(found, start=1)
        )
    )


@desk.form(PAGE)
def answer() -> AnyResponse:
    """Begin the tour or decline it: either way it is not offered again."""
    known, account = accounts(), signed_in().account
    with known.store.notes() as notes:
        notes.people.keep_tour(account.name, tour.name(known.side, account.role), known.clock.now())
    found = tour.steps(known.side, account.role)
    begins = typed("do") == BEGIN and found
    return redirect(tour.address(found[0], 1) if begins else nav.start(known.side, account.role), 303)
