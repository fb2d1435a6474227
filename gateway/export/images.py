"""The picture of a release as a file: SVG, and PNG drawn from it without a browser.

The letters come with the package (`fonts/`, SIL Open Font License 1.1): parts of Noto Sans for Latin with all
that Viet Nam writes, Khmer, Lao, Thai and Burmese. Fonts of the machine are not asked, so that the same
release gives the same picture everywhere.
"""

from functools import cache
from importlib.resources import as_file, files

import resvg_py

from gateway.dictionary import Dictionary
from gateway.picturing import NothingToDrawError, Picture, Words, draw, fitting
from gateway.wire.release import Release

FONT = "Noto Sans"
SCALE = 2.0
"""Pixels of the image to one of the drawing: sharp in a report."""


def to_svg(release: Release, dictionary: Dictionary, words: Words, kind: str | None) -> str:
    """The picture that fits best, or the kind named, as a document. Raises NothingToDrawError."""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + _picture(release, dictionary, words, kind).svg + "\n"


def to_png(release: Release, dictionary: Dictionary, words: Words, kind: str | None) -> bytes:
    """The same as an image. Raises NothingToDrawError."""
    picture = _picture(release, dictionary, words, kind)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=picture.svg,
            skip_system_fonts=True,
            font_files=list(_fonts()),
            font_family=FONT,
            sans_serif_family=FONT,
            zoom=SCALE,
        )
    )


def _picture(release: Release, dictionary: Dictionary, words: Words, kind: str | None) -> Picture:
    kinds = fitting(release, dictionary)
    if kind is None and not kinds:
        raise NothingToDrawError(
            "No picture fits this question.", remedy="Take the table: csv, xlsx or json."
        )
    return draw(kind or kinds[0], release, dictionary, words, standalone=True)


@cache
def _fonts() -> tuple[str, ...]:
    """Paths of the fonts; the library opens files only."""
    with as_file(files("gateway.export").joinpath("fonts")) as folder:
        return tuple(sorted(str(path) for path in folder.glob("*.ttf")))
