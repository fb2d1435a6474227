"""Eight shapes in which a wrong count is near: numbers beside people, hidden rows, sums midway, provinces side by side."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl

from messy.people import Register, Shape, Victim, any_of, victims
from messy.writing import place_name, write_csv, write_workbook

KHMER = ("Sok", "Dara", "Pisey", "Vuthy", "Kunthea")
BURMESE = ("Aung", "Nilar", "Kyaw", "Sandar", "Zaw")
THAI = ("มานพ", "พรทิพย์", "สุเทพ", "จันทรา", "บุญมี")
LAO = ("Khamla", "Phonsy", "Sengdao", "Bouavanh", "Somphou")
VIETNAMESE = ("Trần", "Đức", "Lan", "Hùng", "Thảo")
FILIPINO = ("Salik", "Bai", "Reyes", "Omar", "Santos")
INDONESIAN = ("Budi", "Siti", "Agus", "Rahmat", "Dewi")


def _accidents(people: Sequence[Victim]) -> dict[int, list[Victim]]:
    found: dict[int, list[Victim]] = {}
    for v in people:
        found.setdefault(v.accident, []).append(v)
    return dict(sorted(found.items()))


def four_provinces(folder: Path) -> Register:
    """The provinces of home, accident, hospital and report beside each other, and four days."""
    people = victims("KH", KHMER, seed=1201, count=160, accidents=120)
    other = sorted({v.place for v in people})
    heads = ["Serial", "Victim code", "Victim name", "Gender", "Age at accident", "Home province", "Home district", "Accident date", "Accident province", "Accident district", "Hospital", "Hospital province", "Admission date", "Reported by", "Reporting province",
             "Report date", "Casualty type", "Item"]  # fmt: skip
    rows: list[list[object]] = [list(heads)]
    for n, v in enumerate(people, 1):
        away = [place_name(other[(n * k) % len(other)]) for k in (3, 5, 7)]
        rows.append([n, f"KHM-{v.case:05d}", v.name, {"M": "M", "F": "F"}[v.sex], v.years, away[0], f"District {n % 9}", f"{v.day:%d-%b-%y}", place_name(v.place), f"District {n % 7}", f"Referral hospital {n % 5}", away[1], f"{v.day.replace(year=v.day.year + 1) if (v.day.month, v.day.day) != (2, 29) else v.day:%d-%b-%y}", f"officer {n % 6}", away[2],
                     f"0{n % 9 + 1}-Mar-25", {"K": "Killed", "I": "Injured"}[v.outcome], {"APM": "AP mine", "CMR": "Submunition", "ERW": "UXO", "AVM": "AT mine"}[v.device]])  # fmt: skip
    write_csv(folder / "cmvis.csv", rows)
    means = dict.fromkeys(heads, "") | {"Home province": any_of("", "home_place"), "Victim code": any_of("case_id", ""), "Gender": "sex", "Age at accident": "age", "Accident date": "date", "Accident province": "place", "Accident district": any_of("", "district"), "Casualty type": "outcome", "Item": "device"}  # fmt: skip
    return Register("KH", str(folder), people, {("cmvis.csv", h): m for h, m in means.items()})


def accident_rows(folder: Path) -> Register:
    """A row for each accident, with numbers of dead and injured men, women and children: nobody stands in it."""
    people = victims("MM", BURMESE, seed=1202, count=190, accidents=110)
    heads = ["Sr", "Incident ID", "Incident date", "State/Region", "Township", "Device", "Killed", "Injured", "Male", "Female", "Children", "Total casualties", "Source"]  # fmt: skip
    rows: list[list[object]] = [list(heads)]
    for n, (accident, those) in enumerate(_accidents(people).items(), 1):
        v, killed, men = those[0], sum(p.outcome == "K" for p in those), sum(p.sex == "M" for p in those)
        rows.append([n, f"INC-{accident:04d}", v.day.isoformat(), place_name(v.place), f"Township {n % 13}", {"APM": "Landmine", "CMR": "Cluster munition", "ERW": "UXO", "AVM": "Anti-vehicle mine"}[v.device], killed, len(those) - killed, men, len(those) - men,
                     sum(p.years < 18 for p in those), len(those), "media"])  # fmt: skip
    write_csv(folder / "incidents.csv", rows)
    means = dict.fromkeys(heads, "") | {"Incident ID": any_of("", "accident_id", "case_id"), "Incident date": "date", "State/Region": "place", "Township": any_of("", "district"), "Device": "device"}  # fmt: skip
    return Register("MM", str(folder), people, {("incidents.csv", h): m for h, m in means.items()})


def thai_pages(folder: Path) -> Register:
    """Printed pages: headings again after 25 rows, sums midway, numbers that begin anew with each sheet of a year."""
    people = victims("TH", THAI, seed=1203, count=170, accidents=170)
    heads = ["ลำดับ", "เลขที่", "ชื่อ-สกุล", "เพศ", "อายุ (ปี)", "วันที่เกิดเหตุ", "จังหวัดที่เกิดเหตุ", "อำเภอ", "ชนิดวัตถุระเบิด", "ผลการบาดเจ็บ", "หมายเหตุ"]  # fmt: skip
    sheets: dict[str, list[list[object]]] = {}
    pages: dict[str, list[Victim]] = {}
    for v in sorted(people, key=lambda one: (one.day, one.case)):
        pages.setdefault(f"ปี {v.day.year + 543}", []).append(v)
    for name, those in pages.items():
        rows: list[list[object]] = [[f"รายชื่อผู้ประสบภัย {name}", *[None] * 10], list(heads)]
        for n, v in enumerate(those, 1):
            if n > 1 and n % 25 == 1:
                rows += [["รวม", None, None, None, None, None, None, None, None, 25, None], list(heads)]
            rows.append([n, n, v.name, {"M": "ชาย", "F": "หญิง"}[v.sex], v.years, f"{v.day.day}/{v.day.month}/{v.day.year + 543}", f"จ.{place_name(v.place, True)}", f"อ.{n % 8}", {"APM": "ทุ่นระเบิดสังหารบุคคล", "CMR": "ระเบิดลูกปราย", "ERW": "วัตถุระเบิดที่ยังไม่ระเบิด", "AVM": "ทุ่นระเบิดดักรถถัง"}[v.device],
                         {"K": "เสียชีวิต", "I": "บาดเจ็บ"}[v.outcome], None])  # fmt: skip
        rows.append(["รวมทั้งสิ้น", None, None, None, None, None, None, None, None, len(those), None])
        sheets[name] = rows
    write_workbook(folder / "tmac.xlsx", sheets)
    means = dict(zip(heads, ["", any_of("", "case_id"), "", "sex", "age", "date", "place", any_of("", "district"), "device", "outcome", ""], strict=True))  # fmt: skip
    return Register("TH", str(folder), people, {(min(sheets), h): m for h, m in means.items()})


def filtered_workbook(folder: Path) -> Register:
    """A filter has hidden rows, a hidden column has what was thought first, and a hidden sheet an older copy."""
    people = victims("LA", LAO, seed=1204, count=150, accidents=110)
    heads = ["ID", "Name", "Sex", "Age", "Outcome (initial)", "Outcome (final)", "Date of accident", "Province", "District", "UXO type"]  # fmt: skip
    rows: list[list[object]] = [
        [f"V{v.case:05d}", v.name, {"M": "Male", "F": "Female"}[v.sex], v.years, "Injured", {"K": "Dead", "I": "Injured"}[v.outcome], v.day, place_name(v.place), f"Muang {v.case % 9}", {"APM": "Landmine", "CMR": "Bombie", "ERW": "Other UXO", "AVM": "AT mine"}[v.device]]
        for v in people
    ]  # fmt: skip
    write_workbook(folder / "ubomb.xlsx", {"Victims": [heads, *rows], "Victims (old)": [heads, *rows[:110]]})
    book = openpyxl.load_workbook(folder / "ubomb.xlsx")
    book["Victims (old)"].sheet_state = "hidden"
    sheet = book["Victims"]
    sheet.column_dimensions["E"].hidden = True
    sheet.auto_filter.ref = f"A1:J{len(rows) + 1}"
    sheet.auto_filter.add_filter_column(7, [place_name(people[0].place)])
    for n, v in enumerate(people, 2):
        sheet.row_dimensions[n].hidden = v.place != people[0].place
    book.save(folder / "ubomb.xlsx")
    means = dict(zip(heads, [any_of("case_id", ""), "", "sex", "age", "", "outcome", "date", "place", any_of("", "district"), "device"], strict=True))  # fmt: skip
    return Register("LA", str(folder), people, {("Victims", h): m for h, m in means.items()})


def merged_down(folder: Path) -> Register:
    """Day, province and device of an accident stand once, in a cell merged over all of its victims."""
    people = victims("VN", VIETNAMESE, seed=1205, count=180, accidents=110)
    heads = ["TT", "Số vụ", "Ngày xảy ra", "Tỉnh/Thành phố", "Loại bom mìn", "Họ tên nạn nhân", "Giới tính", "Tuổi", "Tình trạng", "Tỉnh thường trú"]  # fmt: skip
    rows: list[list[object]] = [["THỐNG KÊ NẠN NHÂN BOM MÌN", *[None] * 9], list(heads)]
    merged: list[str] = ["A1:J1"]
    other = sorted({v.place for v in people})
    for n, (accident, those) in enumerate(_accidents(people).items(), 1):
        begin = len(rows) + 1
        for k, v in enumerate(those):
            shared = [n, f"VU-{accident:03d}", f"{v.day:%d/%m/%Y}", place_name(v.place), {"APM": "Mìn sát thương", "CMR": "Bom bi", "ERW": "Vật nổ khác", "AVM": "Mìn chống tăng"}[v.device]]  # fmt: skip
            rows.append([*(shared if not k else [None] * 5), v.name, {"M": "Nam", "F": "Nữ"}[v.sex], v.years, {"K": "Chết", "I": "Bị thương"}[v.outcome], place_name(other[v.case % len(other)])])  # fmt: skip
        if len(those) > 1:
            merged += [f"{c}{begin}:{c}{len(rows)}" for c in "ABCDE"]
    write_workbook(folder / "thong ke.xlsx", {"Sheet1": rows}, {"Sheet1": merged})
    means = dict(zip(heads, ["", any_of("accident_id", ""), "date", "place", "device", "", "sex", "age", "outcome", any_of("", "home_place")], strict=True))  # fmt: skip
    return Register("VN", str(folder), people, {("Sheet1", h): m for h, m in means.items()})


def marks_of_age(folder: Path) -> Register:
    """One of four columns has a mark: man, woman, boy, girl; dead and wounded likewise."""
    people = victims("PH", FILIPINO, seed=1206, count=150, accidents=120)
    heads = ["No.", "Case No.", "Name of victim", "Man", "Woman", "Boy", "Girl", "Province of incident", "Date of incident", "KIA", "WIA", "Device", "Remarks"]  # fmt: skip
    rows: list[list[object]] = [list(heads)]
    for n, v in enumerate(people, 1):
        who = (0 if v.sex == "M" else 1) + (2 if v.years < 18 else 0)
        rows.append([n, f"{v.day.year}-{v.case:04d}", v.name, *["x" if who == k else None for k in range(4)], place_name(v.place), f"{v.day:%B} {v.day.day}, {v.day.year}", "x" if v.outcome == "K" else None, "x" if v.outcome == "I" else None, {"APM": "Landmine", "CMR": "Submunition", "ERW": "UXO", "AVM": "Anti-tank mine"}[v.device], None])  # fmt: skip
    write_workbook(folder / "blotter.xlsx", {"2015-2024": rows})
    means = dict(zip(heads, ["", any_of("case_id", ""), "", *[any_of("sex", "")] * 4, "place", "date", *[any_of("outcome", "")] * 2, "device", ""], strict=True))  # fmt: skip
    return Register("PH", str(folder), people, {("2015-2024", h): m for h, m in means.items()}, ("sex", "outcome", "year", "place"))  # fmt: skip


def numbers_beside(folder: Path) -> Register:
    """A row for each victim; where nobody knew the names, one row and a number of people."""
    people = victims("PH", INDONESIAN, seed=1207, count=200, accidents=150)
    groups = Counter((v.accident, v.sex, v.outcome) for v in people if v.case % 4 == 0)
    heads = ["Ref", "Victim", "No. of persons", "Sex", "Result", "Date of incident", "Province", "Municipality", "Explosive"]  # fmt: skip
    rows: list[list[object]] = [list(heads)]
    first = {v.accident: v for v in people}
    for v in people:
        if v.case % 4:
            rows.append([f"R{len(rows):04d}", v.name, 1, {"M": "Male", "F": "Female"}[v.sex], {"K": "Killed", "I": "Injured"}[v.outcome], v.day.isoformat(), place_name(v.place), f"Mun {v.case % 9}", {"APM": "Landmine", "CMR": "Submunition", "ERW": "UXO", "AVM": "Anti-vehicle mine"}[v.device]])  # fmt: skip
    for (accident, sex, outcome), n in groups.items():
        v = first[accident]
        rows.append([f"R{len(rows):04d}", "unidentified", n + 1, {"M": "Male", "F": "Female"}[sex], {"K": "Killed", "I": "Injured"}[outcome], v.day.isoformat(), place_name(v.place), f"Mun {accident % 9}", {"APM": "Landmine", "CMR": "Submunition", "ERW": "UXO", "AVM": "Anti-vehicle mine"}[v.device]])  # fmt: skip
        people.append(replace(v, sex=sex, outcome=outcome))
    write_csv(folder / "list.csv", rows)
    means = dict.fromkeys(heads, "") | {"Ref": any_of("case_id", ""), "Sex": "sex", "Result": "outcome", "Date of incident": "date", "Province": "place", "Municipality": any_of("", "district"), "Explosive": "device"}  # fmt: skip
    return Register("PH", str(folder), people, {("list.csv", h): m for h, m in means.items()}, ("sex", "outcome", "year", "place"))  # fmt: skip


def wide_by_year(folder: Path) -> Register:
    """A table of sums: a row for each province, dead and injured of each year side by side."""
    people = victims("KH", KHMER, seed=1208, count=240, accidents=200)
    years = sorted({v.day.year for v in people})
    heads = [
        "No",
        "Province",
        *(f"{year} {word}" for year in years for word in ("Killed", "Injured")),
        "Total",
    ]
    rows: list[list[object]] = [["Casualties by province and year", *[None] * (len(heads) - 1)], list(heads)]
    for n, code in enumerate(sorted({v.place for v in people}), 1):
        there = Counter((v.day.year, v.outcome) for v in people if v.place == code)
        rows.append([n, place_name(code), *(there[year, o] for year in years for o in "KI"), there.total()])
    write_workbook(folder / "summary.xlsx", {"Summary": rows})
    means = dict.fromkeys(heads, "") | {"Province": any_of("place", "")}
    return Register("KH", str(folder), people, {("Summary", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (
        four_provinces,
        accident_rows,
        thai_pages,
        filtered_workbook,
        merged_down,
        marks_of_age,
        numbers_beside,
        wide_by_year,
    )
)
