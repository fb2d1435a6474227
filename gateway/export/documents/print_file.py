"""A page as PDF, for print: in a process of its own that ends after a while and fetches nothing.

The library is WeasyPrint, which lays text out with Pango: Khmer, Lao, Thai and Burmese are shaped as in a
browser. Fonts come with the package and are embedded, as far as the document uses their letters.
"""

import subprocess
import sys
from pathlib import Path

from gateway.export.documents.installed import MISSING, DocumentError, installed

LONGEST_SECONDS = 180
LARGEST_PAGE = 20_000_000
"""Characters of HTML, pictures included. The longest report of the templates has a tenth of them."""
LARGEST_FILE = 30_000_000
PROGRAM = Path(__file__).with_name("print_process.py")


def to_pdf(page: str) -> bytes:
    """Return a whole HTML page as a PDF/UA file. The page names no file but the fonts of the package.

    Raises DocumentError where the extra is missing, or the page is too large or takes too long.
    """
    if not installed():
        raise DocumentError(MISSING)
    if len(page) > LARGEST_PAGE:
        raise DocumentError(
            "The report is too long for a file.", remedy="Shorten its texts, or print the page."
        )
    try:
        done = subprocess.run(  # noqa: S603 - our own program, without a shell
            [sys.executable, "-P", str(PROGRAM)],
            input=page.encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(
            "Making the PDF took too long.",
            remedy="Try once more, or print the page.",
        ) from None
    if done.returncode or not done.stdout.startswith(b"%PDF-") or len(done.stdout) > LARGEST_FILE:
        raise DocumentError(
            "The PDF could not be made.",
            remedy="Print the page instead. On Debian it needs libpango-1.0-0 and libpangoft2-1.0-0.",
        )
    return done.stdout
