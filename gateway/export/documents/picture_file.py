"""The chart of a release as PDF: one page of the picture's size, drawn as lines and letters."""

from base64 import b64encode
from html import escape

from gateway.export.documents.print_file import to_pdf
from gateway.export.documents.print_sheet import faces
from gateway.picturing import Picture

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><style>
{faces}
@page {{ size: {wide}px {tall}px; margin: 0 }}
body {{ margin: 0 }}
img {{ display: block; width: {wide}px; height: {tall}px }}
</style></head><body><img src="{source}" alt="{description}"></body></html>"""


def picture_pdf(picture: Picture, language: str) -> bytes:
    """Return a picture as PDF/UA, its fonts inside. `language` is a tag of BCP 47.

    Raises DocumentError as `to_pdf` does.
    """
    page = _PAGE.format(
        language=escape(language),
        title=escape(picture.title),
        faces=faces(),
        wide=picture.width,
        tall=picture.height,
        source=as_source(picture.svg),
        description=escape(picture.description),
    )
    return to_pdf(page)


def as_source(svg: str) -> str:
    """Return an SVG document as the source of an HTML image."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
