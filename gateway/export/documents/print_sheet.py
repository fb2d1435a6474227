"""The styles of printed pages, with the fonts of the pages under the family names that pictures use."""

from functools import cache
from importlib.resources import files

FONTS = {
    "Noto Sans": ("latin", "latin-ext", "vietnamese"),
    "Noto Sans Khmer": ("khmer",),
    "Noto Sans Lao": ("lao",),
    "Noto Sans Thai": ("thai",),
    "Noto Sans Myanmar": ("myanmar",),
}
WEIGHTS = (400, 600)
VERSION = "v5.3"


@cache
def print_sheet() -> str:
    """Return the style sheet of a report. Fonts are named as the process that makes the PDF finds them."""
    style = files("gateway.export.documents").joinpath("report.css").read_text("utf-8")
    return f"{faces()}\n{style}"


@cache
def faces() -> str:
    """Return the rules that name the fonts."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f'src: url("font:noto-{part}-{weight}-{VERSION}.woff2"); }}'
        for family, parts in FONTS.items()
        for part in parts
        for weight in WEIGHTS
    )
