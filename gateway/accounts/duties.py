"""The table of duties: who may do what. Nobody may do what the table does not list.

Access control of both web applications looks up every request here, by the lines of
`gateway.accounts.access_routes`. The documentation prints the table, and a test walks through the table with
every role over every route and command.
"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.accounts.errors import NotPermittedError
from gateway.accounts.model import Principal, Role, Scope, Side


class Who(StrEnum):
    """Whom the table distinguishes: the four duties, the nodes of members, and anybody."""

    ANYBODY = "anybody"
    MEMBER_NODE = "member node"
    ANALYST = "analyst"
    CONTROLLER = "controller"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Action(StrEnum):
    """What can be done, over HTTP or by a command."""

    SEE_SERVICE = "see-service"
    READ_LOG = "read-log"
    ENTER = "enter"
    SEE_OWN_ACCOUNT = "see-own-account"
    KEEP_OWN_ACCOUNT = "keep-own-account"
    READ_WORDS = "read-words"
    SEE_MEMBERS = "see-members"
    ASK = "ask"
    APPLY = "apply"
    DELIVER = "deliver"
    WITNESS = "witness"
    AUDIT = "audit"
    EXPLAIN_ALERTS = "explain-alerts"
    MANAGE_ACCOUNTS = "manage-accounts"
    ENROL_MEMBERS = "enrol-members"
    SEE_OPERATION = "see-operation"
    RUN = "run"
    LOAD = "load"
    PROTECT = "protect"
    SEE_SHARING = "see-sharing"
    RULE = "rule"
    REIDENTIFY = "reidentify"
    EXTRACT = "extract"
    WORK_ON_FILES = "work-on-files"


PEOPLE_OF_HUB = frozenset({Who.ANALYST, Who.AUDITOR, Who.OPERATOR})
PEOPLE_OF_NODE = frozenset({Who.CONTROLLER, Who.AUDITOR, Who.OPERATOR})
EVERYBODY = frozenset({Who.ANYBODY})
NOBODY: frozenset[Who] = frozenset()

ROLES = {
    Side.HUB: frozenset({Role.ANALYST, Role.AUDITOR, Role.OPERATOR}),
    Side.NODE: frozenset({Role.CONTROLLER, Role.AUDITOR, Role.OPERATOR}),
}
"""The duties on each side."""


@dataclass(frozen=True)
class Duty:
    """One line of the table. `scope` is the scope that a token needs; without a scope, no token is enough.

    Where `two` is set, a policy may require a second person.
    """

    says: str
    hub: frozenset[Who] = NOBODY
    node: frozenset[Who] = NOBODY
    scope: Scope | None = None
    two: bool = False

    def who(self, side: Side) -> frozenset[Who]:
        return self.hub if side is Side.HUB else self.node


def _only(*who: Who) -> frozenset[Who]:
    return frozenset(who)


DUTIES: dict[Action, Duty] = {
    Action.SEE_SERVICE: Duty(
        "see that the service runs, the description of its API, and its style sheet", EVERYBODY, EVERYBODY
    ),
    Action.READ_LOG: Duty("read the log's entries, tiles and checkpoints as files", EVERYBODY, EVERYBODY),
    Action.ENTER: Duty("sign in, accept an invitation", EVERYBODY, EVERYBODY),
    Action.SEE_OWN_ACCOUNT: Duty(
        "see the own account, its sessions and tokens", PEOPLE_OF_HUB, PEOPLE_OF_NODE, Scope.READ
    ),
    Action.KEEP_OWN_ACCOUNT: Duty(
        "end own sessions, make and revoke own tokens and passkeys, take out what is kept about oneself",
        PEOPLE_OF_HUB,
        PEOPLE_OF_NODE,
    ),
    Action.READ_WORDS: Duty(
        "read the words of the regional dictionary", PEOPLE_OF_HUB, PEOPLE_OF_NODE, Scope.READ
    ),
    Action.SEE_MEMBERS: Duty(
        "see which members there are and when each was last heard of", PEOPLE_OF_HUB, scope=Scope.READ
    ),
    Action.ASK: Duty(
        "ask questions, read own questions and their tables", _only(Who.ANALYST), scope=Scope.ASK
    ),
    Action.APPLY: Duty("ask to be let in as a member, with an invitation", EVERYBODY),
    Action.DELIVER: Duty("fetch the questions for a member, deliver its answers", _only(Who.MEMBER_NODE)),
    Action.WITNESS: Duty("cosign the log", EVERYBODY, EVERYBODY),
    Action.AUDIT: Duty(
        "search, explain, sample, reconcile and export the log",
        _only(Who.AUDITOR),
        _only(Who.AUDITOR, Who.CONTROLLER),
        Scope.AUDIT,
    ),
    Action.EXPLAIN_ALERTS: Duty(
        "mark alerts about the log as explained", _only(Who.AUDITOR), _only(Who.AUDITOR)
    ),
    Action.MANAGE_ACCOUNTS: Duty(
        "invite, list, disable, hand over, erase; end sessions, revoke tokens and passkeys of others; let in "
        "again, with another operator",
        _only(Who.OPERATOR),
        _only(Who.OPERATOR),
    ),
    Action.ENROL_MEMBERS: Duty(
        "let a member in, change its keys, strike it off; at a node: join a region",
        _only(Who.OPERATOR),
        _only(Who.OPERATOR),
    ),
    Action.SEE_OPERATION: Duty(
        "see the state of the service: members, queue, backups, storage, alerts, people and invitations",
        _only(Who.OPERATOR),
        _only(Who.OPERATOR),
        scope=Scope.DESK,
    ),
    Action.RUN: Duty("start, stop, back up and upgrade", _only(Who.OPERATOR), _only(Who.OPERATOR)),
    Action.LOAD: Duty("map and load the national register", node=_only(Who.CONTROLLER)),
    Action.PROTECT: Duty(
        "build the protected cube, review its preview and certificate",
        node=_only(Who.CONTROLLER),
    ),
    Action.SEE_SHARING: Duty(
        "see what is shared, who asked, which questions wait for approval, and the state of loads and "
        "the node",
        node=_only(Who.CONTROLLER),
        scope=Scope.DESK,
    ),
    Action.RULE: Duty(
        "write a policy, put it in force, approve or refuse a waiting question",
        node=_only(Who.CONTROLLER),
        two=True,
    ),
    Action.REIDENTIFY: Duty(
        "open the vault: find the person behind a pseudonym", node=_only(Who.CONTROLLER), two=True
    ),
    Action.EXTRACT: Duty(
        "prepare, review and approve an extract of records", node=_only(Who.CONTROLLER), two=True
    ),
    Action.WORK_ON_FILES: Duty("work on files that one has anyway", EVERYBODY, EVERYBODY),
}


def may(side: Side, who: Who, action: Action) -> bool:
    """Return whether the table allows the action. For menus and tables; enforcement calls `require`."""
    allowed = DUTIES[action].who(side)
    return Who.ANYBODY in allowed or who in allowed


def require(side: Side, principal: Principal, action: Action, scopes: frozenset[Scope] | None = None) -> None:
    """Raise NotPermittedError unless the principal's duty, and the token's scopes, allow the action."""
    if not may(side, Who(principal.role.value), action):
        raise NotPermittedError(
            "Your role does not do this.",
            remedy="Ask the operator whose work it is; the attempt has been logged.",
        )
    scope = DUTIES[action].scope
    if scopes is not None and scope not in scopes:
        raise NotPermittedError(
            "This token is not for that.", remedy="Make a token with the scope that it needs, or sign in."
        )


def require_another(asked_by: Principal, decided_by: Principal) -> None:
    """Raise NotPermittedError when both are the same person, also behind a service account."""
    if asked_by.person == decided_by.person:
        raise NotPermittedError(
            "Nobody decides on their own request.", remedy="Ask a second person with the same duty."
        )
