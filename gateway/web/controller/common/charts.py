"""Tables of released numbers, laid out in the language of the page."""

from flask_babel import gettext

from gateway.picturing import Layout, Words, layout
from gateway.web.controller.common.context import desk_context
from gateway.web.shared.languages import number
from gateway.wire.cells import Status
from gateway.wire.release import Release


def table_layout(release: Release) -> Layout:
    """A release as a table for a page."""
    return layout(release, desk_context().node.dictionary, Words(say=gettext, number=number))


def withheld(release: Release) -> int:
    """The number of withheld cells of a release."""
    return sum(cell.status is Status.WITHHELD for cell in release.cells)
