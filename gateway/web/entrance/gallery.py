"""The gallery: every part of the pages, and every design token, on one page, for review in both themes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from gateway.picturing import WITHHELD
from gateway.web.shared.desk import Desk, Model

desk = Desk("gallery")

COLOURS = (
    *("ground", "sheet", "sunk", "ink", "faint", "line", "hair"),
    *("lane", "lane-ground", "good", "good-ground", "warn", "warn-ground"),
    *("alarm", "alarm-ground", "note", "note-ground", "focus"),
)
"""Tokens of the style sheet, by the names of their classes."""

SCRIPTS = (
    ("en", "English", "Phnom Penh, Preah Vihear"),
    ("km", "ភាសាខ្មែរ", "ភ្នំពេញ ព្រះវិហារ ឧត្តរមានជ័យ"),
    ("lo", "ພາສາລາວ", "ວຽງຈັນ ສະຫວັນນະເຂດ ຊຽງຂວາງ"),
    ("th", "ภาษาไทย", "กรุงเทพมหานคร สระแก้ว อุบลราชธานี"),
    ("my", "မြန်မာဘာသာ", "နေပြည်တော် ကရင်ပြည်နယ် ရှမ်းပြည်နယ်"),
    ("vi", "Tiếng Việt", "Quảng Trị, Thừa Thiên Huế, Đắk Lắk"),
)
"""Language, its own name, and names of places in the language."""


@dataclass(frozen=True)
class Gallery:
    colours: tuple[str, ...]
    scripts: tuple[tuple[str, str, str], ...]
    withheld: str
    moment: datetime
    day: date
    number: int


@desk.page("/gallery", "gallery.html")
def gallery() -> Model:
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    return Gallery(COLOURS, SCRIPTS, WITHHELD, moment, moment.date(), 1234567)
