"""Tables of released numbers, drawn in the language of the page."""

from flask_babel import gettext

from gateway.picturing import Layout, Words, layout
from gateway.web.controller.common.context import bench
from gateway.web.shared.languages import number
from gateway.wire.cells import Status
from gateway.wire.release import Release


def drawn(release: Release) -> Layout:
    """A release as a table for a page."""
    return layout(release, bench().node.dictionary, Words(say=gettext, number=number))


def withheld(release: Release) -> int:
    """How many of its cells are withheld."""
    return sum(cell.status is Status.WITHHELD for cell in release.cells)
