"""The style of a printed report, with the fonts of the pages under a family name for each script."""

from functools import cache
from importlib.resources import files

FONTS = {
    "Noto Sans": ("latin", "latin-ext", "vietnamese"),
    "Noto Khmer": ("khmer",),
    "Noto Lao": ("lao",),
    "Noto Thai": ("thai",),
    "Noto Burmese": ("myanmar",),
}
WEIGHTS = (400, 600)
VERSION = "v5.3"


@cache
def print_sheet() -> str:
    """Return the style sheet. Fonts are named as the process that makes the PDF finds them."""
    style = files("gateway.export.documents").joinpath("report.css").read_text("utf-8")
    return "\n".join([*_faces(), style])


def _faces() -> list[str]:
    return [
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f'src: url("font:noto-{part}-{weight}-{VERSION}.woff2"); }}'
        for family, parts in FONTS.items()
        for part in parts
        for weight in WEIGHTS
    ]
