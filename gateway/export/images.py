"""The chart of a release as a file: SVG, and PNG rendered without a browser.

The fonts come with the package (`fonts/`, SIL Open Font License 1.1): parts of Noto Sans for Latin with all
Vietnamese letters, Khmer, Lao, Thai and Burmese. Fonts of the machine are not used, so that the same release
gives the same chart everywhere. All letters are in one font (`tests/support/make_letters.py`): usvg 0.48
fails where one line needs several fonts.
"""

from importlib.resources import as_file, files

import resvg_py

from gateway.dictionary import Dictionary
from gateway.export.notes import Receipt
from gateway.export.papers import papers
from gateway.picturing import NothingToDrawError, Picture, Words, draw, fitting
from gateway.wire.release import Release

FONT = "Safelane Sans"
SCALE = 2.0
"""Pixels of the image per pixel of the chart: sharp in a report."""


def to_svg(
    release: Release,
    dictionary: Dictionary,
    words: Words,
    kind: str | None,
    receipt: Receipt | None = None,
) -> str:
    """Return the best chart, or the kind named, as an SVG document. Raises NothingToDrawError."""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + picture(release, dictionary, words, kind, receipt).svg + "\n"


def to_png(
    release: Release,
    dictionary: Dictionary,
    words: Words,
    kind: str | None,
    receipt: Receipt | None = None,
) -> bytes:
    """Return the best chart, or the kind named, as PNG. Raises NothingToDrawError."""
    return image(picture(release, dictionary, words, kind, receipt).svg)


def image(svg: str, scale: float = SCALE) -> bytes:
    """Render an SVG document as PNG, `scale` pixels to one of the drawing.

    Raises NothingToDrawError where the library fails.
    """
    with as_file(files("gateway.export").joinpath("fonts", "SafelaneSans.ttf")) as font:
        try:
            drawn = resvg_py.svg_to_bytes(
                svg_string=svg,
                skip_system_fonts=True,
                font_files=[str(font)],
                font_family=FONT,
                sans_serif_family=FONT,
                zoom=scale,
            )
        except BaseException as error:
            # A panic of the library must not end the server; its class has no name that can be imported.
            if type(error).__name__ != "PanicException":
                raise
            raise NothingToDrawError(
                "The picture cannot be drawn as an image.", remedy="Take it as .svg."
            ) from error
    return bytes(drawn)


def picture(
    release: Release, dictionary: Dictionary, words: Words, kind: str | None, receipt: Receipt | None
) -> Picture:
    """Return the best chart, or the kind named, with heading and papers. Raises NothingToDrawError."""
    kinds = fitting(release, dictionary)
    if kind is None and not kinds:
        raise NothingToDrawError(
            "No picture fits this question.", remedy="Take the table: csv, xlsx or json."
        )
    return draw(
        kind or kinds[0],
        release,
        dictionary,
        words,
        standalone=True,
        papers=papers(release, dictionary, words, receipt),
    )
