"""Editing a policy: form and text on one page, with faults, difference and preview beside both."""

from dataclasses import dataclass, replace

from flask import redirect, request
from flask_babel import gettext as _

from gateway.errors import SafelaneError
from gateway.member.errors import NotYetProtectedError, PolicyRefusedError
from gateway.member.node.signed_statements import digest
from gateway.member.node.signing_keys import persons
from gateway.member.policy.policy_in_force import given_out_under, read
from gateway.member.policy.publishing import hand_in
from gateway.member.policy.rollback import former_text
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.job_runner import Job, Kind, NoJobError
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.jobs.start_job import begin
from gateway.web.controller.jobs.suggestions import Suggestion, suggestions
from gateway.web.controller.policy.apply_suggestion import apply_suggestion
from gateway.web.controller.policy.policy_fields import PolicyForm, policy_form
from gateway.web.controller.policy.policy_overview import PAGE, desk
from gateway.web.controller.policy.policy_state import Change, changes_to, draft_token
from gateway.web.shared.desk import Model, shown
from gateway.web.shared.forms import VERSION
from gateway.web.shared.languages import translated
from policies import Fault as Found
from policies import PolicyError, load_policy
from policies.comparison.diff import diff
from policies.editing.fields import Key
from policies.editing.form import FIVE_LINES, Merged, default_levels, keys_of, merged
from policies.editing.patching import raw
from policies.lint.lint import lint

EDIT = f"{PAGE}/edit"
USE = "use"
"""The name of the suggestion buttons; a button's value is a job and a place in the job's list."""
LONGEST = 70_000
"""Characters of a document that are read; the parser refuses fewer."""


@dataclass(frozen=True)
class Fault:
    """A fault in the text, and its place."""

    line: int
    column: int
    key: str
    problem: str


@dataclass(frozen=True)
class Judged:
    """The result of reading a text: faults, or else its changes to the policy in force and lint findings."""

    faults: tuple[Fault, ...] = ()
    step: str = ""
    changes: tuple[Change, ...] = ()
    findings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Editing:
    """`token` names the draft to be replaced. `form` is None while the text cannot be read.

    `preview_job` and `suggestion_job` are the newest jobs about exactly this text; with `for_former`,
    `suggestion_job` is about the text before one of its suggestions was applied. `put`: the suggestion just
    applied, in a sentence.
    """

    text: str
    questions: str
    token: str
    came_from: str
    form: PolicyForm | None
    judged: Judged
    merged: Merged
    preview_job: Work | None
    suggestion_job: Work | None
    refused: SafelaneError | None = None
    for_former: bool = False
    put: str = ""
    not_put: str = ""


@dataclass(frozen=True)
class Conflict:
    """Two people have edited the draft: theirs is stored, mine is not. `token` is the token of theirs."""

    theirs: str
    mine: str
    questions: str
    token: str
    changes: tuple[Change, ...]


@desk.page(EDIT, "controller/policy-edit.html")
def edit() -> Model:
    text, questions, came_from = _beginning()
    return _editing(Merged(text), questions, _token(), came_from)


@desk.form(EDIT)
def edit_on() -> Model:
    """Apply the changes in form and text, then do the button's action."""
    if request.form.get(USE):
        return _use()
    questions = _text("questions")
    made = merged(_keys(), _text("before"), _text("text"), request.form.getlist)
    token, came_from = request.form.get(VERSION, ""), _came_from()
    todo = request.form.get("do", "")
    if todo == "save" and not made.unread:
        return _save(made, questions, token, came_from)
    page = _editing(made, questions, token, came_from)
    if todo in _WORK and not page.judged.faults and not made.unread:
        begin(_WORK[todo], made.text)
        page = _editing(made, questions, token, came_from)
    return shown((page, 422 if page.judged.faults and todo else 200), "controller/policy-edit.html")


def _use() -> Model:
    """Apply a suggestion to the current text; no input is lost, and the draft is not saved yet."""
    made = merged(_keys(), _text("before"), _text("text"), request.form.getlist)
    page = _editing(made, _text("questions"), request.form.get(VERSION, ""), _came_from())
    if made.unread or page.judged.faults:
        return shown((page, 422), "controller/policy-edit.html")
    found = _suggestion(request.form[USE])
    if found is None:
        gone = _("This suggestion is no longer available. Press “Suggest alternatives” again.")
        return shown((replace(page, not_put=gone), 409), "controller/policy-edit.html")
    node = desk_context().node
    put = apply_suggestion(made.text, found.edits, node.vocabulary, default_levels(_keys()))
    if put.fault:
        return shown((replace(page, not_put=put.fault), 422), "controller/policy-edit.html")
    made = replace(made, text=put.text, lost=(*made.lost, *put.lost))
    page = replace(_editing(made, page.questions, page.token, page.came_from), put=put.sentence)
    return shown(page, "controller/policy-edit.html")


def _suggestion(chosen: str) -> Suggestion | None:
    """The suggestion of a button: a job and a place in the job's list; None for no such place."""
    job = _suggesting(chosen.partition(" ")[0])
    place = chosen.partition(" ")[2]
    if job is None or job.result is None or not (place.isascii() and place.isdecimal()) or len(place) > 3:
        return None
    best = suggestions(job.result).best
    return best[int(place)] if int(place) < len(best) else None


def _suggesting(job_id: str) -> Job | None:
    try:
        job = desk_context().jobs.of(job_id)
    except NoJobError:
        return None
    return job if job.kind is Kind.SUGGEST else None


_WORK = {"preview": Kind.PREVIEW, "suggest": Kind.SUGGEST}


def _save(made: Merged, questions: str, token: str, came_from: str) -> Model:
    """Save the draft, unless another person has saved a draft since this page was opened."""
    with desk_context().drafting:
        with desk_context().node.store.reading() as view:
            there = view.draft()
        if draft_token(there) != token:
            theirs = "" if there is None else there.text
            conflict = Conflict(theirs, made.text, questions, draft_token(there), _between(theirs, made.text))
            return shown((conflict, 409), "controller/policy-conflict.html")
        try:
            hand_in(desk_context().node, made.text, questions or None)
        except PolicyRefusedError as error:
            page = replace(_editing(made, questions, token, came_from), refused=_on_this_page(error))
            return shown((page, 422), "controller/policy-edit.html")
    return redirect(f"{PAGE}?done=drafted", 303)


def _on_this_page(error: PolicyRefusedError) -> PolicyRefusedError:
    """The remedy on this page, where the error would name a command."""
    if not isinstance(error, NotYetProtectedError):
        return error
    remedy = _(
        "Press “Preview” first: the preview protects these numbers, or says where that cannot be done."
    )
    return NotYetProtectedError(error.message, remedy=remedy)


def _editing(made: Merged, questions: str, token: str, came_from: str) -> Editing:
    node, document = desk_context().node, raw(made.text)
    judged = _judged(made.text)
    form = None
    if document is not None:
        form = policy_form(document, node.vocabulary, node.dictionary, node.member)
    about, jobs = digest(made.text), desk_context().jobs
    previewing, suggesting = (jobs.latest(kind, about) for kind in (Kind.PREVIEW, Kind.SUGGEST))
    former = None if suggesting is not None else _suggesting(_suggested_before())
    return Editing(
        text=made.text,
        questions=questions,
        token=token,
        came_from=came_from,
        form=form,
        judged=judged,
        merged=made,
        preview_job=None if previewing is None else shown_work(previewing),
        suggestion_job=None if (found := suggesting or former) is None else shown_work(found),
        for_former=former is not None,
    )


def _judged(text: str) -> Judged:
    node = desk_context().node
    try:
        policy = load_policy(text, node.vocabulary)
    except PolicyError as error:
        found = tuple(Fault(f.line, f.column, f.key, _problem(f)) for f in error.faults)
        return Judged(faults=found or (Fault(1, 1, "", error.message),))
    with node.store.reading() as view:
        try:
            step, changes = changes_to(node, view, policy)
        except PolicyError as error:
            step, changes = error.message, ()
        found_here = lint(policy, beside=given_out_under(node, view), persons=persons(view))
    findings = tuple((found.severity.value, found.sentence) for found in found_here)
    return Judged(step=step, changes=changes, findings=findings)


def _beginning() -> tuple[str, str, str]:
    """The draft, else the version in force under the next number, else five lines; and which of these."""
    node = desk_context().node
    with node.store.reading() as view:
        draft, signed = view.draft(), view.signed_policies()
        if draft is not None:
            return draft.text, draft.questions or "", "draft"
        if signed:
            newest = signed[-1].version
            try:
                return former_text(node, view, newest), "", "version"
            except PolicyRefusedError:
                return signed[-1].text, "", "version"
    today = node.clock.now().date().isoformat()
    return FIVE_LINES.format(member=node.member, version=1, today=today), "", "nothing"


def _between(theirs: str, mine: str) -> tuple[Change, ...]:
    """The changes from their text to mine, in sentences; none where either text cannot be read."""
    node = desk_context().node
    try:
        found = diff(read(node, theirs), read(node, mine))
    except (PolicyRefusedError, PolicyError):
        return ()
    return tuple(Change(one.direction.value, one.sentence) for one in found)


def _suggested_before() -> str:
    """The job of the suggestions on the page that was sent."""
    return request.form.get(USE, "").partition(" ")[0] or request.form.get("suggested", "")


def _came_from() -> str:
    return request.form.get("came_from", "")[:40]


def _token() -> str:
    with desk_context().node.store.reading() as view:
        return draft_token(view.draft())


def _keys() -> tuple[Key, ...]:
    return keys_of(desk_context().node.vocabulary, desk_context().node.member)


def _text(name: str) -> str:
    """A long field, with the line ends of a document: browsers send others."""
    return request.form.get(name, "")[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")


def _problem(fault: Found) -> str:
    hint = _(" Did you mean '%(word)s'?", word=fault.suggestion) if fault.suggestion else ""
    problem = translated(fault.problem)
    return f"{problem[:1].upper()}{problem[1:]}.{hint}"
