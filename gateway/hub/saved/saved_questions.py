"""Questions saved under a name, with the arrangement of their tables.

A saved question is a note, and gives nobody anything: whoever opens one asks in their own name, for their own
purposes, or reads a table that was theirs before. Within an organisation it can be shared; who shares it is
named.
"""

import secrets
from collections.abc import Sequence

from gateway.errors import SafelaneError
from gateway.hub.context import Hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, Principal, SavedQuestion

LONGEST_NAME = 80
LONGEST_ARRANGEMENT = 2000
"""Characters of an arrangement as the query of an address; no table has so many levels."""
MOST = 200
"""Saved questions of one person."""


class SavedQuestionError(SafelaneError):
    """A question that cannot be saved as it was asked to be; nothing was changed."""


def save(
    hub: Hub, who: Principal, asked: AskedQuestion, name: str, *, arranged: str, shared: bool
) -> SavedQuestion:
    """Save one's own question. Raises SavedQuestionError for a name that cannot be, or for too many."""
    name = " ".join(name.split())
    _check(name, arranged)
    made = SavedQuestion(
        id="s-" + secrets.token_hex(8),
        owner=who.user,
        organisation=who.organisation,
        name=name,
        question=asked.question,
        arranged=arranged,
        saved_at=hub.clock.now(),
        shared=shared,
    )
    with hub.store.notes() as notes:
        names = notes.saved.names_of(who.user)
        if name.casefold() in {one.casefold() for one in names}:
            raise SavedQuestionError(
                "You have a saved question of this name.", remedy="Choose another name, or delete that one."
            )
        if len(names) >= MOST:
            raise SavedQuestionError(
                "You have as many saved questions as one person can have.",
                remedy="Delete those that you no longer need.",
            )
        notes.saved.keep(made, asked.question)
    return made


def _check(name: str, arranged: str) -> None:
    if not name:
        raise SavedQuestionError("A saved question needs a name.", remedy="Type a few words.")
    if len(name) > LONGEST_NAME:
        raise SavedQuestionError(
            "The name of a saved question has at most 80 characters.", remedy="Choose a shorter name."
        )
    if len(arranged) > LONGEST_ARRANGEMENT:
        raise SavedQuestionError("The table has too many levels to be saved.", remedy="Arrange it anew.")


def share(hub: Hub, who: Principal, saved_id: str, *, shared: bool) -> None:
    """Share one's own saved question with one's organisation, or no longer.

    Raises UnknownQuestionError where there is none of this number among one's own.
    """
    with hub.store.notes() as notes:
        _require(notes.saved.share(saved_id, who.user, shared=shared))


def delete(hub: Hub, who: Principal, saved_id: str) -> None:
    """Delete one's own saved question; the tables stay. Raises UnknownQuestionError as `share` does."""
    with hub.store.notes() as notes:
        _require(notes.saved.delete(saved_id, who.user))


def _require(done: bool) -> None:
    if not done:
        raise UnknownQuestionError(
            "There is no such saved question among yours.", remedy="It may be deleted already."
        )


def mine(hub: Hub, who: Principal) -> Sequence[SavedQuestion]:
    """One's own saved questions, the newest first."""
    with hub.store.reading() as view:
        return view.saved.of(who.user)


def colleagues(hub: Hub, who: Principal) -> Sequence[SavedQuestion]:
    """What others of one's organisation share, the newest first."""
    with hub.store.reading() as view:
        return [one for one in view.saved.shared_in(who.organisation) if one.owner != who.user]
