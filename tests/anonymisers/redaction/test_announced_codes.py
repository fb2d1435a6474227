"""Codes right behind a word for a record, plates, names on the internet, and the parts of addresses."""

from collections.abc import Iterable, Iterator

import pytest

from anonymisers.redaction.announced_codes import announced_codes
from anonymisers.redaction.online_names import online_names
from anonymisers.redaction.recognisers.address_parts import address_parts
from anonymisers.redaction.spans import Evidence, Kind, Span, merged
from anonymisers.redaction.text_reading import read
from anonymisers.redaction.vehicle_plates import plates


def free(_start: int, _end: int) -> bool:
    return False


def left(text: str, spans: Iterable[Span]) -> str:
    """The text without some of its stretches."""
    for span in reversed(merged(text, spans)):
        text = f"{text[: span.start]}<>{text[span.end :]}"
    return text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Referral letter no. 77 was signed", "Referral letter no. <> was signed"),
        ("No. RM: H.R. 4411", "No. RM: <>"),
        ("ticket #4471", "ticket #<>"),
        ("Kode korban TKH~0098.", "Kode korban <>."),
        ("Ficha n.º 119 BTB", "Ficha n.º <>"),
        ("Hồ sơ số KH 2023 0098 đã lập", "Hồ sơ số <> đã lập"),
        ("លិខិតលេខ ៤៧ ចេញ", "លិខិតលេខ <> ចេញ"),
        ("รหัสผู้ประสบภัย LSP:2201:7", "รหัสผู้ประสบภัย <>"),
        # a count, a year, a device and a date are no codes
        ("the report 3 men gave", "the report 3 men gave"),
        ("report: 3 men", "report: 3 men"),
        ("the register of 2019", "the register of 2019"),
        ("a report BLU-26 and PMN", "a report BLU-26 and PMN"),
        ("file 40mm", "file 40mm"),
    ],
)
def test_what_stands_behind_a_record_is_its_code(text: str, rest: str) -> None:
    plain = read(text).plain
    assert left(plain, announced_codes(plain, free)) == read(rest).plain


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("mobil DS 1734 KJ lewat", "mobil <> lewat"),
        ("xe 74F1-228.19", "xe <>"),
        ("ทะเบียนรถ กข 4418", "ทะเบียนรถ <>"),
        ("motorbike 1B/77213", "motorbike <>"),
        ("Plaka ng motor MC 88231.", "Plaka ng motor <>."),
        ("RT 002 RW 011", "RT 002 RW 011"),
        ("a truck with 3 men", "a truck with 3 men"),
        ("car UXO 5", "car UXO 5"),
    ],
)
def test_plates_go_and_other_figures_beside_vehicles_stay(text: str, rest: str) -> None:
    assert left(text, plates(text, free)) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Telegram @thongsy_xk said", "Telegram <> said"),
        ("write to nidnoi_99 now", "write to <> now"),
        ("Facebook: Keo Done Lao. He", "Facebook: <>. He"),
        ("เฟซบุ๊ก นิดหน่อย คนเดิม", "เฟซบุ๊ก <>"),
        ("Line ID: somsri79", "Line ID: <>"),
        ("posted on facebook yesterday.", "posted on facebook yesterday."),
        ("the front line broke", "the front line broke"),
        ("at 5 pm @ 7", "at 5 pm @ 7"),
    ],
)
def test_names_on_the_internet(text: str, rest: str) -> None:
    assert left(text, online_names(text, free)) == rest


def places(text: str, *known: tuple[str, Kind]) -> Iterator[Span]:
    for name, kind in known:
        yield Span(text.index(name), text.index(name) + len(name), kind, Evidence.CUE)


@pytest.mark.parametrize(
    ("text", "known", "kind", "rest"),
    [
        ("of Unit 8, Nongduang Village now", "Nongduang Village", Kind.VILLAGE, "of <> now"),
        ("nhà ở đường Huệ, số 44.", "đường Huệ", Kind.ADDRESS, "nhà ở <>."),
        ("at 45 Hai Ba Trung, Ward 2.", "Hai Ba Trung", Kind.PERSON, "at <>."),
        ("12 ก ซอย 4 ถ.สุข", "ถ.สุข", Kind.VILLAGE, "<>"),
        ("in 2019 Ban Na burnt", "Ban Na", Kind.VILLAGE, "in 2019 <> burnt"),
        ("Demining Unit 5, Ban Na", "Ban Na", Kind.VILLAGE, "Demining Unit 5, <>"),
        ("with 34 Sok Dara", "Sok Dara", Kind.PERSON, "with 34 <>"),
    ],
)
def test_the_parts_that_touch_a_place_go_with_it(text: str, known: str, kind: Kind, rest: str) -> None:
    found = list(places(text, (known, kind)))
    assert left(text, [*found, *address_parts(text, found)]) == rest


def test_a_house_and_a_lane_are_an_address_by_themselves() -> None:
    text = "She rents Plot 22 Sector 4 since May; 3 houses"
    assert left(text, address_parts(text, [])) == "She rents <> since May; 3 houses"
