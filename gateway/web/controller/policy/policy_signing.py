"""A policy is published, reviewed or revoked: each is previewed first, and signed in a second step."""

from dataclasses import dataclass, replace
from datetime import date

from flask import redirect
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from gateway.errors import SafelaneError
from gateway.member.errors import (
    NotAcceptedError,
    PolicyRefusedError,
    SignatureRefusedError,
)
from gateway.member.model.policy_version import Draft
from gateway.member.policy.policy_in_force import publication, reviewed
from gateway.member.policy.publishing import add_review, publish, revocable, revocation, revoke
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.errors import busy
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.common.signing import Keys, NotSignedError, keys, signed
from gateway.web.controller.jobs.job_pages import Work
from gateway.web.controller.jobs.previews import Preview
from gateway.web.controller.jobs.start_job import begin, previewed, protect_if_needed
from gateway.web.controller.policy.policy_overview import PAGE, desk, draft_now
from gateway.web.controller.policy.policy_state import Drafted, drafted
from gateway.web.controller.policy.signing_summary import publishing_sentence
from gateway.web.shared.base import typed
from gateway.web.shared.desk import Model, shown
from gateway.web.shared.forms import Now, require_version

Refused = (NotSignedError, PolicyRefusedError, SignatureRefusedError, NotAcceptedError)


@dataclass(frozen=True)
class Publishing:
    """`sentence` says what signing does. `preview_job`: running or finished; None before the first preview.

    `ready`: the draft has been previewed unchanged, or there is no register for a preview.
    """

    draft: Drafted
    text: str
    sentence: str
    preview: Preview | None
    preview_job: Work | None
    ready: bool
    keys: Keys
    accept: bool = False
    error: NotSignedError | None = None


@dataclass(frozen=True)
class Reviewing:
    """The draft for a second person."""

    draft: Drafted
    text: str
    preview: Preview | None
    keys: Keys
    error: NotSignedError | None = None


@dataclass(frozen=True)
class Revoking:
    """The version that would be revoked, and its start (None: not started yet)."""

    version: int
    began: date | None
    keys: Keys
    reason: str = ""
    error: NotSignedError | None = None


@desk.page(f"{PAGE}/publish", "controller/policy-publish.html")
def publish_step() -> Model:
    return _publishing(_draft())


@desk.form(f"{PAGE}/preview")
def preview_draft() -> Model:
    """Begin a preview of the draft."""
    draft = _draft()
    begin(Kind.PREVIEW, draft.text)
    return redirect(f"{PAGE}/publish", 303)


@desk.form(f"{PAGE}/publish")
def publish_draft() -> Model:
    """Sign exactly the draft that was seen into force."""
    node, draft = desk_context().node, _draft()
    require_version(draft_now())
    accept = typed("accept") == "yes"
    found = _publishing(draft)
    try:
        if not found.ready:
            raise NotSignedError("preview", _("Preview first what would be released."))
        if found.preview is not None and found.preview.insufficiently_protected and not accept:
            raise NotSignedError("accept", _("Accept the listed items, or go back and change the policy."))
        if found.preview is not None and found.preview.accept and not accept:
            raise NotSignedError("accept", _("Accept these groups, or go back and share less detail."))
        note = signed(publication(node, draft.version, draft.text, accepts=accept))
        done = publish(node, note)
    except Refused as error:
        again = replace(_publishing(draft), accept=accept, error=_field(error))
        return shown((again, 422), "controller/policy-publish.html")
    if done.since is not None:
        protect_if_needed(done.version)
    return redirect(f"{PAGE}?done={'waits' if done.since is None else 'published'}", 303)


@desk.page(f"{PAGE}/review", "controller/policy-review.html")
def review_step() -> Model:
    return _reviewing(_draft())


@desk.form(f"{PAGE}/review")
def review_draft() -> Model:
    """Sign, as a second person, that exactly this draft was reviewed."""
    node, draft = desk_context().node, _draft()
    require_version(draft_now())
    try:
        add_review(node, signed(reviewed(node, draft.version, draft.text)))
    except Refused as error:
        again = replace(_reviewing(draft), error=_field(error))
        return shown((again, 422), "controller/policy-review.html")
    return redirect(f"{PAGE}?done=reviewed", 303)


@desk.page(f"{PAGE}/revoke", "controller/policy-revoke.html")
def revoke_step() -> Model:
    return _revoking()


@desk.form(f"{PAGE}/revoke")
def revoke_policy() -> Model:
    """End the policy in force at once."""
    node, reason = desk_context().node, typed("reason").strip()
    step = _revoking()
    require_version(Now(str(step.version), _("Version %(version)s", version=step.version), f"{PAGE}/revoke"))
    try:
        if not reason:
            raise NotSignedError(
                "reason", _("Give a reason: people who review this decision later will need it.")
            )
        revoke(node, signed(revocation(node, step.version, reason)), reason)
    except Refused as error:
        again = replace(_revoking(), reason=typed("reason"), error=_field(error))
        return shown((again, 422), "controller/policy-revoke.html")
    return redirect(f"{PAGE}?done=revoked", 303)


@desk.form(f"{PAGE}/protect")
def protect() -> Model:
    """Begin to make the tables of the policy in force."""
    begin(Kind.PROTECT, None)
    return redirect(PAGE, 303)


def _draft() -> Draft:
    """Raises Conflict where there is none (any more)."""
    with desk_context().node.store.reading() as view:
        draft = view.draft()
    if draft is None:
        raise Conflict(_("There is no draft. Another person may have published or discarded it."))
    return draft


def _publishing(draft: Draft) -> Publishing:
    node = desk_context().node
    with node.store.reading() as view:
        there = drafted(node, view, draft)
        in_force, loaded = view.policy(), view.loaded()
    work, found = previewed(draft.text)
    former = None if in_force is None else in_force.version
    return Publishing(
        draft=there,
        text=draft.text,
        sentence=publishing_sentence(
            there, former, found, loaded=loaded is not None, today=node.clock.now().date()
        ),
        preview=found,
        preview_job=work,
        ready=there.fault is None and (loaded is None or (found is not None and found.hindrance is None)),
        keys=keys(controllers=True),
    )


def _reviewing(draft: Draft) -> Reviewing:
    node = desk_context().node
    with node.store.reading() as view:
        there = drafted(node, view, draft)
    return Reviewing(there, draft.text, previewed(draft.text)[1], keys())


def _revoking() -> Revoking:
    try:
        with desk_context().node.store.reading() as view:
            found = revocable(view)
    except PolicyRefusedError as error:
        busy(error)
    return Revoking(
        found.version, None if found.since is None else found.since.date(), keys(controllers=True)
    )


def _field(error: SafelaneError) -> NotSignedError:
    """A refusal as an error beside the signature."""
    if isinstance(error, NotSignedError):
        return error
    return NotSignedError("", error.message, error.remedy)
