"""Begins long work about a policy or the node, and finds what came of it."""

from collections.abc import Mapping

from gateway.api.access_control import principal
from gateway.member.node.signed_statements import digest
from gateway.web.controller.common.context import bench
from gateway.web.controller.common.errors import busy
from gateway.web.controller.common.job_runner import BusyError, Kind, State
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.jobs.previews import Preview


def begin(kind: Kind, text: str | None) -> Work:
    """Begin work about a text, or about the node; what runs about the same goes on. Raises Conflict."""
    return _begin(kind, "" if text is None else digest(text), {} if text is None else {"text": text})


def begin_upload(kind: Kind, upload_id: str) -> Work:
    """Begin work about an uploaded register; what runs about the same goes on. Raises Conflict."""
    return _begin(kind, upload_id, {"upload": upload_id})


def _begin(kind: Kind, about: str, body: Mapping[str, str]) -> Work:
    there = bench().jobs.latest(kind, about)
    if there is not None and there.running:
        return shown_work(there)
    try:
        return shown_work(bench().jobs.begin(kind, body, by=who(), about=about))
    except BusyError as error:
        busy(error)


def looked_at(text: str) -> tuple[Work | None, Preview | None]:
    """The newest look at a text; its preview counts while register and policy in force are the same."""
    job = bench().jobs.latest(Kind.LOOK, digest(text))
    if job is None:
        return None, None
    work = shown_work(job)
    if job.state is not State.DONE or work.preview is None:
        return work, None
    with bench().node.store.reading() as view:
        loaded, in_force = view.loaded(), view.policy()
    same = loaded is not None and loaded.id == work.preview.snapshot
    same = same and (None if in_force is None else in_force.version) == work.preview.against
    return (work, work.preview) if same else (None, None)


def protect_if_needed(version: int) -> None:
    """Make the tables of a version that has just come into force, where they are not there yet."""
    with bench().node.store.reading() as view:
        loaded, cube = view.loaded(), view.cube()
    if loaded is None or (cube is not None and cube.policy_version == version):
        return
    try:
        bench().jobs.begin(Kind.PROTECT, {}, by=who())
    except BusyError:
        return  # the page says that they are not there, and has a button


def who() -> str:
    """Who asks for it."""
    return principal().user
