"""Numbers beside the entries of the desk's navigation: what waits for a person."""

from collections.abc import Mapping

from flask import current_app

from gateway.web.controller.common.context import KEY, desk_context

APPROVALS = "/controller/approvals"


def badges() -> Mapping[str, int]:
    """How many questions wait for approval, by the page where they are decided; nothing without the desk."""
    if KEY not in current_app.extensions:
        return {}
    with desk_context().node.store.reading() as view:
        return {APPROVALS: len(view.waiting_questions())}
