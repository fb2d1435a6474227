"""Eight shapes of registers, the kinds that an earlier trial met: each with its true counts."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

import json
from pathlib import Path

from messy.people import Register, Shape, any_of, victims
from messy.writing import (
    milliseconds,
    place_name,
    uid,
    uuid,
    write_csv,
    write_sqlite,
    write_workbook,
)

KHMER = ("Sok", "Dara", "Chan", "Vanna", "Sophea", "Rith", "Bopha", "Narin")
LAO = ("Khamla", "Bounmy", "Somphone", "Noy", "Keo", "Sengdao")
THAI = ("สมชาย", "สมหญิง", "บุญมี", "แก้ว", "ประเสริฐ")
VIET = ("Nguyễn", "Văn", "Hùng", "Thị", "Lan", "Trần")
BURMESE = ("အောင်", "မြင့်", "ခင်", "သန်း", "ဝင်း")
PARTS = {"AMP_L": "leg", "AMP_U": "arm", "EYE": "eye", "BURN": "burns"}


def kobo_flat(folder: Path) -> Register:
    """A survey of one victim a submission: groups in headings, several choices with their 0/1 columns."""
    people = victims("KH", KHMER, seed=1, count=240, accidents=240)
    doing = {
        "FARM": "farming",
        "TRAV": "travelling",
        "PLAY": "playing",
        "WOOD": "other",
        "SCRAP": "scrap_metal",
    }
    options = list(PARTS.values())
    rows: list[list[object]] = [
        ["start", "end", "today", "incident/incident_date", "incident/province", "incident/device",
         "victim/full_name", "victim/sex", "victim/age", "victim/outcome", "victim/injuries",
         *(f"victim/injuries/{option}" for option in options), "victim/activity", "victim/activity_other",
         "_gps_latitude", "_gps_longitude", "_id", "_uuid", "_submission_time", "_validation_status", "_index"]
    ]  # fmt: skip
    for v in people:
        hurt = [PARTS[part] for part in v.injuries]
        sent = f"2025-03-{1 + v.case % 28:02d}"
        rows.append([
            f"{sent}T08:{v.case % 60:02d}:11.000+07:00", f"{sent}T08:{v.case % 60:02d}:59.000+07:00", sent,
            v.day.isoformat(), place_name(v.place).lower().replace(" ", "_"),
            {"APM": "landmine_ap", "CMR": "cluster_munition", "ERW": "uxo", "AVM": "landmine_at"}[v.device],
            v.name, {"M": "male", "F": "female"}[v.sex], v.years, {"K": "killed", "I": "injured"}[v.outcome],
            " ".join(hurt), *(int(option in hurt) if hurt else "" for option in options), doing[v.activity],
            "collecting firewood" if v.activity == "WOOD" else "", f"{11 + v.case / 997:.6f}",
            f"{104 + v.case / 991:.6f}", 300_000 + v.case * 3, uuid(1, v.case), f"{sent}T09:00:00", "", v.case,
        ])  # fmt: skip
    write_csv(folder / "mine_victims.csv", rows)
    means = {
        "start": "", "end": "", "today": "", "incident/incident_date": "date", "incident/province": "place",
        "incident/device": "device", "victim/full_name": "", "victim/sex": "sex", "victim/age": "age",
        "victim/outcome": "outcome", "victim/injuries": "injury",
        **{f"victim/injuries/{option}": "" for option in options}, "victim/activity": "activity",
        "victim/activity_other": "", "_gps_latitude": "", "_gps_longitude": "", "_id": any_of("", "case_id"),
        "_uuid": any_of("case_id", ""), "_submission_time": "", "_validation_status": "", "_index": "",
    }  # fmt: skip
    meanings = {("mine_victims.csv", heading): meaning for heading, meaning in means.items()}
    return Register("KH", str(folder), people, meanings)


def kobo_repeat(folder: Path) -> Register:
    """A survey of accidents with a repeat sheet of victims: 180 accidents, 283 victims."""
    people = victims("LA", LAO, seed=2, count=283, accidents=180)
    accidents = {v.accident: v for v in people}
    survey: list[list[object]] = [
        ["start", "accident_date", "province", "district", "device", "victims_count", "_id", "_uuid",
         "_submission_time", "_index"]
    ]  # fmt: skip
    # The order of the submissions is not that of the accidents' numbers.
    index = {number: place for place, number in enumerate(sorted(accidents, key=lambda a: a * 37 % 181), 1)}
    for number, place in sorted(index.items(), key=lambda pair: pair[1]):
        v = accidents[number]
        survey.append([
            "2025-01-05T08:00:00", v.day.isoformat(), place_name(v.place), f"D{number % 9}",
            {"APM": "ap_mine", "CMR": "bombie", "ERW": "uxo", "AVM": "at_mine"}[v.device],
            sum(p.accident == number for p in people), 500_000 + place, uuid(2, number), "2025-01-05T09:00:00",
            place,
        ])  # fmt: skip
    sheet: list[list[object]] = [
        ["victim_name", "sex", "age", "outcome", "_index", "_parent_table_name", "_parent_index",
         "_submission__id", "_submission__uuid"]
    ]  # fmt: skip
    for number, v in enumerate(sorted(people, key=lambda p: index[p.accident]), 1):
        place = index[v.accident]
        sheet.append([v.name, {"M": "male", "F": "female"}[v.sex], v.years,
                      {"K": "killed", "I": "injured"}[v.outcome], number, "Accident survey", place,
                      500_000 + place, uuid(2, v.accident)])  # fmt: skip
    write_workbook(folder / "survey.xlsx", {"Accident survey": survey, "victims": sheet})
    one = {"start": "", "accident_date": "date", "province": "place", "district": "", "device": "device",
           "victims_count": "", "_id": any_of("", "accident_id"), "_uuid": any_of("", "accident_id"),
           "_submission_time": ""}  # fmt: skip
    two = {"victim_name": "", "sex": "sex", "age": "age", "outcome": "outcome", "_index": "case_id",
           "_parent_table_name": "", "_submission__id": any_of("", "accident_id"),
           "_submission__uuid": any_of("", "accident_id"),
           "_parent_index": any_of("", "accident_id")}  # fmt: skip
    meanings = {("Accident survey", h): m for h, m in one.items()}
    meanings |= {("victims", h): m for h, m in two.items()}
    return Register("LA", str(folder), people, meanings)


def imsma(folder: Path) -> Register:
    """Tables of a map service: GlobalID and parent GUID, numbers that a table of domains explains."""
    people = victims("KH", KHMER, seed=3, count=210, accidents=140)
    accidents = {v.accident: v for v in people}
    devices = {"APM": 1, "AVM": 2, "CMR": 3, "ERW": 4}
    places = {code: number for number, code in enumerate(sorted({v.place for v in people}), 101)}
    write_csv(folder / "accidents.csv", [
        ["OBJECTID", "GlobalID", "accident_date", "province", "explosive_type", "created_user", "created_date"],
        *([number, f"{{{uuid(3, number).upper()}}}", milliseconds(v.day), places[v.place], devices[v.device],
           "editor1", 1_700_000_000_000 + number * 1000] for number, v in sorted(accidents.items())),
    ])  # fmt: skip
    write_csv(folder / "victims.csv", [
        ["OBJECTID", "GlobalID", "ParentGUID", "victim_name", "gender", "age", "casualty", "civil_status"],
        *([v.case, f"{{{uuid(4, v.case).upper()}}}", f"{{{uuid(3, v.accident).upper()}}}", v.name,
           {"M": 1, "F": 2}[v.sex], v.years, {"K": 10, "I": 20}[v.outcome], {"CIV": 1, "MIL": 2}[v.civ_status]]
          for v in people),
    ])  # fmt: skip
    write_csv(folder / "domains.csv", [
        ["domain", "code", "description"],
        ["gender", 1, "Male"], ["gender", 2, "Female"], ["casualty", 10, "Killed"], ["casualty", 20, "Injured"],
        ["civil_status", 1, "Civilian"], ["civil_status", 2, "Military"],
        *(["explosive_type", n, {"APM": "AP mine", "AVM": "AT mine", "CMR": "Cluster munition", "ERW": "UXO"}[d]]
          for d, n in devices.items()),
        *(["province", number, place_name(code)] for code, number in places.items()),
    ])  # fmt: skip
    one = {"OBJECTID": "", "GlobalID": any_of("", "accident_id"), "accident_date": "date", "province": "place",
           "explosive_type": "device", "created_user": "", "created_date": ""}  # fmt: skip
    two = {"OBJECTID": "", "GlobalID": "case_id", "ParentGUID": any_of("", "accident_id"), "victim_name": "",
           "gender": "sex", "age": "age", "casualty": "outcome", "civil_status": "civ_status"}  # fmt: skip
    meanings = {("accidents.csv", h): m for h, m in one.items()}
    meanings |= {("victims.csv", h): m for h, m in two.items()}
    return Register("KH", str(folder), people, meanings, ("sex", "outcome", "year", "place", "age", "civ_status", "device"))  # fmt: skip


def dhis2(folder: Path) -> Register:
    """Events of DHIS2: identifiers as headings, which a file of metadata explains."""
    people = victims("VN", VIET, seed=4, count=200, accidents=200, places=6)
    elements = {"Sex": uid("s", 1), "Age in years": uid("a", 2), "Outcome": uid("o", 3), "Explosive device": uid("d", 4),
                "Province of the accident": uid("p", 5), "Date of the accident": uid("t", 6),
                "Name of the victim": uid("n", 7), "Activity": uid("c", 8)}  # fmt: skip
    options = {"M": "Nam", "F": "Nữ"}, {"K": "Tử vong", "I": "Bị thương"}
    codes = {"M": "SEX_1", "F": "SEX_2"}, {"K": "OUT_1", "I": "OUT_2"}
    metadata = {
        "dataElements": [
            {"id": key, "name": name, "valueType": "TEXT"}
            | ({"optionSet": {"id": uid("x", n)}} if n < 2 else {})
            for n, (name, key) in enumerate([("Sex", elements["Sex"]), ("Outcome", elements["Outcome"]),
                                             *((n, k) for n, k in elements.items() if n not in {"Sex", "Outcome"})])
        ],
        "optionSets": [{"id": uid("x", n), "options": [{"code": codes[n][c], "name": options[n][c]} for c in options[n]]}
                       for n in range(2)],
    }  # fmt: skip
    (folder / "metadata.json").write_text(json.dumps(metadata, ensure_ascii=False), encoding="utf-8")
    doing = {
        "FARM": "làm ruộng",
        "TRAV": "đi lại",
        "PLAY": "chơi",
        "WOOD": "lấy củi",
        "SCRAP": "nhặt phế liệu",
    }
    write_csv(folder / "events.csv", [
        ["event", "programStage", "orgUnit", "orgUnitName", "eventDate", "status", *elements.values()],
        *([uid("e", 1000 + v.case), uid("g", 9), uid("u", v.case % 30), f"Trạm y tế {v.case % 30}", "2025-02-01",
           "COMPLETED", codes[0][v.sex], v.years, codes[1][v.outcome],
           {"APM": "mìn sát thương", "CMR": "bom bi", "ERW": "bom", "AVM": "mìn chống tăng"}[v.device], place_name(v.place),
           v.day.isoformat(), v.name, doing[v.activity]] for v in people),
    ])  # fmt: skip
    means = dict(
        zip(
            elements.values(),
            ["sex", "age", "outcome", "device", "place", "date", "", "activity"],
            strict=True,
        )
    )
    means |= {
        "event": "case_id",
        "programStage": "",
        "orgUnit": "",
        "orgUnitName": "",
        "eventDate": "",
        "status": "",
    }
    return Register("VN", str(folder), people, {("events.csv", h): m for h, m in means.items()})


THAI_MONTHS = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()  # noqa: SIM905


def thai_workbook(folder: Path) -> Register:
    """A workbook with titles, heads merged over two lines, a row of units, and a row of totals."""
    people = victims("TH", THAI, seed=5, count=160, accidents=160)
    rows: list[list[object]] = [
        ["ทะเบียนผู้ประสบภัยจากทุ่นระเบิด", *[""] * 8],
        ["ข้อมูล ณ วันที่ 31 มกราคม 2569", *[""] * 8],
        ["ลำดับ", "เลขที่", "ผู้ประสบภัย", "", "", "เหตุการณ์", "", "", ""],
        ["", "", "ชื่อ-นามสกุล", "เพศ", "อายุ", "วันที่เกิดเหตุ", "จังหวัด", "ประเภทวัตถุ", "ผลการประสบเหตุ"],
        ["", "", "", "", "(ปี)", "(วัน เดือน ปี)", "", "", ""],
    ]
    for n, v in enumerate(people, 1):
        rows.append([n, f"TH-{v.case * 7:05d}", v.name, {"M": "ชาย", "F": "หญิง"}[v.sex], v.years,
                     f"{v.day.day} {THAI_MONTHS[v.day.month - 1]} {v.day.year + 543}",
                     place_name(v.place, local=True),
                     {"APM": "ทุ่นระเบิดสังหารบุคคล", "CMR": "ลูกระเบิดปราย", "ERW": "ลูกระเบิด", "AVM": "ทุ่นระเบิดดักรถถัง"}[v.device],
                     {"K": "เสียชีวิต", "I": "บาดเจ็บ"}[v.outcome]])  # fmt: skip
    rows.append(["รวม", len(people), "", "", "", "", "", "", ""])
    merged = ["A1:I1", "A2:I2", "A3:A4", "B3:B4", "C3:E3", "F3:I3"]
    write_workbook(folder / "ทะเบียน.xlsx", {"ทะเบียน": rows}, {"ทะเบียน": merged})
    means = {"ลำดับ": "", "เลขที่": "case_id", "ชื่อ-นามสกุล": "", "เพศ": "sex", "อายุ": "age", "วันที่เกิดเหตุ": "date",
             "จังหวัด": "place", "ประเภทวัตถุ": "device", "ผลการประสบเหตุ": "outcome"}  # fmt: skip
    return Register("TH", str(folder), people, {("ทะเบียน", h): m for h, m in means.items()})


def vietnamese(folder: Path) -> Register:
    """Semicolons, months in words beside days, provinces with their kind, a row of totals at the end."""
    people = victims("VN", VIET, seed=6, count=190, accidents=120)
    doing = {
        "FARM": "làm ruộng",
        "TRAV": "đi lại",
        "PLAY": "chơi",
        "WOOD": "lấy củi",
        "SCRAP": "nhặt phế liệu",
    }

    def day(v):  # type: ignore[no-untyped-def]
        forms = (f"{v.day:%d/%m/%Y}", f"tháng {v.day.month}/{v.day.year}", str(v.day.year), f"{v.day:%m/%Y}")
        return forms[v.accident % 4]

    def kind(code: str) -> str:
        name = place_name(code)
        return (
            f"TP. {name}"
            if name in {"Hà Nội", "Đà Nẵng", "Hải Phòng", "Cần Thơ", "Hồ Chí Minh"}
            else f"Tỉnh {name}"
        )

    write_csv(folder / "nan_nhan.csv", [
        ["STT", "Mã nạn nhân", "Mã vụ", "Họ và tên", "Giới tính", "Tuổi", "Ngày xảy ra", "Tỉnh", "Vật nổ", "Hậu quả",
         "Hoạt động", "Ghi chú"],
        *([v.case, f"NN{v.case:05d}", f"V{v.accident:04d}", v.name, {"M": "Nam", "F": "Nữ"}[v.sex], v.years, day(v),
           kind(v.place), {"APM": "mìn sát thương", "CMR": "bom bi", "ERW": "đạn pháo", "AVM": "mìn chống tăng"}[v.device],
           {"K": "Chết", "I": "Bị thương"}[v.outcome], doing[v.activity],
           "nạn nhân được đưa đến bệnh viện huyện ngay sau đó"] for v in people),
        ["Tổng cộng", len(people), "", "", "", "", "", "", "", "", "", ""],
    ], delimiter=";")  # fmt: skip
    means = {"STT": "", "Mã nạn nhân": "case_id", "Mã vụ": "accident_id", "Họ và tên": "", "Giới tính": "sex",
             "Tuổi": "age", "Ngày xảy ra": "date", "Tỉnh": "place", "Vật nổ": "device", "Hậu quả": "outcome",
             "Hoạt động": "activity", "Ghi chú": ""}  # fmt: skip
    return Register("VN", str(folder), people, {("nan_nhan.csv", h): m for h, m in means.items()})


def burmese(folder: Path) -> Register:
    """Ages in years and in months side by side, dates in three forms, injuries as columns of 0 and 1."""
    people = victims("MM", BURMESE, seed=7, count=170, accidents=170)

    def day(v):  # type: ignore[no-untyped-def]
        return (f"{v.day:%d-%m-%Y}", f"{v.day:%d/%m/%y}", str(milliseconds(v.day, 6.5)))[v.case % 3]

    hurt = {
        "AMP_L": "ဒဏ်ရာ - ခြေပြတ်",
        "AMP_U": "ဒဏ်ရာ - လက်ပြတ်",
        "EYE": "ဒဏ်ရာ - မျက်စိကွယ်",
        "BURN": "ဒဏ်ရာ - မီးလောင်",
    }
    write_csv(folder / "casualties.csv", [
        ["ထိခိုက်သူအမှတ်", "အမည်", "လိင်", "အသက် (နှစ်)", "အသက် (လ)", "ဖြစ်ပွားသည့်ရက်", "ပြည်နယ်", "ရလဒ်", *hurt.values()],
        *([f"MM{v.case:04d}", v.name, {"M": "ကျား", "F": "မ"}[v.sex], v.years or "", v.months if v.years < 2 else "", day(v),
           place_name(v.place, local=True), {"K": "သေဆုံး", "I": "ဒဏ်ရာရ"}[v.outcome],
           *(int(part in v.injuries) for part in hurt)] for v in people),
    ])  # fmt: skip
    means = {"ထိခိုက်သူအမှတ်": "case_id", "အမည်": "", "လိင်": "sex", "အသက် (နှစ်)": "age", "အသက် (လ)": any_of("age_months", "age"),
             "ဖြစ်ပွားသည့်ရက်": "date", "ပြည်နယ်": "place", "ရလဒ်": "outcome",
             **{heading: f"injury.{part}" for part, heading in hurt.items()}}  # fmt: skip
    return Register("MM", str(folder), people, {("casualties.csv", h): m for h, m in means.items()})


def database(folder: Path) -> Register:
    """Three tables with foreign keys: people, their accidents, and the names of provinces."""
    people = victims("LA", LAO, seed=8, count=260, accidents=150)
    accidents = {v.accident: v for v in people}
    places = {code: number for number, code in enumerate(sorted({v.place for v in people}), 1)}
    statements = [
        "CREATE TABLE prov (id INTEGER PRIMARY KEY, prov_name TEXT)",
        "CREATE TABLE acc (id INTEGER PRIMARY KEY, occurred DATE, prov_id INTEGER REFERENCES prov(id), device TEXT)",
        (
            "CREATE TABLE pers (id INTEGER PRIMARY KEY, acc_id INTEGER REFERENCES acc(id), full_name TEXT, gender TEXT,"
            " age INTEGER, outcome TEXT)"
        ),
    ]
    rows = {
        "prov": [(number, place_name(code)) for code, number in places.items()],
        "acc": [(n, v.day.isoformat(), places[v.place], {"APM": "AP mine", "CMR": "Bombie", "ERW": "UXO", "AVM": "AT mine"}[v.device])
                for n, v in sorted(accidents.items())],
        "pers": [(v.case, v.accident, v.name, v.sex, v.years, {"K": "dead", "I": "injured"}[v.outcome]) for v in people],
    }  # fmt: skip
    url = write_sqlite(folder / "register.db", statements, rows)
    means = {("pers", "id"): "case_id", ("pers", "full_name"): "", ("pers", "gender"): "sex", ("pers", "age"): "age",
             ("pers", "outcome"): "outcome", ("pers", "acc_id"): any_of("", "accident_id"),
             ("acc", "occurred"): "date", ("acc", "prov_id"): "place", ("acc", "device"): "device"}  # fmt: skip
    return Register("LA", url, people, means)


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (kobo_flat, kobo_repeat, imsma, dhis2, thai_workbook, vietnamese, burmese, database)
)
