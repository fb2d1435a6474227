"""A person's own groups: codes of one level under a name, kept with the account for the tables of tomorrow.

A group is a note, and gives nobody anything: the desk adds up what a table of its owner shows.
"""

import secrets
from collections.abc import Sequence

from gateway.errors import SafelaneError
from gateway.hub.context import Hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import OwnGroup, Principal

LONGEST_NAME = 40
MOST = 200
"""Groups of one person."""
MOST_CODES = 1000
NOT_IN_A_NAME = frozenset("[]~<>=+@")
"""Signs that mark groups and columns in a table, or that a spreadsheet may take for a formula."""


class OwnGroupError(SafelaneError):
    """A group that cannot be kept as it was typed; nothing was changed."""


def keep_group(
    hub: Hub, who: Principal, name: str, level: str, codes: Sequence[str], *, known: Sequence[str]
) -> OwnGroup:
    """Keep a group of codes. `known`: the codes from which it may be put together.

    Raises OwnGroupError for a name that cannot be, for other codes, for fewer than two, and for too many
    groups.
    """
    name = " ".join(name.split())
    chosen = tuple(code for code in known if code in set(codes))
    _check(name, chosen)
    if len(chosen) != len(set(codes)):
        raise OwnGroupError(
            "One of the codes is not in this table.",
            remedy="Open the table again, and choose from its codes.",
        )
    made = OwnGroup("g-" + secrets.token_hex(8), who.user, name, level, chosen, hub.clock.now())
    with hub.store.notes() as notes:
        names = notes.groups.names_of(who.user)
        if name.casefold() in {one.casefold() for one in names}:
            raise OwnGroupError(
                "You have a group of this name.", remedy="Choose another name, or delete that group."
            )
        if len(names) >= MOST:
            raise OwnGroupError(
                "You have as many groups as one person can have.",
                remedy="Delete those that you no longer need.",
            )
        notes.groups.keep(made)
    return made


def _check(name: str, codes: Sequence[str]) -> None:
    if not name:
        raise OwnGroupError("A group needs a name.", remedy="Type a few words.")
    if len(name) > LONGEST_NAME:
        raise OwnGroupError("The name of a group has at most 40 characters.", remedy="Choose a shorter name.")
    if NOT_IN_A_NAME & set(name) or not name.isprintable() or name[0] == "-":
        raise OwnGroupError(
            "The name of a group has letters, digits and spaces.",
            remedy="Leave out brackets and signs such as = + @ ~, and a hyphen at the beginning.",
        )
    if len(codes) < 2:
        raise OwnGroupError("A group puts two codes or more together.", remedy="Choose at least two.")
    if len(codes) > MOST_CODES:
        raise OwnGroupError("A group has at most 1,000 codes.", remedy="Choose fewer.")


def delete_group(hub: Hub, who: Principal, group_id: str) -> None:
    """Delete one's own group. Raises UnknownQuestionError where there is none of this number."""
    with hub.store.notes() as notes:
        if not notes.groups.delete(group_id, who.user):
            raise UnknownQuestionError(
                "There is no such group among yours.", remedy="It may be deleted already."
            )


def own_groups(hub: Hub, who: Principal) -> Sequence[OwnGroup]:
    """One's own groups, by name."""
    with hub.store.reading() as view:
        return view.groups.of(who.user)
