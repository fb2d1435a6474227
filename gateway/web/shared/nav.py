"""The main navigation of each desk, and the start page of each role."""

from dataclasses import dataclass

from flask import request
from flask_babel import LazyString, lazy_gettext

from gateway.accounts.model import Role, Side


@dataclass(frozen=True)
class Entry:
    """A link to a page of the desk, in few words."""

    path: str
    words: LazyString
    also: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether the shown page is this entry's, below it, or below one of `also`."""
        here = f"{request.path}/"
        return any(here.startswith(f"{path}/") for path in (self.path, *self.also))


ACCOUNT = Entry("/account", lazy_gettext("Account"))
LETTING_IN = Entry("/letting-in", lazy_gettext("Let somebody in again"))

AUDIT = (
    Entry("/audit/overview", lazy_gettext("Overview")),
    Entry("/audit/entries", lazy_gettext("The log"), also=("/audit/questions",)),
    Entry("/audit/alerts", lazy_gettext("Alerts"), also=("/audit/alert",)),
    Entry("/audit/checkpoint", lazy_gettext("Checkpoint and witnesses")),
    Entry("/audit/sample", lazy_gettext("Sample")),
)

NAVIGATION: dict[tuple[Side, Role], tuple[Entry, ...]] = {
    (Side.HUB, Role.ANALYST): (
        Entry("/overview", lazy_gettext("Overview")),
        Entry("/ask", lazy_gettext("Ask")),
        Entry("/ready-made", lazy_gettext("Ready-made questions")),
        Entry("/questions", lazy_gettext("Your questions"), also=("/saved", "/groups")),
        Entry("/reports", lazy_gettext("Reports")),
        Entry("/sharing", lazy_gettext("What members share")),
    ),
    (Side.HUB, Role.AUDITOR): AUDIT,
    (Side.HUB, Role.OPERATOR): (Entry("/service", lazy_gettext("The service")), LETTING_IN),
    (Side.NODE, Role.CONTROLLER): (
        Entry("/controller/overview", lazy_gettext("Overview")),
        Entry("/controller/approvals", lazy_gettext("Waiting for approval")),
        Entry("/controller/policy", lazy_gettext("Policy")),
        Entry("/controller/sharing", lazy_gettext("What is shared today")),
        Entry("/controller/asked", lazy_gettext("Question history")),
        Entry("/controller/loads", lazy_gettext("Data loads")),
        Entry("/controller/figures", lazy_gettext("Published figures")),
        Entry("/controller/health", lazy_gettext("Node and keys")),
    ),
    (Side.NODE, Role.AUDITOR): AUDIT,
    (Side.NODE, Role.OPERATOR): (Entry("/service", lazy_gettext("The service")), LETTING_IN),
}
"""The first entry is where the desk begins."""


SEARCH: dict[tuple[Side, Role], str] = {
    (Side.HUB, Role.ANALYST): "/find",
    (Side.HUB, Role.AUDITOR): "/audit/find",
    (Side.NODE, Role.AUDITOR): "/audit/find",
}
"""The page of a desk that finds its things by typed words, where the desk has one."""


def entries(side: Side, role: Role) -> tuple[Entry, ...]:
    """The navigation of a desk; the own account is always included."""
    return (*NAVIGATION.get((side, role), ()), ACCOUNT)


def search(side: Side, role: Role) -> str:
    """The address of the search of a desk, "" where it has none."""
    return SEARCH.get((side, role), "")


def start(side: Side, role: Role) -> str:
    """The start page of a role."""
    return entries(side, role)[0].path
