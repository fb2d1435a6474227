"""Names of the months, whole and short, and of the quarters of a year, as registers of the region write them.

Sources: Unicode CLDR (month names of en, fil, id, km, lo, ms, my, pt, th, vi), and the spelling of Tetum by
the Instituto Nacional de Linguística; short names with and without their points.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gateway.sources.model.words import plain

_NAMES = (
    # English; Malay; Indonesian; Filipino; Portuguese; Tetum
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januari februari mac april mei jun julai ogos september oktober november disember",
    "jan feb mac apr mei jun jul ogo sep okt nov dis",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "jan feb mar apr mei jun jul agu sep okt nov des",
    "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "ene peb mar abr may hun hul ago set okt nob dis",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "janeiru fevereiru marsu abríl maiu juñu jullu agostu setembru outubru novembru dezembru",
    # Khmer
    "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ",
    # Lao, whole and short
    "ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ",
    "ມ.ກ ກ.ພ ມ.ນ ມ.ສ ພ.ພ ມິ.ຖ ກ.ລ ສ.ຫ ກ.ຍ ຕ.ລ ພ.ຈ ທ.ວ",
    # Thai, whole and short
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "ม.ค ก.พ มี.ค เม.ย พ.ค มิ.ย ก.ค ส.ค ก.ย ต.ค พ.ย ธ.ค",
    # Burmese, whole and short
    "ဇန်နဝါရီ ဖေဖော်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် ဩဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ",
    "ဇန် ဖေ မတ် ဧ မေ ဇွန် ဇူ ဩ စက် အောက် နို ဒီ",
    # Vietnamese, in words
    "một hai ba tư năm sáu bảy tám chín mười mười_một mười_hai",
)
_OTHER_SPELLINGS: Mapping[str, int] = MappingProxyType({
    "sept": 9, "agt": 8, "ags": 8, "agst": 8, "ogs": 8, "nop": 11, "nopember": 11, "pebruari": 2,
    "កុម្ភះ": 2, "មិនា": 3, "ມີ.ນ": 3, "ເມ.ສ": 4, "ມັງກອນ": 1, "သြဂုတ်": 8, "ဇန်နဝါရီ": 1, "juñu": 6,
    "giêng": 1, "chạp": 12, "bẩy": 7, "bốn": 4, "marco": 3, "abril": 4,
})  # fmt: skip

_BEFORE = ("ខែ", "ເດືອນ", "เดือน", "tháng", "thg", "th", "bulan", "buwan ng", "fulan")
"""Words for "month" that can stand before a name."""

_AFTER = ("လ",)
_NUMBERED = ("tháng", "thg", "th", "t", "ខែ", "ເດືອນ", "เดือน", "bulan", "fulan")
"""Words for "month" that can stand before a number."""


_QUARTERS = (
    "quarter", "qtr", "q", "quý", "quí", "ไตรมาสที่", "ไตรมาส", "ໄຕມາດທີ", "ໄຕມາດ", "ត្រីមាសទី", "ត្រីមាស",
    "triwulan", "kuartal", "tw", "suku tahun", "suku", "trimestre", "trimestru", "သုံးလပတ်",
)  # fmt: skip
"""Words for "quarter" that stand before its number."""


def _named() -> Iterator[tuple[str, int]]:
    for names in _NAMES:
        for month, name in enumerate(names.split(), 1):
            yield plain(name.replace("_", " ")), month
    for name, month in _OTHER_SPELLINGS.items():
        yield plain(name), month


MONTHS: Mapping[str, int] = MappingProxyType(dict(_named()))
"""Plain name -> month from 1 to 12."""


def _any(words: Mapping[str, int] | tuple[str, ...]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(map(plain, words), key=len, reverse=True))


_WORD = re.compile(rf"(?:(?:{_any(_BEFORE)}) ?)?(?P<name>{_any(MONTHS)})\.? ?(?:{_any(_AFTER)})?")
_NUMBER = re.compile(rf"(?:{_any(_NUMBERED)})[ .]?(?P<number>0?[1-9]|1[0-2])")
_WITHOUT_NAMES = re.compile(r"\(\?P<[a-z]+>")

MONTH_PATTERN = _WITHOUT_NAMES.sub("(?:", f"{_NUMBER.pattern}|{_WORD.pattern}")
"""Pattern of the texts that `month_of_name` reads, without groups."""


QUARTER_PATTERN = (
    rf"(?:(?:{_any(_QUARTERS)})[ .-]?(?:iv|i{{1,3}}|[1-4])|[1-4](?:st|nd|rd|th)? ?(?:quarter|qtr|q))"
)
"""Pattern of the name of a quarter, without groups. A quarter has no month: its year alone is read."""


def month_of_name(name: str) -> int:
    """The month of a text that MONTH_PATTERN fits."""
    numbered = _NUMBER.fullmatch(name)
    if numbered:
        return int(numbered["number"])
    found = _WORD.fullmatch(name)
    return 0 if found is None else MONTHS[found["name"]]
