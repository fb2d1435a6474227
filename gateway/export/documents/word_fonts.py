"""The letters of a DOCX, inside the file: an office that has no font for Khmer reads it all the same.

The font is the one that pictures are drawn with; its licence (SIL Open Font License 1.1) permits embedding.
Obfuscated as ECMA-376 part 4, 17.8.1, says: the first 32 bytes are combined with the key that stands beside
the font's name. This is no protection; word processors read embedded fonts in no other form.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

if TYPE_CHECKING:
    from docx.document import Document as Made

FONT = "Safelane Sans"
_ALIKE = "Noto Sans"
"""What a word processor that reads no embedded fonts may take in its place."""
_KEY = uuid5(NAMESPACE_OID, FONT)
_KIND = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_HIDDEN = 32
"""Bytes at the beginning of a font that the key changes: twice the length of a key."""
_NAMED = """<w:font xmlns:w="{w}" xmlns:r="{r}" w:name="{font}">
<w:altName w:val="{alike}"/><w:panose1 w:val="020B0502040504020204"/><w:charset w:val="00"/>
<w:family w:val="swiss"/><w:pitch w:val="variable"/>
<w:embedRegular r:id="{number}" w:fontKey="{{{key}}}"/></w:font>"""


def embed(made: "Made", language: str) -> None:
    """Put the font into a document and let each style use it, in every script.

    `language` is the tag of the document's language, for breaks between words.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 - of the extra
    from docx.opc.oxml import serialize_part_xml  # noqa: PLC0415
    from docx.opc.packuri import PackURI  # noqa: PLC0415
    from docx.opc.part import Part  # noqa: PLC0415
    from docx.oxml import OxmlElement, parse_xml  # noqa: PLC0415
    from docx.oxml.ns import nsmap, qn  # noqa: PLC0415

    table: Any = made.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    font = Part(PackURI("/word/fonts/font1.odttf"), _KIND, _obfuscated(), made.part.package)
    number = table.relate_to(font, _RELATION)
    fonts = parse_xml(table.blob)
    values = {"font": FONT, "alike": _ALIKE, "number": number, "key": str(_KEY).upper()}
    fonts.append(parse_xml(_NAMED.format(w=nsmap["w"], r=nsmap["r"], **values)))
    table._blob = serialize_part_xml(fonts)
    zoom = made.settings.element.find(qn("w:zoom"))
    zoom.addnext(OxmlElement("w:embedTrueTypeFonts"))
    for named in made.styles.element.iter(qn("w:rFonts")):
        named.attrib.clear()
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            named.set(qn(f"w:{kind}"), FONT)
    spoken = next(made.styles.element.iter(qn("w:lang")))
    spoken.set(qn("w:val"), language)
    spoken.set(qn("w:bidi"), language)


@cache
def _obfuscated() -> bytes:
    font = files("gateway.export").joinpath("fonts", "SafelaneSans.ttf").read_bytes()
    key = _KEY.bytes[::-1] * 2
    return bytes(a ^ b for a, b in zip(font, key, strict=False)) + font[_HIDDEN:]
