"""Four shapes written after those of `counted_eight` were taught: a row for an injury, provinces as sheets, two reports."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

from pathlib import Path

from messy.people import Register, Shape, any_of, victims
from messy.writing import place_name, write_csv, write_workbook

KHMER = ("Chea", "Bopha", "Rithy", "Samnang", "Leakhena")
LAO = ("Vilay", "Somsy", "Khampheng", "Manivone", "Oudom")
VIETNAMESE = ("Ngô", "Bình", "Yến", "Khoa", "Dung")
BURMESE = ("Thida", "Min", "Hla", "Cho", "Naing")


def row_an_injury(folder: Path) -> Register:
    """A row for each injury of a victim; the victim's facts are repeated, who died has one row without an injury."""
    people = victims("LA", LAO, seed=1301, count=140, accidents=110)
    heads = ["Victim ID", "Accident ID", "Full name", "Sex", "Age", "Accident date", "Province", "Village", "Status", "UXO type", "Injury", "Treated at"]  # fmt: skip
    rows: list[list[object]] = [list(heads)]
    words = {"AMP_L": "leg amputated", "AMP_U": "arm amputated", "EYE": "eye injury", "BURN": "burns"}
    for v in people:
        for injury in v.injuries or ("",):
            rows.append([f"VIC{v.case:05d}", f"ACC{v.accident:05d}", v.name, {"M": "Male", "F": "Female"}[v.sex], v.years, v.day.isoformat(), place_name(v.place), f"Ban {v.case % 13}", {"K": "Fatal", "I": "Non-fatal"}[v.outcome], {"APM": "Landmine", "CMR": "Cluster munition", "ERW": "UXO", "AVM": "Anti-vehicle mine"}[v.device],
                         words.get(injury, ""), f"Clinic {v.case % 4}"])  # fmt: skip
    write_csv(folder / "injuries.csv", rows)
    means = dict.fromkeys(heads, "") | {"Victim ID": "case_id", "Accident ID": any_of("accident_id", ""), "Sex": "sex", "Age": "age", "Accident date": "date", "Province": "place", "Status": "outcome", "UXO type": "device", "Injury": any_of("injury", "")}  # fmt: skip
    return Register("LA", str(folder), people, {("injuries.csv", h): m for h, m in means.items()})


def province_sheets(folder: Path) -> Register:
    """A sheet for each province, which only the sheet's name and a title say; numbers begin anew, a sum at the end."""
    people = victims("KH", KHMER, seed=1302, count=160, accidents=160, places=5)
    heads = ["No.", "Name of casualty", "Sex", "Age", "Date of incident", "District", "Type of device", "Result", "Number of children"]  # fmt: skip
    sheets: dict[str, list[list[object]]] = {}
    for v in people:
        name = place_name(v.place)
        rows = sheets.setdefault(name, [[f"Casualties of {name} province", *[None] * 8], list(heads)])
        rows.append([len(rows) - 1, v.name, v.sex, v.years, v.day, f"District {v.case % 6}", {"APM": "AP mine", "CMR": "Submunition", "ERW": "ERW", "AVM": "AT mine"}[v.device], {"K": "Killed", "I": "Injured"}[v.outcome], v.case % 5])  # fmt: skip
    for rows in sheets.values():
        rows.append(["Total", None, None, None, None, None, None, len(rows) - 2, None])
    write_workbook(folder / "provinces.xlsx", sheets)
    means = dict(zip(heads, [any_of("", "case_id"), "", "sex", "age", "date", any_of("", "district"), "device", "outcome", any_of("", "dependants")], strict=True))  # fmt: skip
    return Register("KH", str(folder), people, {(next(iter(sheets)), h): m for h, m in means.items()})


def two_reports(folder: Path) -> Register:
    """What the police wrote and what the hospital wrote side by side, the former wrong in some rows."""
    people = victims("VN", VIETNAMESE, seed=1303, count=150, accidents=115)
    heads = ["Mã", "Tên", "Giới tính", "Tuổi (công an)", "Tuổi (bệnh viện)", "Ngày báo cáo", "Ngày tai nạn", "Ngày nhập viện", "Tỉnh xảy ra tai nạn", "Tỉnh bệnh viện", "Kết quả ban đầu", "Kết quả cuối cùng", "Loại vật nổ", "Số nạn nhân của vụ"]  # fmt: skip
    other = sorted({v.place for v in people})
    many = {v.accident: sum(p.accident == v.accident for p in people) for v in people}
    rows: list[list[object]] = [list(heads)]
    for v in people:
        rows.append([f"BM-{v.case:04d}", v.name, {"M": "Nam", "F": "Nữ"}[v.sex], v.years, v.years, f"{v.day:%d/%m/}{v.day.year + 1}", f"{v.day:%d/%m/%Y}", f"{v.day:%d/%m/%Y}", place_name(v.place), place_name(other[v.case % len(other)]), "Bị thương", {"K": "Tử vong", "I": "Bị thương"}[v.outcome],
                     {"APM": "Mìn sát thương", "CMR": "Bom bi", "ERW": "Vật liệu nổ khác", "AVM": "Mìn chống tăng"}[v.device], many[v.accident]])  # fmt: skip
    write_csv(folder / "hai bao cao.csv", rows, delimiter=";")
    means = dict(zip(heads, ["case_id", "", "sex", any_of("age", ""), any_of("age", ""), "", "date", "", "place", "", "", "outcome", "device", ""], strict=True))  # fmt: skip
    return Register("VN", str(folder), people, {("hai bao cao.csv", h): m for h, m in means.items()})


def quarters_of_townships(folder: Path) -> Register:
    """Sums by township and quarter, with men, women, boys and girls; beside it nobody by name."""
    people = victims("MM", BURMESE, seed=1304, count=220, accidents=180)
    heads = ["State", "Township", "Year", "Quarter", "Men", "Women", "Boys", "Girls", "Remarks"]
    groups: dict[tuple[str, str, int, int], list[int]] = {}
    for v in people:
        key = place_name(v.place), f"T{v.case % 9}", v.day.year, (v.day.month - 1) // 3 + 1
        groups.setdefault(key, [0, 0, 0, 0])[(v.sex == "F") + 2 * (v.years < 18)] += 1
    write_csv(folder / "quarters.csv", [heads, *([*key, *found, ""] for key, found in sorted(groups.items()))])  # fmt: skip
    means = dict.fromkeys(heads, "") | {"State": "place", "Township": any_of("", "district"), "Year": any_of("date", ""), "Quarter": any_of("date", "")}  # fmt: skip
    return Register("MM", str(folder), people, {("quarters.csv", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (row_an_injury, province_sheets, two_reports, quarters_of_townships)
)
