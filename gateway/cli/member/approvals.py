"""`safelane member approvals` and `quotas`: questions waiting for approval, and quotas of questions."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from gateway.bootstrap.desk.preview_answers import release_of
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options, signers
from gateway.cli.common.signers import unlocked
from gateway.export import to_text
from gateway.member.answer import approval
from gateway.member.answer.approval import Pending
from gateway.member.answer.quotas import start_of
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.wire.answer_text import answer_of_note
from policies import Policy
from policies.model.terms import Period

as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")


@click.group("approvals")
def command() -> None:
    """Questions that wait until a person approves the answer."""


@command.command("list")
@as_json
@options.own_directory
def list_waiting(as_json: bool, directory: Path) -> None:
    """List the waiting questions, oldest first."""
    with open_member(directory) as node:
        found = approval.queue(node, _cube_cache(node))
        lines = [_line(one, node.clock.now()) for one in found]
    if as_json:
        click.echo(json.dumps([_data(one) for one in found], indent=2, ensure_ascii=False))
        return
    for line in lines or ["No questions are waiting."]:
        click.echo(line)


@command.command()
@click.argument("question")
@as_json
@options.own_directory
def show(question: str, as_json: bool, directory: Path) -> None:
    """Show the answer to QUESTION that would be sent."""
    with open_member(directory) as node:
        found = approval.find(node, _cube_cache(node), question)
        if as_json:
            data = {**_data(found), "answer": found.answer.as_json()}
            click.echo(json.dumps(data, indent=2, ensure_ascii=False))
            return
        for line in _shown(node, found):
            click.echo(line)


@command.command()
@click.argument("question")
@signers.by
@options.own_directory
def approve(question: str, by: str, directory: Path) -> None:
    """Approve exactly the answer to QUESTION that `show` prints, signed by NAME."""
    with open_member(directory) as node:
        cube_cache = _cube_cache(node)
        found = approval.find(node, cube_cache, question)
        for line in _shown(node, found):
            click.echo(line)
        note = unlocked(directory, node, by).sign(approval.approval(node, found))
        sent = approval.approve(node, cube_cache, question, note)
    click.echo("")
    if sent is None:
        click.echo(f"{by} has approved; approvals needed: {found.waiting.persons}.")
        return
    click.echo(_said(sent))


@command.command()
@click.argument("question")
@signers.by
@click.option("--reason", required=True, help="Reason, in your words; it stays in your country.")
@options.own_directory
def refuse(question: str, by: str, reason: str, directory: Path) -> None:
    """Refuse QUESTION. The requester learns only that approval was refused."""
    with open_member(directory) as node:
        cube_cache = _cube_cache(node)
        approval.find(node, cube_cache, question)
        note = unlocked(directory, node, by).sign(approval.refusal(node, question, reason))
        sent = approval.refuse(node, cube_cache, question, note, reason)
    click.echo(_said(sent))


@click.command("quotas")
@as_json
@options.own_directory
def quotas(as_json: bool, directory: Path) -> None:
    """Show each organisation's questions in this day, week, month and year, and their limits."""
    with open_member(directory) as node, node.store.reading() as view:
        now = node.clock.now()
        ruling = trusted(node, view)
        limits = {} if ruling is None else _limits(ruling[1])
        rows = []
        for period in Period:
            used: dict[str, int] = {}
            for charge in view.charges(None, start_of(period, now)):
                used[charge.organisation] = used.get(charge.organisation, 0) + 1
            for organisation in sorted({*used, *(name for name, p in limits if p is period)}):
                limit = limits.get((organisation, period))
                rows.append(
                    {
                        "organisation": organisation,
                        "period": str(period),
                        "used": used.get(organisation, 0),
                        "limit": limit,
                    }
                )
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    shown = [row for row in rows if row["limit"] is not None]
    for row in shown:
        click.echo(
            f"{row['organisation']}: {row['used']} of {row['limit']} questions in this {row['period']}"
        )
    if not shown:
        click.echo("The policy in force sets no quota.")


def _limits(policy: Policy) -> dict[tuple[str, Period], int]:
    """Return the largest number of questions that any permission allows in a period."""
    found: dict[tuple[str, Period], int] = {}
    for share in policy.shares:
        for period, limit in policy.conditions.join(share.conditions).quotas.items():
            for name in share.recipients:
                found[name, period] = max(limit, found.get((name, period), 0))
    return found


def _cube_cache(node: Node) -> CubeCache:
    return CubeCache(node.dictionary, node.member, node.store)


def _line(one: Pending, now: datetime) -> str:
    left = max(0, int((one.asked.late_until - now).total_seconds()))
    days, hours, minutes = left // 86400, left % 86400 // 3600, left % 3600 // 60
    time = f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
    given = f", {', '.join(one.approved_by)} approved" if one.approved_by else ""
    return (
        f"{one.waiting.question_id}  {one.asked.organisation}: {one.asked.measure} by "
        f"{', '.join(one.asked.by) or 'nothing'} for {one.asked.purpose}; {one.waiting.persons} to approve"
        f"{given}; {time} left"
    )


def _shown(node: Node, one: Pending) -> Iterator[str]:
    yield _line(one, node.clock.now())
    if one.answer.refusals:
        yield "No table would be sent: " + "; ".join(r.meaning for r in one.answer.refusals) + "."
        return
    where = "; ".join(f"{f.dimension} {', '.join(f.codes)}" for f in one.asked.where)
    if where:
        yield f"Filters: {where}"
    yield ""
    yield to_text(release_of(node, one.asked, one.answer), node.dictionary).rstrip()


def _said(sent: SentAnswer) -> str:
    refusals = answer_of_note(sent.note).refusals
    if refusals:
        return "A refusal is sent: " + "; ".join(f"{r.value} ({r.meaning})" for r in refusals) + "."
    return "The answer is sent the next time the node connects to the hub."


def _data(one: Pending) -> dict[str, object]:
    return {
        "question": one.waiting.question_id,
        "organisation": one.asked.organisation,
        "role": one.asked.role,
        "purpose": one.asked.purpose,
        "measure": one.asked.measure,
        "by": list(one.asked.by),
        "where": {f.dimension: list(f.codes) for f in one.asked.where},
        "since": one.waiting.since.isoformat(),
        "deadline": one.asked.deadline.isoformat(),
        "late_until": one.asked.late_until.isoformat(),
        "persons": one.waiting.persons,
        "approved_by": list(one.approved_by),
        "refusals": [r.value for r in one.answer.refusals],
    }
