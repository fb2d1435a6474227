"""Commands of `safelane policy` that bring a policy into force at a node, and end a policy."""

import json
from pathlib import Path

import click

from audit.events.event_values import PolicyStep
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options, signers
from gateway.cli.common.files import read_document
from gateway.cli.common.signers import unlocked
from gateway.member.model.policy_version import Draft, Ending, SignedPolicy
from gateway.member.node.context import Node
from gateway.member.node.policy_ports import Versions
from gateway.member.node.ports import View
from gateway.member.node.signed_statements import signed_by
from gateway.member.node.signing_keys import named
from gateway.member.node.signing_keys import persons as persons_at
from gateway.member.policy.ministry_policy import is_ministry
from gateway.member.policy.policy_in_force import (
    check_signed,
    checked,
    given_out_under,
    publication,
    reviewed,
    trusted,
)
from gateway.member.policy.publishing import (
    add_review,
    draft_of,
    hand_in,
    publish,
    revocable,
    revocation,
    revoke,
    step_to,
    versions,
)
from gateway.member.policy.rollback import former_text
from policies import Policy
from policies.lint.lint import lint
from policies.model.finding import Severity

QUESTIONS = ".questions.yaml"

ministry_wide = click.option(
    "--ministry", is_flag=True, help="The ministry-wide policy, not that of the data set."
)


@click.command("draft")
@click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
def draft(policy: Path, directory: Path) -> None:
    """Hand POLICY in as the draft of the next version. Nothing takes effect before publication.

    A policy with `data_set: all` is a draft of the ministry-wide policy.

    The questions in POLICY.questions.yaml, if the file exists, must be decided as expected.
    """
    questions = policy.with_suffix(QUESTIONS)
    with open_member(directory) as node:
        kept = hand_in(node, read_document(policy), read_document(questions) if questions.exists() else None)
        _say(node, kept)


@click.command("review")
@signers.by
@ministry_wide
@options.own_directory
def review(by: str, directory: Path, *, ministry: bool) -> None:
    """Sign, as a second person, that you have reviewed the draft."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            found = draft_of(versions(view, ministry=ministry))
        _say(node, found)
        who = unlocked(directory, node, by)
        add_review(node, who.sign(reviewed(node, found.version, found.text)), ministry=ministry)
    click.echo(f"{_name(found.version, ministry=ministry)} is reviewed by {by}.")


@click.command("publish")
@signers.by
@click.option(
    "--accept",
    is_flag=True,
    help="Accept what `preview` lists: groups of one value, and insufficiently protected cells.",
)
@ministry_wide
@options.own_directory
def publish_command(*, by: str, accept: bool, ministry: bool, directory: Path) -> None:
    """Sign the draft as the controller; the policy is in force at once, or from its first day on."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            found = draft_of(versions(view, ministry=ministry))
        _say(node, found)
        who = unlocked(directory, node, by)
        note = who.sign(publication(node, found.version, found.text, accepts=accept))
        done, name = publish(node, note, ministry=ministry), _name(found.version, ministry=ministry)
        with node.store.reading() as view:
            ruling, cube = trusted(node, view), view.cube()
    if done.since is None:
        click.echo(f"{name} is signed and comes into force on {done.begins}.")
        return
    click.echo(f"{name} is signed and in force.")
    if ruling is not None and (cube is None or cube.label != ruling[0].label):
        click.echo(
            f"Questions are answered once its tables are protected: safelane member cube --dir {directory}"
        )


@click.command("revoke")
@signers.by
@click.option("--reason", required=True, help="Reason, in your words; it stays in your country.")
@ministry_wide
@options.own_directory
def revoke_command(*, by: str, reason: str, ministry: bool, directory: Path) -> None:
    """End the policy in force at once: no question is answered until another policy is published."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            ending = revocable(versions(view, ministry=ministry))
        who = unlocked(directory, node, by)
        note = who.sign(revocation(node, ending.version, reason, ministry=ministry))
        ended = revoke(node, note, reason, ministry=ministry)
    name = _name(ended.version, ministry=ministry)
    click.echo(f"{name} is revoked. Released data cannot be recalled.")


@click.command("history")
@click.option("--text", "version", type=int, help="Print the document of this version instead.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")
@ministry_wide
@options.own_directory
def history(*, version: int | None, as_json: bool, ministry: bool, directory: Path) -> None:
    """List every signed version, its signers, and when the version was in force."""
    with open_member(directory) as node, node.store.reading() as view:
        cube_cache = versions(view, ministry=ministry)
        if version is not None:
            click.echo(_text(cube_cache, version), nl=False)
            return
        signed = [_version(node, view, each) for each in cube_cache.signed_policies()]
    if as_json:
        click.echo(json.dumps(signed, indent=2, ensure_ascii=False))
        return
    for one in signed or [{"sentence": "No policy has been signed yet."}]:
        click.echo(one["sentence"])


@click.command("rollback")
@click.argument("version", type=click.IntRange(min=1))
@ministry_wide
@options.own_directory
def rollback(version: int, directory: Path, *, ministry: bool) -> None:
    """Hand the document of a former VERSION in again, as the draft of the next version."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            text = former_text(node, versions(view, ministry=ministry), version)
        _say(node, hand_in(node, text, None))


def known_at(directory: Path) -> tuple[int, tuple[Policy, ...]]:
    """Return how many people can approve at a node, and the policy of the latest release."""
    with open_member(directory) as node, node.store.reading() as view:
        return persons_at(view), given_out_under(node, view)


def _say(node: Node, found: Draft) -> None:
    """Print the changes of the draft, so that every signer knows the changes."""
    policy = checked(node, found.text)
    with node.store.reading() as view:
        step, changes = step_to(node, view, policy)
        unmet = [f for f in lint(policy, persons=persons_at(view)) if f.severity is Severity.ERROR]
    name = _name(found.version, ministry=is_ministry(policy))
    click.echo(f"Draft of {name[0].lower()}{name[1:]}: {_STEP[step]}.")
    for change in json.loads(changes):
        click.echo(f"{change['direction'] + ':':11} {change['sentence']}")
    for finding in unmet:
        click.echo(f"{'cannot be kept:':11} {finding.sentence}")


def _name(version: int, *, ministry: bool) -> str:
    return f"Version {version}" + (" of the ministry-wide policy" if ministry else "")


def _text(cube_cache: Versions, version: int) -> str:
    found = {each.version: each.text for each in cube_cache.signed_policies()}
    if version not in found:
        raise click.UsageError(f"there never was a version {version} here")
    return found[version]


def _version(node: Node, view: View, one: SignedPolicy) -> dict[str, object]:
    holders = view.holders()
    check_signed(node, one, holders)
    by = named(signed_by(one.note, holders))
    reviewed = None if one.review is None else named(signed_by(one.review, holders))
    sentence = f"Version {one.version}: signed by {by} on {one.signed_at:%Y-%m-%d}"
    sentence += f", reviewed by {reviewed}" if reviewed else ""
    if one.since is not None:
        sentence += f", in force from {one.since:%Y-%m-%d %H:%M} UTC"
    elif one.ended is None:
        sentence += f", begins on {one.begins}"
    if one.ended is not None and one.ending is not None:
        sentence += f", {_ENDED[one.ending]} on {one.ended:%Y-%m-%d %H:%M} UTC"
    return {
        "version": one.version,
        "signed_by": by,
        "reviewed_by": reviewed,
        "signed_at": one.signed_at.isoformat(),
        "begins": one.begins.isoformat(),
        "in_force_from": one.since.isoformat() if one.since else None,
        "ended": one.ended.isoformat() if one.ended else None,
        "ending": str(one.ending) if one.ending else None,
        "log_entry": one.index,
        "sentence": sentence + ".",
    }


_STEP = {
    PolicyStep.FIRST: "the first policy",
    PolicyStep.LOOSENED: "less restrictive",
    PolicyStep.TIGHTENED: "more restrictive",
    PolicyStep.BOTH: "less restrictive in some ways, more restrictive in others",
    PolicyStep.NEITHER: "neither less nor more restrictive",
}

_ENDED = {
    Ending.REPLACED: "replaced",
    Ending.REVOKED: "revoked",
    Ending.WITHDRAWN: "withdrawn before it began,",
}
