"""The program that makes a PDF of the HTML on its standard input: a script that imports nothing of ours."""

import logging
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parents[2] / "web" / "static" / "fonts"
OWN = "font:"
PICTURE = "data:image/svg+xml;base64,"
MOST_SECONDS = 90
"""Of a processor."""
MOST_BYTES = 2 << 30


def main() -> int:
    """Read a page, write a PDF. Nothing is fetched but fonts of the package; pictures stand in the page."""
    from weasyprint import HTML  # noqa: PLC0415 - loads Pango
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    _bound()
    _whole_lines()
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())

    class OnlyFonts(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            del headers
            if url.startswith(PICTURE):
                drawn = b64decode(url[len(PICTURE) :])
                return URLFetcherResponse(url, drawn, {"Content-Type": "image/svg+xml"})
            name = url.removeprefix(OWN)
            file = FONTS / name
            if not url.startswith(OWN) or file.parent != FONTS or file.suffix != ".woff2":
                raise ValueError(url[:40])
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": "font/woff2"})

    page = sys.stdin.buffer.read().decode()
    document = HTML(string=page, url_fetcher=OnlyFonts(), base_url="about:blank")
    sys.stdout.buffer.write(document.write_pdf(pdf_variant="pdf/ua-1") or b"")
    return 0


def _whole_lines() -> None:
    """Let lines of a picture be shaped whole, and halos be drawn below their letters.

    WeasyPrint 70 lays out each letter of an SVG's text alone, for texts with a place for each letter, of
    which our pictures have none; Khmer and Burmese fall apart by it. It does not know `paint-order` either.
    """
    from weasyprint import svg as library  # noqa: PLC0415
    from weasyprint.svg.text import text as letter_by_letter  # noqa: PLC0415

    class Line(str):
        """A text that is one letter to whoever goes through its letters."""

        __slots__ = ()

        def __iter__(self) -> Iterator[str]:
            yield str(self)

    def line(svg: Any, node: Any, size: float) -> None:
        if not node.text:
            return
        said = node.text
        node._etree_node.text = Line(said)
        if node.get("paint-order") == "stroke":
            drawn("", svg, node, size)  # the halo is no text
            del node.attrib["stroke"]
        drawn(said, svg, node, size)

    def drawn(said: str, svg: Any, node: Any, size: float) -> None:
        """Whoever copies, searches or hears the page gets the text as written, not shape by shape."""
        text = f"<</ActualText <feff{said.encode('utf-16-be').hex()}>>>"
        svg.stream.begin_marked_content("Span", text.encode())
        letter_by_letter(svg, node, size)
        svg.stream.end_marked_content()

    # The library looks the function up in the table, and recognises texts by the name.
    library.text = line
    library.TAGS.update({tag: line for tag, drawer in library.TAGS.items() if drawer is letter_by_letter})


def _bound() -> None:
    """No page takes the machine, whatever somebody typed, on systems with such limits."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


if __name__ == "__main__":
    sys.exit(main())
