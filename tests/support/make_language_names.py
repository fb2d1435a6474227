"""Makes the font of the languages' own names, which stand below every page.

    python tests/support/make_language_names.py gateway/web/static/fonts/noto-names-400-v5.3.woff2

Needs fonttools and brotli, which nothing else here does. Without this font of 3 kB a browser would fetch four
whole fonts, 90 kB, for four words.
"""

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.subset import Options as SubsetOptions
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

from gateway.web.shared.languages import names

FONTS = Path(__file__).parents[2] / "gateway" / "web" / "static" / "fonts"
SCRIPTS = {"km": "khmer", "lo": "lao", "th": "thai", "my": "myanmar"}


def main() -> None:
    """Cut each font down to the letters of a name, without hints, and merge the four."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [_part(Path(folder) / f"{code}.ttf", code) for code in SCRIPTS]
        font = Merger(options=Options()).merge(parts)
    font.flavor = "woff2"
    font.save(sys.argv[1])


def _part(path: Path, code: str) -> str:
    font = TTFont(FONTS / f"noto-{SCRIPTS[code]}-400-v5.3.woff2")
    subsetter = Subsetter(SubsetOptions(layout_features=["*"], hinting=False))
    subsetter.populate(unicodes=[ord(letter) for letter in names()[code]])
    subsetter.subset(font)
    font.flavor = None
    font.save(path)
    return str(path)


if __name__ == "__main__":
    main()
