"""The tables of docs/reference/duties.md, drawn from `gateway.accounts.duties` and
`gateway.accounts.access_routes`.

`python tests/support/duties_page.py` writes today's tables into the page.
"""

import re

from documents import ROOT

from gateway.accounts.access_routes import COMMANDS, ROUTES
from gateway.accounts.duties import DUTIES, Action, Who
from gateway.accounts.model import Side

PAGE = ROOT / "docs" / "reference" / "duties.md"


def duties() -> str:
    """What can be done, and by whom."""
    rows = [
        "| action | what it is | at the hub | at a node | token's scope |",
        "| --- | --- | --- | --- | --- |",
    ]
    for action, duty in DUTIES.items():
        two = "; can need two people" if duty.two else ""
        scope = f"`{duty.scope.value}`" if duty.scope else "no token"
        if Who.ANYBODY in duty.hub | duty.node or Who.MEMBER_NODE in duty.hub:
            scope = "none needed"
        rows.append(
            f"| `{action.value}` | {duty.says}{two} | {_who(duty.hub)} | {_who(duty.node)} | {scope} |"
        )
    return "\n".join(rows)


def addresses() -> str:
    """Every address of the two web applications."""
    rows = ["| address | action | at the hub | at a node |", "| --- | --- | --- | --- |"]
    for route, action in ROUTES.items():
        duty = DUTIES[action]
        rows.append(
            f"| `{route}` | `{action.value}` | {_who(duty.who(Side.HUB))} | {_who(duty.who(Side.NODE))} |"
        )
    return "\n".join(rows)


def commands() -> str:
    """Every beginning of a command."""
    rows = ["| command | action | whose work |", "| --- | --- | --- |"]
    for command, action in sorted(COMMANDS.items()):
        rows.append(f"| `{command}` | `{action.value}` | {_whose(action)} |")
    return "\n".join(rows)


TABLES = {"duties": duties, "addresses": addresses, "commands": commands}


def refresh(page: str) -> str:
    """The page with today's tables between their marks."""
    for name, draw in TABLES.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        assert mark.search(page), f"{PAGE.name} has no place for {name}"
        page = mark.sub(lambda found, draw=draw: f"{found[1]}{draw()}\n{found[2]}", page)  # type: ignore[misc]
    return page


def _who(allowed: frozenset[Who]) -> str:
    return ", ".join(who.value for who in Who if who in allowed) or "nobody"


def _whose(action: Action) -> str:
    duty = DUTIES[action]
    return _who(duty.hub | duty.node)


if __name__ == "__main__":
    PAGE.write_text(refresh(PAGE.read_text("utf-8")), encoding="utf-8")
