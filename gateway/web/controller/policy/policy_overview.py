"""The policy of this country: the version in force, the draft and its open steps, every former version."""

from dataclasses import dataclass

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gateway.member.build.figure_register import changed_since_tables
from gateway.member.errors import PolicyRefusedError
from gateway.member.policy.policy_in_force import read
from gateway.member.policy.publishing import hand_in
from gateway.member.policy.rollback import former_text
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.policy.policy_state import (
    Change,
    Drafted,
    Version,
    draft_token,
    drafted,
    versions,
)
from gateway.web.shared.desk import Desk, Model, shown
from gateway.web.shared.forms import Now, require_version
from policies import PolicyError
from policies.comparison.diff import diff
from policies.explanation.explain import describe

desk = Desk("controller-policy")

PAGE = "/controller/policy"
ONE = f"{PAGE}/versions/<int:version>"


@dataclass(frozen=True)
class Overview:
    """`tables`: whether the cube of the version in force exists; `protecting`: the job that builds the cube.

    `newer`: a register was loaded after the cube, and does not answer questions yet. `figures`: published
    figures were registered or withdrawn after the cube.
    """

    versions: tuple[Version, ...]
    draft: Drafted | None
    tables: bool
    loaded: bool
    newer: bool
    figures: bool
    protecting: Work | None
    done: str
    refused: PolicyRefusedError | None = None

    @property
    def in_force(self) -> Version | None:
        return next((one for one in self.versions if one.state == "in-force"), None)

    @property
    def waits(self) -> Version | None:
        return next((one for one in self.versions if one.state == "waits"), None)


@dataclass(frozen=True)
class OneVersion:
    """A version with its text, in plain language, and its changes to the version before."""

    version: Version
    text: str
    spoken: tuple[str, ...]
    former: int | None
    changes: tuple[Change, ...]
    can_return: bool
    token: str


@desk.page(PAGE, "controller/policy.html")
def policy() -> Model:
    return overview()


@desk.page(ONE, "controller/policy-version.html")
def policy_version(version: int) -> Model:
    node = desk_context().node
    with node.store.reading() as view:
        signed = {one.version: one for one in view.signed_policies()}
        known = {one.version: one for one in versions(node, view)}
    if version not in signed:
        raise NotFound(_("This version does not exist."))
    former = version - 1 if version - 1 in signed else None
    spoken: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    try:
        present = read(node, signed[version].text)
        spoken = tuple(describe(present))
        if former is not None:
            found = diff(read(node, signed[former].text), present)
            changes = tuple(Change(one.direction.value, one.sentence) for one in found)
    except (PolicyRefusedError, PolicyError):
        pass  # of another Safelane: the text is there all the same
    shown_version = known[version]
    return OneVersion(
        shown_version,
        signed[version].text,
        spoken,
        former,
        changes,
        can_return=shown_version.state != "in-force",
        token=draft_now().version,
    )


@desk.form(f"{ONE}/return")
def return_to(version: int) -> Model:
    """Use a former version as the draft of the next version: the draft takes effect only after signing."""
    node = desk_context().node
    with desk_context().drafting:
        require_version(draft_now())
        try:
            with node.store.reading() as view:
                text = former_text(node, view, version)
            hand_in(node, text, None)
        except PolicyRefusedError as error:
            return shown((overview(error), 422), "controller/policy.html")
    return redirect(f"{PAGE}?done=drafted", 303)


@desk.form(f"{PAGE}/discard")
def discard() -> Model:
    """Discard the draft; the policy in force is not changed."""
    with desk_context().drafting:
        require_version(draft_now())
        with desk_context().node.store.notes() as notes:
            notes.keep_draft(None)
    return redirect(f"{PAGE}?done=discarded", 303)


def overview(refused: PolicyRefusedError | None = None) -> Overview:
    """The page's model; with `refused`, why something could not be done."""
    node = desk_context().node
    with node.store.reading() as view:
        draft, in_force = view.draft(), view.policy()
        there = None if draft is None else drafted(node, view, draft)
        history = versions(node, view)
        cube, loaded = view.cube(), view.loaded()
    job = desk_context().jobs.latest(Kind.PROTECT)
    return Overview(
        versions=history,
        draft=there,
        tables=cube is not None and in_force is not None and cube.policy_version == in_force.version,
        loaded=loaded is not None,
        newer=loaded is not None and cube is not None and loaded.id != cube.snapshot.id,
        figures=changed_since_tables(node),
        protecting=None if job is None else shown_work(job),
        done=_DONE.get(request.args.get("done", ""), lambda: "")(),
        refused=refused,
    )


def draft_now() -> Now:
    """The current draft, as forms refer to the draft."""
    with desk_context().node.store.reading() as view:
        draft = view.draft()
    return Now(draft_token(draft), "" if draft is None else draft.text, PAGE)


_DONE = {
    "drafted": lambda: _("The draft is saved. It takes effect only after signing."),
    "discarded": lambda: _("The draft is discarded. The policy in force is unchanged."),
    "reviewed": lambda: _("Your review is saved with the draft."),
    "published": lambda: _("Signed, and in force."),
    "waits": lambda: _("Signed. The policy comes into force automatically on its first day."),
    "revoked": lambda: _(
        "Revoked. No questions are answered under this version any more. Released data cannot be recalled."
    ),
}
