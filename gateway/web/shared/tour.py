"""The tour of each desk: a few steps, each beside a real part of a page.

A step is an address with the number of the step, so that the tour works by keyboard and without scripts. A
template names a part with `tour_at("part")`; the step of the address is shown there. The tour is offered
where the desk begins until the person begins or declines it.
"""

from dataclasses import dataclass

from flask import request
from flask_babel import LazyString, lazy_gettext
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from gateway.accounts.context import Accounts
from gateway.accounts.model import Account, Role, Side
from gateway.web.shared import nav

PARAMETER = "tour"
ANCHOR = "tour"


@dataclass(frozen=True)
class Step:
    """What the tour says beside a `part` of the page at `path`."""

    path: str
    part: str
    title: LazyString
    words: LazyString


@dataclass(frozen=True)
class ShownStep:
    """The step of an address: its number from 1, of how many, and where the links lead ("" for nowhere)."""

    step: Step
    number: int
    of: int
    back: str
    onward: str
    end: str


OWN_ACCOUNT = Step(
    "/account",
    "account",
    lazy_gettext("Your account"),
    lazy_gettext(
        "Here you see where you are signed in, end a session that is not yours, and change your passphrase. "
        "This tour can be taken again from here."
    ),
)

AUDITOR = (
    Step(
        "/audit/overview",
        "health",
        lazy_gettext("The log at a glance"),
        lazy_gettext(
            "The first sentence says how much of the log witnesses elsewhere vouch for, and no more. Below: "
            "what is unusual, whether a sample is due, and the newest entries."
        ),
    ),
    Step(
        "/audit/entries",
        "log",
        lazy_gettext("The log"),
        lazy_gettext(
            "Every question, answer and decision is an entry here. Choose a kind, a member or a day to find "
            "entries, and open an entry to read in words what it says."
        ),
    ),
    Step(
        "/audit/alerts",
        "alerts",
        lazy_gettext("Alerts"),
        lazy_gettext(
            "What deserves a look: unusual questions, and logs that were changed or fell silent. An alert "
            "names its entries. It is a reason to look, not a finding."
        ),
    ),
    Step(
        "/audit/checkpoint",
        "checkpoint",
        lazy_gettext("Checkpoint and witnesses"),
        lazy_gettext(
            "A checkpoint fixes all entries up to a number. Witnesses elsewhere have signed it, so that "
            "nobody can change an earlier entry unnoticed."
        ),
    ),
    Step(
        "/audit/sample",
        "sample",
        lazy_gettext("A sample that nobody can choose"),
        lazy_gettext(
            "The program draws entries from the log by a rule that anybody can repeat. Check each entry of "
            "the sample against what your office knows."
        ),
    ),
    OWN_ACCOUNT,
)

STEPS: dict[tuple[Side, Role], tuple[Step, ...]] = {
    (Side.HUB, Role.ANALYST): (
        Step(
            "/overview",
            "overview",
            lazy_gettext("The region at a glance"),
            lazy_gettext(
                "The newest year in one sentence and a few numbers, from your own newest table. Below: what "
                "needs your attention, and what the region asks every year."
            ),
        ),
        Step(
            "/ready-made",
            "ready-made",
            lazy_gettext("Questions that are ready"),
            lazy_gettext(
                "These questions are asked with one button. Each says beforehand how many members would "
                "answer. Begin here if you are not sure what can be asked."
            ),
        ),
        Step(
            "/ask",
            "ask",
            lazy_gettext("A question of your own"),
            lazy_gettext(
                "Choose what is counted, the breakdown and the period. Beside the form stands your question "
                "in words, and which members will probably answer. Nothing is sent before you press Ask."
            ),
        ),
        Step(
            "/questions",
            "questions",
            lazy_gettext("Your questions and their tables"),
            lazy_gettext(
                "Every question that you asked, with its table. In a table, ◊ stands for a number that is "
                "withheld to protect people. Choose ◊ to read what the number can be, and why it is withheld."
            ),
        ),
        Step(
            "/sharing",
            "sharing",
            lazy_gettext("What members share"),
            lazy_gettext(
                "Each column is a country, each row a way to break numbers down. A dot means that the "
                "country's policy releases it to your organisation."
            ),
        ),
        Step(
            "/find",
            "find",
            lazy_gettext("Search"),
            lazy_gettext(
                "The field at the top of every page finds questions, your tables, words of the dictionary "
                "and places, in any language of these pages."
            ),
        ),
        OWN_ACCOUNT,
    ),
    (Side.HUB, Role.AUDITOR): AUDITOR,
    (Side.HUB, Role.OPERATOR): (
        Step(
            "/service",
            "service",
            lazy_gettext("The state of the service"),
            lazy_gettext(
                "One sentence says whether members are in contact, alerts are open or questions wait."
            ),
        ),
        Step(
            "/service",
            "service-members",
            lazy_gettext("Members and their contact"),
            lazy_gettext(
                "A member that is not heard from is listed first. Telephone its operator: questions wait for "
                "the member until their deadline."
            ),
        ),
        Step(
            "/service",
            "service-people",
            lazy_gettext("People and invitations"),
            lazy_gettext(
                "Who can sign in here, and which invitations are still open. You invite and disable people "
                "with a command on the machine itself."
            ),
        ),
        OWN_ACCOUNT,
    ),
    (Side.NODE, Role.CONTROLLER): (
        Step(
            "/controller/overview",
            "controller-overview",
            lazy_gettext("What waits for you"),
            lazy_gettext(
                "This page says whether your country answers, what waits for your decision and until when, "
                "how old the register is, and what ARMAC sees."
            ),
        ),
        Step(
            "/controller/approvals",
            "approvals",
            lazy_gettext("For you to decide"),
            lazy_gettext(
                "Where the policy demands it, an answer waits here for a person. You see exactly the table "
                "that would be sent. Nothing is sent before you sign."
            ),
        ),
        Step(
            "/controller/policy",
            "policy",
            lazy_gettext("The policy"),
            lazy_gettext(
                "The policy says what is shared, with whom, for what and how finely. You change it in a "
                "form, look at what the change would release, and sign. Nothing changes before you sign."
            ),
        ),
        Step(
            "/controller/sharing",
            "sharing-today",
            lazy_gettext("What is shared today"),
            lazy_gettext(
                "For each yearly question of the region: how much of it the policy in force lets others see."
            ),
        ),
        Step(
            "/controller/asked",
            "asked",
            lazy_gettext("Question history"),
            lazy_gettext(
                "Every question that came, who asked, for what purpose, and what was answered. This list "
                "comes from your own log and cannot be shortened by anybody."
            ),
        ),
        Step(
            "/controller/loads",
            "loads",
            lazy_gettext("The register"),
            lazy_gettext(
                "Load a file of the register here. The program says what it understood and what it could not "
                "count; a value of a person is never repeated."
            ),
        ),
        Step(
            "/controller/health",
            "health",
            lazy_gettext("Node and keys"),
            lazy_gettext(
                "Whether the node is in contact with the region, whether logs are consistent, and whose "
                "signatures count."
            ),
        ),
        OWN_ACCOUNT,
    ),
    (Side.NODE, Role.AUDITOR): AUDITOR,
    (Side.NODE, Role.OPERATOR): (
        Step(
            "/service",
            "node-service",
            lazy_gettext("The state of the node"),
            lazy_gettext(
                "When the node was last in contact with the hub, whether an alert is open, and how old the "
                "last backup is."
            ),
        ),
        Step(
            "/service",
            "node-machine",
            lazy_gettext("Backups, storage and certificate"),
            lazy_gettext(
                "What an operator has to do something about in time. What is worrying stands in a frame with "
                "the next step."
            ),
        ),
        Step(
            "/service",
            "node-people",
            lazy_gettext("People and invitations"),
            lazy_gettext(
                "Who can sign in here, and which invitations are still open. You invite and disable people "
                "with a command on the machine itself."
            ),
        ),
        OWN_ACCOUNT,
    ),
}


def steps(side: Side, role: Role) -> tuple[Step, ...]:
    """The steps of a desk's tour; none where a desk has no pages."""
    return STEPS.get((side, role), ())


def name(side: Side, role: Role) -> str:
    """What the tour of a desk is called where it is remembered."""
    return f"{side.value}-{role.value}"


def address(step: Step, number: int) -> str:
    """The page of a step, at the step."""
    return f"{step.path}?{PARAMETER}={number}#{ANCHOR}"


def shown(side: Side, role: Role) -> ShownStep | None:
    """The step that the address of this request names, if the page is that of the step."""
    found, typed = steps(side, role), request.args.get(PARAMETER, "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else 0
    if not 1 <= number <= len(found) or found[number - 1].path != request.path:
        return None
    return ShownStep(
        step=found[number - 1],
        number=number,
        of=len(found),
        back=address(found[number - 2], number - 1) if number > 1 else "",
        onward=address(found[number], number + 1) if number < len(found) else "",
        end=nav.start(side, role),
    )


def offered(known: Accounts, account: Account) -> bool:
    """Whether this page offers the tour: where the desk begins, to a person who has not answered yet."""
    at_the_start = request.method == "GET" and request.path == nav.start(known.side, account.role)
    if not at_the_start or PARAMETER in request.args or not steps(known.side, account.role):
        return False
    with known.store.reading() as view:
        return not view.people.has_toured(account.name, name(known.side, account.role))


@pass_context
def tour_at(context: Context, part: str) -> Markup:
    """In a template: the step of the tour, if this is the part that the step is about."""
    step = context.get("tour")
    if not isinstance(step, ShownStep) or step.step.part != part:
        return Markup("")
    template = context.environment.get_template("_tour.html")
    return Markup(template.render(context.get_all()))  # noqa: S704 - a template of ours, which escapes
