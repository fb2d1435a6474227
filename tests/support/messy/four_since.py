"""Four shapes written after the eight that nothing had prepared for were taught, and read once."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

from pathlib import Path

from messy.people import Register, Shape, any_of, victims
from messy.writing import place_name, write_csv, write_sqlite, write_workbook

INDONESIAN = ("Yusuf", "Maria", "Bambang", "Rahmawati", "Elias")
KHMER = ("ម៉ៅ", "ស្រីនាង", "វិសាល", "បុប្ផា", "សុខន")
BURMESE = ("Zaw", "Myint", "Khin", "Phyu", "Sai")
THAI = ("สุรชัย", "มาลี", "อนันต์", "พิมพ์", "ก้อง")
MONTHS = ("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ")


def police_reports(folder: Path) -> Register:
    """Capitals, abbreviations, a police report for each accident, and a sheet of instructions first."""
    people = victims("ID", INDONESIAN, seed=81, count=150, accidents=110)
    rows: list[list[object]] = [["REKAP KORBAN BAHAN PELEDAK", *[None] * 10], ["NO", "NO. LAPORAN POLISI", "ID KORBAN", "TGL KEJADIAN", "KAB/KOTA", "PROVINSI", "NAMA KORBAN", "L/P", "UMUR (TH)", "AKIBAT", "JENIS BAHAN PELEDAK", "KET"]]  # fmt: skip
    for n, v in enumerate(people, 1):
        rows.append([n, f"LP/{v.accident:03d}/RES", f"KB-{v.case:04d}", f"{v.day:%d-%m-%Y}", f"KAB. {v.case % 40}", place_name(v.place).upper(), v.name.upper(), {"M": "L", "F": "P"}[v.sex], v.years, {"K": "MENINGGAL DUNIA", "I": "LUKA-LUKA"}[v.outcome],
                     {"APM": "RANJAU ANTIPERSONEL", "CMR": "BOM CURAH", "ERW": "GRANAT", "AVM": "RANJAU ANTITANK"}[v.device], None])  # fmt: skip
    write_workbook(folder / "rekap.xlsx", {"PETUNJUK": [["Isi semua kolom"], ["Jangan mengubah judul"]], "DATA": rows})  # fmt: skip
    means = {"NO": "", "NO. LAPORAN POLISI": any_of("accident_id", ""), "ID KORBAN": "case_id", "TGL KEJADIAN": "date", "KAB/KOTA": any_of("", "district"), "PROVINSI": "place", "NAMA KORBAN": "", "L/P": "sex", "UMUR (TH)": "age", "AKIBAT": "outcome", "JENIS BAHAN PELEDAK": "device", "KET": ""}  # fmt: skip
    return Register("ID", str(folder), people, {("DATA", h): m for h, m in means.items()})


def hospital_admissions(folder: Path) -> Register:
    """Semicolons, Khmer digits, days with the names of months, ages with their word, letters for men and women."""
    people = victims("KH", KHMER, seed=82, count=140, accidents=140)
    digits = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
    write_csv(folder / "admissions.csv", [
        ["ល.រ", "លេខអ្នកជំងឺ", "ឈ្មោះអ្នកជំងឺ", "ភេទ", "អាយុ", "ថ្ងៃគ្រោះថ្នាក់", "ថ្ងៃចូលសម្រាក", "ខេត្ត", "ឃុំ", "មូលហេតុ", "លទ្ធផល", "លេខទូរស័ព្ទ"],
        *([str(n).translate(digits), f"HP{v.case:05d}", v.name, {"M": "ប", "F": "ស"}[v.sex], f"{v.years} ឆ្នាំ".translate(digits), f"{v.day.day} {MONTHS[v.day.month - 1]} {v.day.year}".translate(digits), f"{v.day:%d/%m/%Y}", f"ខេត្ត{place_name(v.place, True)}", f"ឃុំ {v.case % 22}",
           {"APM": "មីនប្រឆាំងមនុស្ស", "CMR": "គ្រាប់បែកចង្កោម", "ERW": "គ្រាប់មិនទាន់ផ្ទុះ", "AVM": "មីនប្រឆាំងរថក្រោះ"}[v.device], {"K": "ស្លាប់", "I": "របួស"}[v.outcome], f"0{v.case * 7919 % 10**8:08d}"] for n, v in enumerate(people, 1)),
    ], delimiter=";")  # fmt: skip
    means = {"ល.រ": "", "លេខអ្នកជំងឺ": "case_id", "ឈ្មោះអ្នកជំងឺ": "", "ភេទ": "sex", "អាយុ": "age", "ថ្ងៃគ្រោះថ្នាក់": "date", "ថ្ងៃចូលសម្រាក": "", "ខេត្ត": "place", "ឃុំ": any_of("", "commune"), "មូលហេតុ": "device", "លទ្ធផល": "outcome", "លេខទូរស័ព្ទ": ""}  # fmt: skip
    return Register("KH", str(folder), people, {("admissions.csv", h): m for h, m in means.items()})


def form_answers(folder: Path) -> Register:
    """A form on the web: its questions as headings, the moment of the answer first, a day that is the accident's later."""
    people = victims("MM", BURMESE, seed=83, count=130, accidents=130)
    heads = ["Timestamp", "Email Address", "Victim reference number", "What is the sex of the victim?", "How old was the victim at the time of the accident?", "When did the accident happen?", "In which State or Region did it happen?", "Name of the village", "Was the victim killed or injured?", "What kind of device was it?", "Was the victim a civilian?", "Tell us what happened"]  # fmt: skip
    write_csv(folder / "Victim form (Responses).csv", [
        heads,
        *([f"{v.case % 12 + 1}/{v.case % 28 + 1}/2026 {v.case % 24}:05:09", f"team{v.case % 5}@example.org", f"VF{v.case:04d}", {"M": "Male", "F": "Female"}[v.sex], v.years, f"{v.day.month}/{v.day.day}/{v.day.year}", f"{place_name(v.place)} {'State' if v.case % 2 else 'Region'}", f"village {v.case % 50}",
           {"K": "Killed", "I": "Injured"}[v.outcome], {"APM": "Antipersonnel landmine", "CMR": "Cluster munition", "ERW": "UXO", "AVM": "Anti-vehicle mine"}[v.device], {"CIV": "Yes", "MIL": "No"}[v.civ_status], f"The victim number {v.case} was on the way to the field and stepped on something."] for v in people),
    ])  # fmt: skip
    targets = [
        "",
        "",
        "case_id",
        "sex",
        "age",
        "date",
        "place",
        "",
        "outcome",
        "device",
        any_of("", "civ_status"),
        "",
    ]
    means = dict(zip(heads, targets, strict=True))
    return Register(
        "MM", str(folder), people, {("Victim form (Responses).csv", h): m for h, m in means.items()}
    )


def short_names(folder: Path) -> Register:
    """A database with short names of columns: persons and events, Buddhist years, words for codes, days of birth."""
    people = victims("TH", THAI, seed=84, count=160, accidents=120)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    url = write_sqlite(folder / "tmac.db", [
        "CREATE TABLE t_event (ev_id TEXT PRIMARY KEY, ev_date TEXT, prov TEXT, amp TEXT, tam TEXT, dev_type TEXT)",
        "CREATE TABLE t_person (p_id TEXT PRIMARY KEY, ev_id TEXT, fname TEXT, lname TEXT, sex TEXT, age_yr INTEGER, res TEXT, occ TEXT, tel TEXT, upd_dt TEXT)",
    ], {
        "t_event": [[f"E{n:05d}", f"{v.day.day:02d}/{v.day.month:02d}/{v.day.year + 543}", place_name(v.place, True), f"อำเภอ {n % 30}", f"ตำบล {n % 70}", {"APM": "ทุ่นระเบิดสังหารบุคคล", "CMR": "ลูกระเบิดปราย", "ERW": "สรรพาวุธตกค้าง", "AVM": "ทุ่นระเบิดดักรถถัง"}[v.device]] for n, v in sorted(first.items())],
        "t_person": [[f"P{v.case:05d}", f"E{v.accident:05d}", v.name.split()[0], v.name.split()[1], {"M": "ชาย", "F": "หญิง"}[v.sex], v.years, {"K": "เสียชีวิต", "I": "บาดเจ็บ"}[v.outcome], ("ทำนา", "รับจ้าง", "ค้าขาย")[v.case % 3], f"08{v.case * 7907 % 10**8:08d}", "2569-01-05 10:00:00"] for v in people],
    })  # fmt: skip
    means = {("t_person", h): m for h, m in {"p_id": "case_id", "ev_id": any_of("accident_id", ""), "fname": "", "lname": "", "sex": "sex", "age_yr": "age", "res": "outcome", "occ": any_of("", "occupation"), "tel": "", "upd_dt": ""}.items()}  # fmt: skip
    means |= {("t_event", h): m for h, m in {"ev_date": "date", "prov": "place", "amp": any_of("", "district"), "tam": any_of("", "commune"), "dev_type": "device"}.items()}  # fmt: skip
    return Register("TH", url, people, means)


SHAPES = tuple(
    Shape(write.__name__, write) for write in (police_reports, hospital_admissions, form_answers, short_names)
)
