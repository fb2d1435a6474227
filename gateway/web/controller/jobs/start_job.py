"""Begins long jobs about a policy or the node, and finds their results."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gateway.api.access_control import principal
from gateway.member.node.signed_statements import digest
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.errors import busy
from gateway.web.controller.common.job_runner import BusyError, Kind, State
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.jobs.previews import Preview

_NONE: Mapping[str, Any] = MappingProxyType({})


def begin(kind: Kind, text: str | None) -> Work:
    """Begin a job about a text or the node; a running job about the same subject continues. Raises
    Conflict.
    """
    return _begin(kind, "" if text is None else digest(text), {} if text is None else {"text": text})


def begin_load(choices: Mapping[str, Any]) -> Work:
    """Begin to load the register that is set for this node; a running load continues. Raises Conflict."""
    return _begin(Kind.LOAD, "", choices)


def begin_upload(kind: Kind, upload_id: str, choices: Mapping[str, Any] = _NONE) -> Work:
    """Begin a job about an uploaded register; a running job continues. Raises Conflict."""
    return _begin(kind, upload_id, {**choices, "upload": upload_id})


def begin_draft(upload_id: str, said: Mapping[str, Any]) -> Work:
    """Begin to draft the mapping of an upload, with what was `said` of its columns. Raises Conflict.

    A draft under way is ended: what was said last counts.
    """
    return _begin_anew(Kind.DRAFT, upload_id, {**said, "upload": upload_id})


def _begin(kind: Kind, about: str, body: Mapping[str, Any]) -> Work:
    there = desk_context().jobs.latest(kind, about)
    if there is not None and there.running:
        return shown_work(there)
    return _begin_anew(kind, about, body)


def _begin_anew(kind: Kind, about: str, body: Mapping[str, Any]) -> Work:
    try:
        return shown_work(desk_context().jobs.begin(kind, body, by=who(), about=about))
    except BusyError as error:
        busy(error)


def previewed(text: str) -> tuple[Work | None, Preview | None]:
    """The newest preview job of a text; valid while register and policy in force are the same."""
    job = desk_context().jobs.latest(Kind.PREVIEW, digest(text))
    if job is None:
        return None, None
    work = shown_work(job)
    if job.state is not State.DONE or work.preview is None:
        return work, None
    with desk_context().node.store.reading() as view:
        loaded, in_force = view.loaded(), view.policy()
    same = loaded is not None and loaded.id == work.preview.snapshot
    same = same and (None if in_force is None else in_force.version) == work.preview.against
    return (work, work.preview) if same else (None, None)


def protect_if_needed(version: int) -> None:
    """Build the tables of a version that has just come into force, where the tables do not exist yet."""
    with desk_context().node.store.reading() as view:
        loaded, cube = view.loaded(), view.cube()
    if loaded is None or (cube is not None and cube.policy_version == version):
        return
    try:
        desk_context().jobs.begin(Kind.PROTECT, {}, by=who())
    except BusyError:
        return  # the page says that the tables are missing, and has a button


def who() -> str:
    """The requester's name."""
    return principal().user
