"""`safelane policy`: explains, tests, compares and checks policies. Files only, no data.

Commands at a node (`gateway.cli.policy.policy_versions` and others) are imported on demand.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.cli.common import options
from gateway.cli.common.lazy_commands import LazyCommands
from gateway.cli.common.ready_made import table_named
from gateway.dictionary import Dictionary, regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.errors import SafelaneError
from gateway.question import COUNTRY, ask
from policies import Policy, PolicyError, Request, Vocabulary, decide, load_policy
from policies.comparison.change import Direction
from policies.comparison.diff import diff
from policies.decision.record import decision_record
from policies.document.compose import compose
from policies.document.schema import json_schema
from policies.explanation.explain import describe, explain
from policies.lint.expectations import check, load_expectations
from policies.lint.lint import lint
from policies.model.finding import Severity
from policies.model.model import EVERY_DATA_SET

LONGEST_FILE = 1_000_000
FOUND = 1
"""Exit code for a finding: the command worked and found a loosening, an error, or another decision."""

T = TypeVar("T")


class PolicyFileError(SafelaneError):
    """A file that is not a policy, or no policy for this command."""

    exit_code = 2


AT_A_NODE = {
    "draft": ("gateway.cli.policy.policy_versions:draft", "Hand a policy in as the next version's draft."),
    "history": (
        "gateway.cli.policy.policy_versions:history",
        "Every version that was signed, by whom, and when it held.",
    ),
    "preview": (
        "gateway.cli.policy.policy_preview:preview",
        "Make the tables a policy would release, and look.",
    ),
    "publish": ("gateway.cli.policy.policy_versions:publish_command", "Sign the draft into force."),
    "review": (
        "gateway.cli.policy.policy_versions:review",
        "Sign, as a second person, that you reviewed the draft.",
    ),
    "revoke": ("gateway.cli.policy.policy_versions:revoke_command", "End the policy in force at once."),
    "rollback": ("gateway.cli.policy.policy_versions:rollback", "Hand a former version in again."),
    "suggest": ("gateway.cli.policy.policy_suggest:suggest", "Try some thirty variants and rank them."),
}
"""Commands that work on a node's state."""


@click.group("policy", cls=LazyCommands, later=AT_A_NODE)
def command() -> None:
    """Policies: what may be shared, with whom, for which purpose, in what detail."""


policy_file = click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
more_recipients = click.option(
    "--recipient-known", "known", multiple=True, metavar="NAME", help="A further recipient of the region."
)
as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")
above = click.option(
    "--above",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The ministry-wide policy above this policy.",
)
node_directory = click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the node with the ministry-wide policy in force.",
)


@command.command("explain")
@policy_file
@above
@node_directory
@click.option("--question", help="A ready-made question, such as outcome-by-year.")
@click.option("--measure", help="The measure, such as casualties.")
@click.option("--by", default="", help="Levels, separated by commas, such as province,year.")
@click.option("--where", multiple=True, type=options.Pairs(), help="Only where a level has a code: sex=F.")
@click.option("--purpose", default="regional-reporting", show_default=True, help="Purpose of the answer.")
@click.option("--recipient", default="ARMAC", show_default=True, help="The requester's organisation.")
@click.option("--role", default="analyst", show_default=True, help="In which role.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC); default: today.")
@more_recipients
@as_json
def explain_command(
    *,
    policy: Path,
    above: Path | None,
    directory: Path | None,
    question: str | None,
    measure: str | None,
    on: datetime | None,
    known: Sequence[str],
    as_json: bool,
    **asked: Any,
) -> None:
    """Explain POLICY in plain language; with a question, explain the decision."""
    dictionary = regional()
    loaded = _at_node(directory, _load(policy, dictionary, known, above))
    if question is None and measure is None:
        _show(describe(loaded), {"policy": describe(loaded)}, as_json=as_json)
        return
    request = _request(dictionary, loaded.member, question, measure, asked)
    at = datetime.now(UTC) if on is None else on.replace(hour=12, tzinfo=UTC)
    decision = decide(loaded, request, at)
    _show(explain(loaded, request, decision), decision_record(decision), as_json=as_json)


@command.command("diff")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the node, to describe the effect on its tables too.",
)
@above
@more_recipients
@as_json
@click.pass_context
def diff_command(
    ctx: click.Context,
    *,
    old: Path,
    new: Path,
    directory: Path | None,
    above: Path | None,
    known: Sequence[str],
    as_json: bool,
) -> None:
    """Describe the changes from OLD to NEW. Exit code 1: something is loosened.

    With --above, or where a ministry-wide policy is in force at the node, the changes below that policy.
    """
    dictionary = regional()
    before, after = (_at_node(directory, _load(path, dictionary, known, above)) for path in (old, new))
    changes = _understood(new, lambda: diff(before, after))
    lines = [f"{change.direction + ':':11} {change.sentence}" for change in changes]
    data = [{"direction": str(change.direction), "sentence": change.sentence} for change in changes]
    effect = [] if directory is None else _effect(directory, before, after)
    shown = {"changes": data, "effect": effect} if directory else data
    _show([*(lines or ["Nothing changes."]), *effect], shown, as_json=as_json)
    if any(change.direction is Direction.LOOSENED for change in changes):
        ctx.exit(FOUND)


@command.command("lint")
@policy_file
@click.option(
    "--beside",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another policy of the member, or a former version.",
)
@click.option(
    "--admitted",
    metavar="RECIPIENT=PURPOSES",
    multiple=True,
    type=options.Pairs(),
    help="For what the region admits a recipient: ARMAC=regional-reporting,research; to find purposes that "
    "nobody holds.",
)
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the node, to find also approvals that nobody there can give.",
)
@more_recipients
@as_json
@click.pass_context
def lint_command(
    ctx: click.Context,
    *,
    policy: Path,
    beside: Sequence[Path],
    admitted: Sequence[tuple[str, Sequence[str]]],
    directory: Path | None,
    known: Sequence[str],
    as_json: bool,
) -> None:
    """List everything in POLICY that leaks, has no effect or cannot be kept.

    Exit code 1: an error was found.
    """
    dictionary = regional()
    others = [_load(path, dictionary, known) for path in beside]
    held = {recipient: frozenset(purposes) for recipient, purposes in admitted} or None
    loaded = _load(policy, dictionary, known)
    persons, given_out = (None, ()) if directory is None else _known_at(directory)
    findings = lint(loaded, beside=[*others, *given_out], held=held, persons=persons)
    lines = [f"{f.severity + ':':8} {f.sentence} [{f.code}]" for f in findings]
    data = [{"severity": str(f.severity), "code": f.code, "sentence": f.sentence} for f in findings]
    _show(lines or ["Nothing was found."], data, as_json=as_json)
    if any(finding.severity is Severity.ERROR for finding in findings):
        ctx.exit(FOUND)


@command.command("test")
@policy_file
@click.argument("questions", required=False, type=click.Path(dir_okay=False, path_type=Path))
@above
@more_recipients
@click.pass_context
def test_command(
    ctx: click.Context, *, policy: Path, questions: Path | None, above: Path | None, known: Sequence[str]
) -> None:
    """Ask POLICY the examples of QUESTIONS and compare the decisions.

    QUESTIONS is by default the file POLICY.questions.yaml beside the policy. Exit code 1: a decision differs.
    """
    dictionary = regional()
    loaded = _load(policy, dictionary, known, above)
    path = questions or policy.with_suffix(".questions.yaml")
    text = _read(path)
    expected = _understood(path, lambda: load_expectations(text, loaded.vocabulary))
    missed = check(loaded, expected)
    for one in missed:
        click.echo(f"{path}, line {one.expectation.line}: {one.expectation.name}: {one.sentence}")
    click.echo(f"{len(expected) - len(missed)} of {len(expected)} questions are decided as expected.")
    if missed:
        ctx.exit(FOUND)


@command.command("schema")
@click.option("--words/--no-words", default=True, help="With the words of the region's dictionary.")
@more_recipients
def schema_command(*, words: bool, known: Sequence[str]) -> None:
    """Print the JSON Schema of a policy, for an editor that completes and checks while you write."""
    schema = json_schema(_words(regional(), known) if words else None)
    click.echo(json.dumps(schema, indent=2))


def _at_node(directory: Path | None, policy: Policy) -> Policy:
    """Return the policy below the ministry-wide policy in force at a node."""
    if directory is None or policy.data_set == EVERY_DATA_SET:
        return policy
    # As in `_effect`: a node is opened only where one is named.
    from gateway.cli.policy.policy_preview import below_ministry  # noqa: PLC0415

    return below_ministry(directory, policy)


def _effect(directory: Path, old: Policy, new: Policy) -> list[str]:
    # Solver and database take most of a second to import: a comparison of texts must not wait for them.
    from gateway.cli.policy.policy_preview import effect_lines  # noqa: PLC0415

    return effect_lines(directory, old, new)


def _known_at(directory: Path) -> tuple[int, tuple[Policy, ...]]:
    from gateway.cli.policy.policy_versions import known_at  # noqa: PLC0415 - as above

    return known_at(directory)


def _words(dictionary: Dictionary, known: Iterable[str], member: str | None = None) -> Vocabulary:
    return vocabulary(dictionary, recipients=(*RECIPIENTS, *known), member=member)


def _load(path: Path, dictionary: Dictionary, known: Iterable[str], above: Path | None = None) -> Policy:
    """Read a policy with its own member's words: not every member has every level."""
    text = _read(path)
    anyone = _understood(path, lambda: load_policy(text, _words(dictionary, known)))
    words = _words(dictionary, known, anyone.member)
    policy = _understood(path, lambda: load_policy(text, words))
    if above is None:
        return policy
    ministry = _understood(above, lambda: load_policy(_read(above), words))
    return _understood(above, lambda: compose(ministry, policy))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_FILE + 1)
        if len(data) > LONGEST_FILE:
            message = f"{path} is longer than {LONGEST_FILE} bytes; a policy is not."
            raise PolicyFileError(message)
        return data.decode("utf-8")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise PolicyFileError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path} is not a text in UTF-8."
        raise PolicyFileError(message, remedy="Save it again with the encoding UTF-8.") from error


def _understood(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except PolicyError as error:
        message = f"{path}: {error}"
        remedy = "docs/reference/policy.md lists every key; nothing was changed."
        raise PolicyFileError(message, remedy=remedy) from error


def _request(
    dictionary: Dictionary, member: str, ready_made: str | None, measure: str | None, asked: dict[str, Any]
) -> Request:
    """Return the request of the command line, its words checked by the dictionary like any question's."""
    by = [level.strip() for level in asked["by"].split(",") if level.strip()]
    if ready_made is not None:
        known = table_named(dictionary, ready_made)
        measure, by = known.measure, list(known.by)
    where: dict[str, list[str]] = {}
    for level, codes in asked["where"]:
        where.setdefault(level, []).extend(codes)
    question = ask(dictionary, measure=measure or "", by=by, where=where, purpose=asked["purpose"])
    levels = [*question.by, *(f.level for f in question.where)]
    return Request.of(
        member=member,
        recipient=asked["recipient"],
        role=asked["role"],
        purpose=question.purpose,
        measure=question.measure,
        levels=[(dictionary.level(level).dimension, level) for level in levels if level != COUNTRY],
        # with a filter it is another question than the ready-made one
        ready_made=None if question.where else ready_made,
    )


def _show(lines: Iterable[str], data: object, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)
