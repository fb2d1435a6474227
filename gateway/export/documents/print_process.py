"""The program that makes a PDF of the HTML on its standard input: a script that imports nothing of ours."""

import logging
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parents[2] / "web" / "static" / "fonts"
OWN = "font:"
PICTURE = "data:image/png;base64,"
MOST_SECONDS = 90
"""Of a processor."""
MOST_BYTES = 2 << 30


def main() -> int:
    """Read a page, write a PDF. Nothing is fetched but fonts of the package; pictures stand in the page."""
    from weasyprint import HTML  # noqa: PLC0415 - loads Pango
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    _bound()
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())

    class OnlyFonts(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            del headers
            if url.startswith(PICTURE):
                return URLFetcherResponse(url, b64decode(url[len(PICTURE) :]), {"Content-Type": "image/png"})
            name = url.removeprefix(OWN)
            file = FONTS / name
            if not url.startswith(OWN) or file.parent != FONTS or file.suffix != ".woff2":
                raise ValueError(url[:40])
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": "font/woff2"})

    page = sys.stdin.buffer.read().decode()
    document = HTML(string=page, url_fetcher=OnlyFonts(), base_url="about:blank")
    sys.stdout.buffer.write(document.write_pdf(pdf_variant="pdf/ua-1") or b"")
    return 0


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
