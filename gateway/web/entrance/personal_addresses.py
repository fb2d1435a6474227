"""Personal addresses on the page of the own account: which there are, and for which tables others can be."""

from dataclasses import dataclass
from datetime import datetime

from gateway.accounts.model import Token
from gateway.api.browsers import place
from gateway.api.personal_addresses.address_secrets import PREFIX
from gateway.api.services import hub
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import own
from gateway.web.shared.languages import tag

MOST_OFFERED = 100
"""Questions offered for an address, the newest."""


@dataclass(frozen=True)
class AddressRow:
    """A personal address, without its secret. `question`: the title of the one question that it reads."""

    id: str
    label: str
    question: str
    until: datetime
    used: datetime | None
    expired: bool


@dataclass(frozen=True)
class NewAddress:
    """An address as it is shown once: for programs that read files, or those that read tables of PxWeb.

    `workbook`: where the workbook is that holds the first; empty before there is a table.
    """

    label: str
    data: str
    workbook: str
    pxweb: str


def row(one: Token, now: datetime) -> AddressRow:
    """A personal address among others."""
    return AddressRow(one.id, one.label, _title(one.question), one.until, one.used, one.until <= now)


def offered(user: str) -> tuple[tuple[str, str], ...]:
    """The person's newest questions, each with its title."""
    with hub().store.reading() as view:
        asked = list(view.questions_of(user))[:MOST_OFFERED]
    return tuple((one.id, analyst_wording.title(hub().dictionary, one.question)) for one in asked)


def chosen(question: str) -> str | None:
    """The one question that was chosen, None for all tables. Raises UnknownQuestionError for another's."""
    if not question:
        return None
    with hub().store.reading() as view:
        return own(view, question).id


def shown_once(label: str, secret: str, question: str | None) -> NewAddress:
    """The addresses that a new secret opens, in full."""
    begin = f"{place().origin()}{PREFIX}{secret}"
    if question is None:
        return NewAddress(label, "", "", f"{begin}/api/pxweb/v2")
    newest = f"{begin}/api/v1/questions/{question}/releases/newest"
    language = tag()
    with hub().store.reading() as view:
        workbook = f"{newest}/refreshing.xlsx?labels={language}" if view.releases(question) else ""
    return NewAddress(label, f"{newest}/data.csv?labels={language}", workbook, "")


def _title(question: str | None) -> str:
    """The title of a question; its number where there is none any more."""
    if question is None:
        return ""
    with hub().store.reading() as view:
        asked = view.question(question)
    return question if asked is None else analyst_wording.title(hub().dictionary, asked.question)
