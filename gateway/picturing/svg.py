"""SVG as text: every value is escaped here, and nothing else writes markup.

No style attribute and no script: a page's content security policy forbids both. Colours are presentation
attributes, which show without a style sheet, and classes, by which a page sets its own colours.
"""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

Attribute = str | float | None

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, even escaped."""


def tag(name: str, *children: str, **attributes: Attribute) -> str:
    """An element with its content.

    In the names of attributes `_` stands for `-` and a trailing `_` for nothing; attributes of None are left
    out.
    """
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_written(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{name}{shown}>{inside}</{name}>" if inside else f"<{name}{shown}/>"


def _written(value: str | float) -> str:
    return clean(value) if isinstance(value, str) else number(value)


def clean(text: str) -> str:
    """The text without letters that no XML document may have."""
    return _FORBIDDEN.sub("\ufffd", text)


def words(text: str) -> str:
    """Text between elements."""
    return escape(clean(text))


def number(value: float) -> str:
    """At most one place after the point: a tenth of a pixel is enough."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 13,
    anchor: str | None = None,
    ink: str = "ink",
    halo: bool = False,
) -> str:
    """A line of text at its baseline. `halo` keeps the text legible over any background."""
    return tag(
        "text",
        words(content),
        x=x,
        y=y,
        font_size=size if size != 13 else None,
        text_anchor=anchor,
        class_=f"p-{ink}" + (" p-halo" if halo else ""),
        fill=INKS[ink],
        stroke=PAPER if halo else None,
        stroke_width=3 if halo else None,
        stroke_linejoin="round" if halo else None,
        paint_order="stroke" if halo else None,
    )


def lines(x: float, y: float, content: Iterable[str], *, leading: float = 16, **how: str | float) -> str:
    """Several lines, the first at `y`."""
    return "".join(text(x, y + i * leading, line, **how) for i, line in enumerate(content))  # type: ignore[arg-type]


PAPER = "#ffffff"
_DARK = "#1b211d"
INKS = {
    "ink": _DARK,
    "faint": "#55605a",
    **{f"o{step}": _DARK for step in range(4)},
    **{f"o{step}": PAPER for step in (4, 5)},
}
"""Fallbacks of the classes p-ink and p-faint, and of p-o0 to p-o5 for letters on the shades p-c0 to p-c5."""
