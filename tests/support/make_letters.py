"""Makes gateway/export/fonts/SafelaneSans.ttf: the letters that images are drawn with, in one font.

    python tests/support/make_letters.py /usr/share/fonts/truetype/noto gateway/export/fonts/SafelaneSans.ttf

Needs fonttools, which nothing else here does, and the regular Noto Sans fonts (SIL Open Font License 1.1).
One font, since what draws the images breaks where letters of one line come from several.
"""

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.subset import Options as SubsetOptions
from fontTools.subset import Subsetter, load_font, parse_unicodes, save_font

NAME = "Safelane Sans"
_BESIDE = "U+0020,U+00A0,U+200B-200D,U+25CC"
LETTERS = {
    "NotoSans": (
        "U+0020-007E,U+00A0-017F,U+0192,U+01A0,U+01A1,U+01AF,U+01B0,U+0218-021B,U+02BC,U+02C6,U+02DC,U+0300-0304,"
        "U+0306,U+0308,U+0309,U+031B,U+0323,U+1EA0-1EF9,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2032,"
        "U+2033,U+25CC"
    ),
    "NotoSansKhmer": f"U+1780-17FF,U+19E0-19FF,{_BESIDE}",
    "NotoSansLao": f"U+0E80-0EFF,{_BESIDE}",
    "NotoSansThai": f"U+0E00-0E7F,{_BESIDE}",
    "NotoSansMyanmar": f"U+1000-109F,{_BESIDE}",
}


def main() -> None:
    """Cut each font down to its letters, without hints, and merge them."""
    source, target = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        parts = [_part(source, Path(folder), name, letters) for name, letters in LETTERS.items()]
        font = Merger(options=Options()).merge(parts)
    names = {1: NAME, 3: f"{NAME} Regular", 4: f"{NAME} Regular", 6: "SafelaneSans-Regular", 16: NAME}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    font.save(target)


def _part(source: Path, folder: Path, name: str, letters: str) -> str:
    options = SubsetOptions(
        layout_features=["*"], hinting=False, notdef_outline=True, name_IDs=[*range(8), 13, 14]
    )
    font = load_font(str(source / f"{name}-Regular.ttf"), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(letters))
    subsetter.subset(font)
    path = str(folder / f"{name}.ttf")
    save_font(font, path, options)
    return path


if __name__ == "__main__":
    main()
