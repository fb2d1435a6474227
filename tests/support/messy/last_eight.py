"""Eight shapes written after drafts had learned structure, to see what they make of what they were not taught."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

import json
from pathlib import Path

from messy.people import Register, Shape, Victim, any_of, victims
from messy.writing import place_name, uid, uuid, write_csv, write_sqlite, write_workbook

KHMER = ("Chea", "Sokha", "Ratha", "Neang", "Pich", "Vuthy")
LAO = ("Vanh", "Phet", "Kham", "Souk", "Dao")
THAI = ("ดำรง", "สายใจ", "ทองดี", "จันทร์")
VIET = ("Bùi", "Thành", "Mai", "Hải", "Đỗ")
BURMESE = ("ကျော်", "လှ", "စိုး", "နွယ်")
FILIPINO = ("Dela Cruz", "Jose", "Luz", "Ramos", "Ely")
ENGLISH = {"M": "Male", "F": "Female"}
DIGITS = str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉")


def tagalog(folder: Path) -> Register:
    """Ages with their unit in words, months in words, a street address and a nickname beside the name."""
    people = victims("PH", FILIPINO, seed=21, count=180, accidents=150)
    months = "Enero Pebrero Marso Abril Mayo Hunyo Hulyo Agosto Setyembre Oktubre Nobyembre Disyembre".split()  # noqa: SIM905

    def age(v: Victim) -> str:
        return f"{v.months} mos" if v.months < 24 else f"{v.years} y/o"

    write_csv(folder / "talaan.csv", [
        ["Blg.", "Numero ng biktima", "Pangalan", "Palayaw", "Kasarian", "Edad", "Petsa ng insidente", "Lalawigan", "Tirahan", "Resulta", "Ginagawa"],
        *([v.case, f"PH-{v.case * 3:05d}", v.name, "Boy", {"M": "Lalaki", "F": "Babae"}[v.sex], age(v),
           f"{months[v.day.month - 1]} {v.day.day}, {v.day.year}", place_name(v.place), f"{v.case} Mabini St., Brgy. 3",
           {"K": "Patay", "I": "Sugatan"}[v.outcome],
           {"FARM": "nagsasaka", "TRAV": "naglalakbay", "PLAY": "naglalaro", "WOOD": "nangangahoy", "SCRAP": "nangangalakal"}[v.activity]] for v in people),
    ])  # fmt: skip
    means = {"Blg.": "", "Numero ng biktima": "case_id", "Pangalan": "", "Palayaw": "", "Kasarian": "sex", "Edad": "age",
             "Petsa ng insidente": "date", "Lalawigan": "place", "Tirahan": "", "Resulta": "outcome", "Ginagawa": "activity"}  # fmt: skip
    return Register("PH", str(folder), people, {("talaan.csv", h): m for h, m in means.items()})


def kobo_choices(folder: Path) -> Register:
    """Labels as headings, options as columns under labels, a parent named by its sheet, victims in a second file."""
    people = victims("KH", KHMER, seed=22, count=220, accidents=140)
    accidents = {v.accident: v for v in people}
    index = {number: place for place, number in enumerate(sorted(accidents, key=lambda a: a * 41 % 141), 1)}
    write_csv(folder / "accidents.csv", [
        ["Interviewer", "Date of accident", "Location/Province", "Location/District", "What exploded?", "_id", "_uuid", "_submission_time", "_tags", "_index"],
        *([f"staff {p % 4}", accidents[n].day.strftime("%d/%m/%Y"), place_name(accidents[n].place), f"district {p % 9}",
           {"APM": "Anti-personnel mine", "CMR": "Cluster munition", "ERW": "Unexploded ordnance", "AVM": "Anti-tank mine"}[accidents[n].device],
           90_000 + p, uuid(22, n), "2025-01-01T01:01:01", "", p] for n, p in sorted(index.items(), key=lambda pair: pair[1])),
    ])  # fmt: skip
    parts = {"AMP_L": "Leg", "AMP_U": "Arm", "EYE": "Eyes", "BURN": "Burns"}
    write_csv(folder / "rep_victims.csv", [
        ["Name of victim", "Sex of victim", "How old was the victim?", "Killed or injured", *(f"Injuries/{p}" for p in parts.values()),
         "_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid"],
        *([v.name, ENGLISH[v.sex], v.years, {"K": "Killed", "I": "Injured"}[v.outcome], *(int(p in v.injuries) for p in parts), n, "accidents",
           index[v.accident], 90_000 + index[v.accident], uuid(22, v.accident)]
          for n, v in enumerate(sorted(people, key=lambda p: index[p.accident]), 1)),
    ])  # fmt: skip
    one = {"Interviewer": "", "Date of accident": "date", "Location/Province": "place", "Location/District": "", "What exploded?": "device",
           "_id": any_of("", "accident_id"), "_uuid": any_of("", "accident_id"), "_submission_time": "", "_tags": ""}  # fmt: skip
    two = {"Name of victim": "", "Sex of victim": "sex", "How old was the victim?": "age", "Killed or injured": "outcome",
           **{f"Injuries/{label}": f"injury.{part}" for part, label in parts.items()}, "_index": "case_id", "_parent_table_name": "",
           "_parent_index": any_of("", "accident_id"), "_submission__id": any_of("", "accident_id"), "_submission__uuid": any_of("", "accident_id")}  # fmt: skip
    meanings = {("accidents.csv", h): m for h, m in one.items()} | {
        ("rep_victims.csv", h): m for h, m in two.items()
    }
    return Register("KH", str(folder), people, meanings)


def dhis2_program(folder: Path) -> Register:
    """A tracker's table, and the metadata of its program with attributes and options nested in it."""
    people = victims("LA", LAO, seed=23, count=190, accidents=190)
    names = {"Gender": "sex", "Age at accident": "age", "Accident outcome": "outcome", "Explosive item": "device", "Accident province": "place",
             "Accident date": "date", "Survivor phone": ""}  # fmt: skip
    keys = {name: uid("t", n + 40) for n, name in enumerate(names)}
    sets = {"Gender": {"G1": "Male", "G2": "Female"}, "Accident outcome": {"O1": "Killed", "O2": "Injured"}}
    body = {"programs": [{"id": uid("P", 1), "name": "Victims", "programTrackedEntityAttributes": [
        {"trackedEntityAttribute": {"id": key, "displayName": name, "valueType": "TEXT"}
         | ({"optionSet": {"id": uid("O", n), "options": [{"code": c, "displayName": label} for c, label in sets[name].items()]}} if name in sets else {})}
        for n, (name, key) in enumerate(keys.items())]}]}  # fmt: skip
    (folder / "program.json").write_text(json.dumps(body), encoding="utf-8")
    write_csv(folder / "entities.csv", [
        ["Tracked entity", "Org unit", "Created", "Last updated", *keys.values()],
        *([uid("e", 500 + v.case), uid("u", v.case % 11), "2025-03-04T10:00:00.000", "2025-03-05T10:00:00.000", {"M": "G1", "F": "G2"}[v.sex], v.years,
           {"K": "O1", "I": "O2"}[v.outcome], {"APM": "AP mine", "CMR": "Bombie", "ERW": "UXO", "AVM": "AT mine"}[v.device], place_name(v.place),
           v.day.isoformat(), f"020 {v.case:07d}"] for v in people),
    ])  # fmt: skip
    means = {keys[name]: meaning for name, meaning in names.items()}
    means |= {"Tracked entity": "case_id", "Org unit": "", "Created": "", "Last updated": ""}
    return Register("LA", str(folder), people, {("entities.csv", h): m for h, m in means.items()})


def imsma_ng(folder: Path) -> Register:
    """Two sheets with guids of their own names, days with a time of nought, and an enumeration's words in capitals."""
    people = victims("KH", KHMER, seed=24, count=200, accidents=120)
    accidents = {v.accident: v for v in people}
    one: list[list[object]] = [
        [
            "acc_guid",
            "acc_localid",
            "date_of_accident",
            "gazetteer_l1",
            "gazetteer_l2",
            "ordnance_category",
            "dataentrydate",
        ]
    ]
    for n, v in sorted(accidents.items(), key=lambda pair: pair[0] * 17 % 121):
        one.append([uuid(24, n), f"ACC-{n:04d}", f"{v.day.isoformat()} 00:00:00.0", place_name(v.place), f"L2-{n % 9}",
                    {"APM": "ANTI-PERSONNEL MINE", "CMR": "CLUSTER MUNITION", "ERW": "UXO", "AVM": "ANTI-VEHICLE MINE"}[v.device], "2024-01-01 00:00:00.0"])  # fmt: skip
    two: list[list[object]] = [
        [
            "victim_guid",
            "acc_guid",
            "victim_localid",
            "lastname",
            "gender",
            "age_at_accident",
            "injury_classification",
            "occupation_before",
        ]
    ]
    for v in people:
        two.append([uuid(25, v.case), uuid(24, v.accident), f"VIC-{v.case:05d}", v.name, {"M": "MALE", "F": "FEMALE"}[v.sex], v.years,
                    {"K": "FATAL", "I": "INJURED"}[v.outcome], ("FARMER", "TEACHER", "DRIVER")[v.case % 3]])  # fmt: skip
    write_workbook(folder / "imsma.xlsx", {"Accident": one, "Victim": two})
    first = {"acc_localid": any_of("", "accident_id"), "date_of_accident": "date", "gazetteer_l1": "place", "gazetteer_l2": any_of("", "district"),
             "ordnance_category": "device", "dataentrydate": ""}  # fmt: skip
    second = {"victim_guid": any_of("", "case_id"), "acc_guid": any_of("", "accident_id"), "victim_localid": any_of("case_id", ""), "lastname": "", "gender": "sex",
              "age_at_accident": "age", "injury_classification": "outcome", "occupation_before": "occupation"}  # fmt: skip
    meanings = {("Accident", h): m for h, m in first.items()} | {("Victim", h): m for h, m in second.items()}
    return Register("KH", str(folder), people, meanings)


def thai_codes(folder: Path) -> Register:
    """Numbers for words, with a sheet that lists what they mean, and Buddhist years of two digits."""
    people = victims("TH", THAI, seed=25, count=150, accidents=150, places=5)
    months = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()  # noqa: SIM905
    rows: list[list[object]] = [["รหัสผู้ประสบภัย", "ชื่อ", "เพศ", "อายุ", "วันเกิดเหตุ", "จังหวัด", "ผล"]]
    for v in people:
        rows.append([f"T{v.case:04d}", v.name, {"M": 1, "F": 2}[v.sex], v.years, f"{v.day.day} {months[v.day.month - 1]} {(v.day.year + 543) % 100:02d}",
                     f"จังหวัด{place_name(v.place, local=True)}", {"K": 1, "I": 2}[v.outcome]])  # fmt: skip
    lists: list[list[object]] = [
        ["ตัวแปร", "รหัส", "ความหมาย"],
        ["เพศ", 1, "ชาย"],
        ["เพศ", 2, "หญิง"],
        ["ผล", 1, "เสียชีวิต"],
        ["ผล", 2, "บาดเจ็บ"],
    ]
    write_workbook(folder / "thai.xlsx", {"ข้อมูล": rows, "คำอธิบายรหัส": lists})
    means = {
        "รหัสผู้ประสบภัย": "case_id",
        "ชื่อ": "",
        "เพศ": "sex",
        "อายุ": "age",
        "วันเกิดเหตุ": "date",
        "จังหวัด": "place",
        "ผล": "outcome",
    }
    return Register("TH", str(folder), people, {("ข้อมูล", h): m for h, m in means.items()})


def burmese_digits(folder: Path) -> Register:
    """Digits of the script throughout, an index of lines without a heading, and empty lines between."""
    people = victims("MM", BURMESE, seed=26, count=160, accidents=130)
    rows: list[list[object]] = [["", "ကိစ္စအမှတ်", "ဖြစ်စဉ်အမှတ်", "အမည်", "လိင်", "အသက်", "ရက်စွဲ", "ပြည်နယ်/တိုင်း", "အခြေအနေ"]]
    for v in people:
        rows.append([str(v.case).translate(DIGITS), f"က-{v.case:04d}".translate(DIGITS), f"ဖ-{v.accident:03d}".translate(DIGITS), v.name, {"M": "ကျား", "F": "မ"}[v.sex],
                     str(v.years).translate(DIGITS), f"{v.day:%d/%m/%Y}".translate(DIGITS), place_name(v.place, local=True), {"K": "သေဆုံး", "I": "ဒဏ်ရာရ"}[v.outcome]])  # fmt: skip
        if v.case % 40 == 0:
            rows.append([""] * 9)
    write_csv(folder / "data.csv", rows, encoding="utf-8-sig")
    means = {
        "ကိစ္စအမှတ်": "case_id",
        "ဖြစ်စဉ်အမှတ်": "accident_id",
        "အမည်": "",
        "လိင်": "sex",
        "အသက်": "age",
        "ရက်စွဲ": "date",
        "ပြည်နယ်/တိုင်း": "place",
        "အခြေအနေ": "outcome",
    }
    return Register("MM", str(folder), people, {("data.csv", h): m for h, m in means.items()})


def undeclared_keys(folder: Path) -> Register:
    """A database that declares no keys: people, accidents, and two lists of codes."""
    people = victims("LA", LAO, seed=27, count=250, accidents=160)
    accidents = {v.accident: v for v in people}
    places = {code: 500 + n for n, code in enumerate(sorted({v.place for v in people}))}
    statements = [
        "CREATE TABLE tbl_gender (gender_id INTEGER, gender_name TEXT)",
        "CREATE TABLE tbl_province (province_id INTEGER, province_name TEXT)",
        "CREATE TABLE tbl_accident (accident_id INTEGER, accident_date TEXT, province_id INTEGER, device TEXT)",
        "CREATE TABLE tbl_casualty (casualty_id INTEGER, accident_id INTEGER, name TEXT, gender_id INTEGER, age INTEGER, result TEXT)",
    ]
    rows = {
        "tbl_gender": [(1, "Male"), (2, "Female")],
        "tbl_province": [(n, place_name(code)) for code, n in places.items()],
        "tbl_accident": [(1000 + n, v.day.isoformat(), places[v.place], {"APM": "AP mine", "CMR": "Bombie", "ERW": "UXO", "AVM": "AT mine"}[v.device])
                         for n, v in sorted(accidents.items(), key=lambda pair: pair[0] * 7 % 161)],
        "tbl_casualty": [(7000 + v.case, 1000 + v.accident, v.name, {"M": 1, "F": 2}[v.sex], v.years, {"K": "Dead", "I": "Injured"}[v.outcome]) for v in people],
    }  # fmt: skip
    url = write_sqlite(folder / "mre.db", statements, rows)
    means = {("tbl_casualty", "casualty_id"): "case_id", ("tbl_casualty", "accident_id"): any_of("", "accident_id"), ("tbl_casualty", "name"): "",
             ("tbl_casualty", "gender_id"): "sex", ("tbl_casualty", "age"): "age", ("tbl_casualty", "result"): "outcome",
             ("tbl_accident", "accident_date"): "date", ("tbl_accident", "province_id"): "place", ("tbl_accident", "device"): "device"}  # fmt: skip
    return Register("LA", url, people, means)


def summary_first(folder: Path) -> Register:
    """A sheet with sums by province before the sheet of people, and a sheet of notes after it."""
    people = victims("VN", VIET, seed=28, count=140, accidents=140, places=6)
    sums: list[list[object]] = [["Tỉnh", "Chết", "Bị thương", "Tổng"]]
    for code in sorted({v.place for v in people}):
        own = [v for v in people if v.place == code]
        sums.append(
            [
                place_name(code),
                sum(v.outcome == "K" for v in own),
                sum(v.outcome == "I" for v in own),
                len(own),
            ]
        )
    sums.append(
        [
            "Tổng cộng",
            sum(v.outcome == "K" for v in people),
            sum(v.outcome == "I" for v in people),
            len(people),
        ]
    )
    rows: list[list[object]] = [
        [
            "TT",
            "Số hồ sơ",
            "Họ và tên",
            "Phái",
            "Năm sinh",
            "Tuổi",
            "Ngày bị nạn",
            "Tỉnh/TP",
            "Loại bom mìn",
            "Tình trạng",
        ]
    ]
    for n, v in enumerate(people, 1):
        rows.append([n, f"HS{v.case:04d}/BM", v.name, {"M": "Nam", "F": "Nữ"}[v.sex], v.day.year - v.years, v.years, v.day, place_name(v.place),
                     {"APM": "mìn", "CMR": "bom bi", "ERW": "đạn", "AVM": "mìn chống tăng"}[v.device], {"K": "chết", "I": "bị thương"}[v.outcome]])  # fmt: skip
    write_workbook(
        folder / "bao_cao.xlsx",
        {"Tổng hợp": sums, "Danh sách": rows, "Ghi chú": [["Người lập biểu"], ["Ngày lập"]]},
    )
    means = {"TT": "", "Số hồ sơ": "case_id", "Họ và tên": "", "Phái": "sex", "Năm sinh": any_of("", "birth_date"), "Tuổi": "age", "Ngày bị nạn": "date", "Tỉnh/TP": "place",
             "Loại bom mìn": "device", "Tình trạng": "outcome"}  # fmt: skip
    return Register("VN", str(folder), people, {("Danh sách", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (
        tagalog,
        kobo_choices,
        dhis2_program,
        imsma_ng,
        thai_codes,
        burmese_digits,
        undeclared_keys,
        summary_first,
    )
)
