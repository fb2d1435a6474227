"""Four shapes written after marks were taught: days in three columns, ages with words, a hurried list, a sheet a year."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

from pathlib import Path

from messy.people import Register, Shape, any_of, victims
from messy.writing import place_name, write_csv, write_workbook

LAO = ("Bounmy", "Sengdao", "Thongsy", "Keo", "Viengkham")
BURMESE = ("Aung", "Htwe", "Naw", "Moe", "Lwin")
TIMORESE = ("da Costa", "Mau", "Soares", "Lita", "Ximenes")
FILIPINO = ("Abdul", "Reyes", "Mila", "Dimaporo", "Jun")


def day_in_three(folder: Path) -> Register:
    """Day, month and year in three columns, semicolons, short headings, and codes of one letter."""
    people = victims("LA", LAO, seed=51, count=190, accidents=120)
    write_csv(folder / "uxo_cas.csv", [
        ["S/N", "CasRef", "IncRef", "DD", "MM", "YYYY", "Prov", "Dist", "Sx", "AgeYrs", "Res", "Item"],
        *([n, f"C{v.case:05d}", f"I{v.accident:04d}", v.day.day, v.day.month, v.day.year, place_name(v.place), f"D{v.case % 9}", v.sex, v.years, {"K": "K", "I": "I"}[v.outcome],
           {"APM": "mine", "CMR": "bombie", "ERW": "uxo", "AVM": "AT mine"}[v.device]] for n, v in enumerate(people, 1)),
    ], delimiter=";")  # fmt: skip
    means = {"S/N": "", "CasRef": "case_id", "IncRef": any_of("accident_id", ""), "DD": any_of("", "date"), "MM": any_of("", "date"), "YYYY": "date", "Prov": "place", "Dist": any_of("", "district"), "Sx": "sex",
             "AgeYrs": "age", "Res": "outcome", "Item": "device"}  # fmt: skip
    return Register("LA", str(folder), people, {("uxo_cas.csv", h): m for h, m in means.items()})


def words_with_ages(folder: Path) -> Register:
    """Ages and states with their words, days with a name of the month, kinds of people in one column."""
    people = victims("MM", BURMESE, seed=52, count=170, accidents=170)
    rows: list[list[object]] = [
        ["Landmine/ERW incidents - people"],
        [],
        [
            "Sr.",
            "Case Code",
            "Name",
            "Gender",
            "Age",
            "Date of Incident",
            "State/Region",
            "Township",
            "Casualty Type",
            "Civilian/Combatant",
            "Source",
        ],
    ]
    for n, v in enumerate(people, 1):
        rows.append([n, f"MM/{v.day.year}/{v.case:04d}", v.name, {"M": "Male", "F": "Female"}[v.sex], f"{v.years} yrs", f"{v.day:%d-%b-%Y}", place_name(v.place), f"Township {v.case % 31}",
                     {"K": "Death", "I": "Injury"}[v.outcome], {"CIV": "Civilian", "MIL": "Combatant"}[v.civ_status], ("media", "NGO", "hospital")[v.case % 3]])  # fmt: skip
    write_workbook(folder / "people.xlsx", {"Data": rows})
    means = {"Sr.": "", "Case Code": "case_id", "Name": "", "Gender": "sex", "Age": "age", "Date of Incident": "date", "State/Region": "place", "Township": any_of("", "district"), "Casualty Type": "outcome",
             "Civilian/Combatant": "civ_status", "Source": ""}  # fmt: skip
    return Register("MM", str(folder), people, {("Data", h): m for h, m in means.items()})


def timorese_marks(folder: Path) -> Register:
    """Tetum headings, days with points, and v under the words for dead and hurt."""
    people = victims("TL", TIMORESE, seed=53, count=120, accidents=120)
    write_csv(folder / "vitima.csv", [
        ["Nú.", "Numeru rejistu", "Naran kompletu", "Seksu", "Tinan", "Data akontesimentu", "Munisípiu", "Suku", "Mate", "Kanek", "Telemovel"],
        *([n, f"TL-{v.case:04d}", v.name, {"M": "Mane", "F": "Feto"}[v.sex], v.years, f"{v.day:%d.%m.%Y}", place_name(v.place), f"Suku {v.case % 13}", "v" if v.outcome == "K" else "", "v" if v.outcome == "I" else "",
           f"77{v.case:06d}"] for n, v in enumerate(people, 1)),
    ], encoding="utf-8-sig")  # fmt: skip
    means = {"Nú.": "", "Numeru rejistu": "case_id", "Naran kompletu": "", "Seksu": "sex", "Tinan": "age", "Data akontesimentu": "date", "Munisípiu": "place", "Suku": any_of("", "village"), "Mate": "outcome",
             "Kanek": "", "Telemovel": ""}  # fmt: skip
    return Register("TL", str(folder), people, {("vitima.csv", h): m for h, m in means.items()})


def police_years(folder: Path) -> Register:
    """A sheet for each year with a title and a sum at its end, days of offices, and a sheet of sums."""
    people = sorted(victims("PH", FILIPINO, seed=54, count=200, accidents=150), key=lambda v: v.day)
    heads = ["No.", "Blotter Entry No.", "Name of Victim", "Sex", "Age", "Date Committed", "Province", "Barangay", "Injured/Killed", "Type of Explosive"]  # fmt: skip
    sheets: dict[str, list[list[object]]] = {"SUMMARY": [["Year", "Killed", "Injured"]]}
    for year in sorted({v.day.year for v in people}):
        own = [v for v in people if v.day.year == year]
        rows: list[list[object]] = [[f"IED/UXO VICTIMS CY {year}", *[None] * 9], list(heads)]
        rows += [[n, f"{year}-{v.case:05d}", v.name, v.sex, v.years, v.day.strftime("%B %d, %Y"), place_name(v.place), f"Brgy {v.case % 17}", {"K": "Killed", "I": "Injured"}[v.outcome],
                  {"APM": "Landmine", "CMR": "Cluster bomb", "ERW": "UXO", "AVM": "Anti-tank mine"}[v.device]] for n, v in enumerate(own, 1)]  # fmt: skip
        rows.append(["TOTAL", len(own), *[None] * 8])
        sheets[f"CY{year}"] = rows
        sheets["SUMMARY"].append(
            [year, sum(v.outcome == "K" for v in own), sum(v.outcome == "I" for v in own)]
        )
    write_workbook(folder / "victims.xlsx", sheets)
    first = next(name for name in sheets if name != "SUMMARY")
    means = {"No.": "", "Blotter Entry No.": "case_id", "Name of Victim": "", "Sex": "sex", "Age": "age", "Date Committed": "date", "Province": "place", "Barangay": any_of("", "village"), "Injured/Killed": "outcome",
             "Type of Explosive": "device"}  # fmt: skip
    return Register("PH", str(folder), people, {(first, h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write) for write in (day_in_three, words_with_ages, timorese_marks, police_years)
)
