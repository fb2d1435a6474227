"""Eight further shapes, written before drafts learned any structure and not looked at while they learned."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

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

KHMER = ("Heng", "Kosal", "Maly", "Phally", "Seng", "Thida")
LAO = ("ບຸນມີ", "ຄຳຫຼ້າ", "ສົມພອນ", "ນ້ອຍ")
THAI = ("มานะ", "มานี", "ปิติ", "ชูใจ")
VIET = ("Phạm", "Quang", "Đức", "Hoa", "Lê")
BURMESE = ("Aung", "Mya", "Hla", "Thein", "Win")
FILIPINO = ("Reyes", "Juan", "Maria", "Santos", "Cruz", "Ana")
INDONESIAN = ("Budi", "Siti", "Agus", "Dewi", "Rahayu")


def odk_central(folder: Path) -> Register:
    """An export of ODK Central: one file of submissions, one of the repeat, joined by KEY and PARENT_KEY."""
    people = victims("KH", KHMER, seed=11, count=230, accidents=130)
    accidents = {v.accident: v for v in people}
    keys = {number: f"uuid:{uuid(11, number)}" for number in accidents}
    order = sorted(accidents, key=lambda a: a * 53 % 131)
    write_csv(folder / "accident.csv", [
        ["SubmissionDate", "start", "incident-when", "incident-province", "incident-kind_of_device", "meta-instanceID", "KEY",
         "SubmitterID", "SubmitterName", "ReviewState", "DeviceID", "Edits", "FormVersion"],
        *(["2025-02-03T04:05:06.000Z", "2025-02-03T03:05:06.000Z", accidents[a].day.isoformat(),
           place_name(accidents[a].place), {"APM": "apm", "CMR": "cluster_bomb", "ERW": "uxo", "AVM": "avm"}[accidents[a].device],
           keys[a], keys[a], 14, "collector 3", "", "collect:AbC", 0, "2025010101"] for a in order),
    ])  # fmt: skip
    counters: dict[int, int] = {}

    def key(v):  # type: ignore[no-untyped-def]
        counters[v.accident] = counters.get(v.accident, 0) + 1
        return f"{keys[v.accident]}/person[{counters[v.accident]}]"

    write_csv(folder / "accident-person.csv", [
        ["about-person_name", "about-sex", "about-age_years", "what-happened_to_person", "what-injuries", "PARENT_KEY", "KEY"],
        *([v.name, {"M": "m", "F": "f"}[v.sex], v.years, {"K": "died", "I": "injured"}[v.outcome],
           " ".join({"AMP_L": "leg", "AMP_U": "arm", "EYE": "eyes", "BURN": "burns"}[i] for i in v.injuries),
           keys[v.accident], key(v)] for v in sorted(people, key=lambda p: order.index(p.accident))),
    ])  # fmt: skip
    one = {"SubmissionDate": "", "start": "", "incident-when": "date", "incident-province": "place",
           "incident-kind_of_device": "device", "meta-instanceID": any_of("", "accident_id"), "SubmitterID": "",
           "SubmitterName": "", "ReviewState": "", "DeviceID": "", "Edits": "", "FormVersion": ""}  # fmt: skip
    two = {"about-person_name": "", "about-sex": "sex", "about-age_years": "age", "what-happened_to_person": "outcome",
           "what-injuries": "injury", "KEY": "case_id", "PARENT_KEY": any_of("", "accident_id")}  # fmt: skip
    meanings = {("accident.csv", h): m for h, m in one.items()} | {
        ("accident-person.csv", h): m for h, m in two.items()
    }
    return Register("KH", str(folder), people, meanings)


def kobo_labels(folder: Path) -> Register:
    """Labels as headings, surveys without victims, and a second repeat sheet, of witnesses."""
    people = victims("PH", FILIPINO, seed=12, count=210, accidents=140)
    accidents = {v.accident: v for v in people}
    index = {number: place for place, number in enumerate(sorted(accidents, key=lambda a: a * 29 % 141), 1)}
    survey: list[list[object]] = [["Date of the incident", "Province", "Type of explosive item", "Number of persons hurt",
                                   "Remarks", "_id", "_uuid", "_submission_time", "_index"]]  # fmt: skip
    for number, place in sorted(index.items(), key=lambda pair: pair[1]):
        v = accidents[number]
        survey.append([v.day.isoformat(), place_name(v.place),
                       {"APM": "Anti-personnel mine", "CMR": "Cluster munition", "ERW": "Mortar", "AVM": "Anti-vehicle mine"}[v.device],
                       sum(p.accident == number for p in people), "", 70_000 + place, uuid(12, number),
                       "2025-05-05T01:02:03", place])  # fmt: skip
    for more in range(25):
        place = len(index) + more + 1
        survey.append([f"2021-0{1 + more % 9}-11", place_name(people[more].place), "Mortar", 0, "item destroyed, nobody near",
                       70_000 + place, uuid(12, 9000 + more), "2025-05-05T01:02:03", place])  # fmt: skip
    persons: list[list[object]] = [["Full name", "Sex", "Age", "What happened to the person?", "_index", "_parent_table_name",
                                    "_parent_index"]]  # fmt: skip
    for n, v in enumerate(sorted(people, key=lambda p: index[p.accident]), 1):
        persons.append([v.name, {"M": "Male", "F": "Female"}[v.sex], v.years, {"K": "Killed", "I": "Injured"}[v.outcome],
                        n, "Incidents", index[v.accident]])  # fmt: skip
    seen: list[list[object]] = [["Name of witness", "Phone", "_index", "_parent_table_name", "_parent_index"]]
    seen += [
        [f"{FILIPINO[n % 6]} {FILIPINO[n % 5]}", f"0917 {n:07d}", n, "Incidents", 1 + n * 7 % 160]
        for n in range(1, 90)
    ]
    write_workbook(folder / "incidents.xlsx", {"Incidents": survey, "persons": persons, "witnesses": seen})
    one = {"Date of the incident": "date", "Province": "place", "Type of explosive item": "device", "Number of persons hurt": "",
           "Remarks": "", "_id": any_of("", "accident_id"), "_uuid": any_of("", "accident_id"), "_submission_time": ""}  # fmt: skip
    two = {"Full name": "", "Sex": "sex", "Age": "age", "What happened to the person?": "outcome", "_index": "case_id",
           "_parent_table_name": "", "_parent_index": any_of("", "accident_id")}  # fmt: skip
    meanings = {("Incidents", h): m for h, m in one.items()} | {("persons", h): m for h, m in two.items()}
    return Register("PH", str(folder), people, meanings)


def wide_accidents(folder: Path) -> Register:
    """One row per accident with its victims beside each other, up to four, and seconds for days."""
    people = victims("TH", THAI, seed=13, count=180, accidents=110)
    groups: dict[int, list] = {}  # type: ignore[type-arg]
    for v in people:
        groups.setdefault(v.accident, []).append(v)
    groups = {number: group[:4] for number, group in groups.items()}
    people = [v for group in groups.values() for v in group]
    columns = ("Victim {n} ID", "Victim {n} name", "Victim {n} sex", "Victim {n} age", "Victim {n} result")
    rows: list[list[object]] = [["Accident No", "Accident date", "Province", "Device type",
                                 *(c.replace("{n}", str(n)) for n in (1, 2, 3, 4) for c in columns)]]  # fmt: skip
    for number, group in sorted(groups.items()):
        v = group[0]
        cells: list[object] = [f"A-{number:04d}", milliseconds(v.day) // 1000, place_name(v.place),
                               {"APM": "AP mine", "CMR": "submunition", "ERW": "UXO", "AVM": "AT mine"}[v.device]]  # fmt: skip
        for p in group:
            cells += [
                f"V-{p.case:05d}",
                p.name,
                {"M": "Male", "F": "Female"}[p.sex],
                p.years,
                {"K": "Dead", "I": "Injured"}[p.outcome],
            ]
        rows.append(cells + [""] * (len(rows[0]) - len(cells)))
    write_csv(folder / "accidents.csv", rows)
    means = {"Accident No": "accident_id", "Accident date": "date", "Province": "place", "Device type": "device",
             **dict(zip(columns, ["case_id", "", "sex", "age", "outcome"], strict=True))}  # fmt: skip
    return Register("TH", str(folder), people, {("accidents.csv", h): m for h, m in means.items()})


def dhis2_csv(folder: Path) -> Register:
    """Events of DHIS2 with a list of data elements as CSV, and option codes that read like words."""
    people = victims("MM", BURMESE, seed=14, count=220, accidents=220)
    names = ["Sex of victim", "Age of victim (years)", "Result of the accident", "Type of device", "State or region",
             "Date of accident", "Civilian or not", "Telephone"]  # fmt: skip
    keys = [uid("q", n) for n in range(len(names))]
    write_csv(
        folder / "data_elements.csv",
        [["uid", "name", "valueType"], *([k, n, "TEXT"] for k, n in zip(keys, names, strict=True))],
    )
    write_csv(folder / "tracker_events.csv", [
        ["Event", "Tracked entity instance", "Org unit", "Event status", *keys],
        *([uid("v", v.case), uid("z", v.case), uid("w", v.case % 12), "ACTIVE", {"M": "MALE", "F": "FEMALE"}[v.sex], v.years,
           {"K": "KILLED", "I": "INJURED"}[v.outcome], {"APM": "AP_MINE", "CMR": "CLUSTER_MUNITION", "ERW": "UXO", "AVM": "AT_MINE"}[v.device],
           place_name(v.place), f"{v.day.isoformat()}T00:00:00.000", {"CIV": "CIVILIAN", "MIL": "MILITARY"}[v.civ_status],
           f"09 {v.case:08d}"] for v in people),
    ])  # fmt: skip
    means = dict(
        zip(keys, ["sex", "age", "outcome", "device", "place", "date", "civ_status", ""], strict=True)
    )
    means |= {
        "Event": any_of("case_id", ""),
        "Tracked entity instance": any_of("case_id", ""),
        "Org unit": "",
        "Event status": "",
    }
    return Register("MM", str(folder), people, {("tracker_events.csv", h): m for h, m in means.items()})


def lao_workbook(folder: Path) -> Register:
    """Heads of two lines with the same word below two of them, and a subtotal after each province."""
    people = sorted(victims("LA", LAO, seed=15, count=150, accidents=150, places=5), key=lambda v: v.place)
    rows: list[list[object]] = [
        ["ບັນຊີຜູ້ເຄາະຮ້າຍ", *[""] * 8],
        ["ລະຫັດ", "ຜູ້ເຄາະຮ້າຍ", "", "", "ຜູ້ແຈ້ງ", "", "ອຸບັດຕິເຫດ", "", ""],
        ["", "ຊື່", "ເພດ", "ອາຍຸ", "ຊື່", "ໂທລະສັບ", "ວັນທີ", "ແຂວງ", "ຜົນ"],
    ]
    previous = people[0].place
    for v in [*people, None]:
        if v is None or v.place != previous:
            count = sum(p.place == previous for p in people)
            rows.append([f"ລວມ {place_name(previous, local=True)}", "", "", "", "", "", "", "", count])
        if v is not None:
            rows.append([f"LA{v.case:04d}", v.name, {"M": "ຊາຍ", "F": "ຍິງ"}[v.sex], v.years, LAO[v.case % 4], f"020 {v.case:07d}",
                         v.day, place_name(v.place, local=True), {"K": "ເສຍຊີວິດ", "I": "ບາດເຈັບ"}[v.outcome]])  # fmt: skip
            previous = v.place
    rows.append(["ລວມທັງໝົດ", "", "", "", "", "", "", "", len(people)])
    write_workbook(folder / "list.xlsx", {"ບັນຊີ": rows}, {"ບັນຊີ": ["A1:I1", "B2:D2", "E2:F2", "G2:I2"]})
    # Headings as a person would name them: the lower line, where it says which column is meant.
    means = {
        "ລະຫັດ": "case_id",
        "ເພດ": "sex",
        "ອາຍຸ": "age",
        "ໂທລະສັບ": "",
        "ວັນທີ": "date",
        "ແຂວງ": "place",
        "ຜົນ": "outcome",
    }
    return Register("LA", str(folder), people, {("ບັນຊີ", h): m for h, m in means.items()})


def sheet_a_year(folder: Path) -> Register:
    """A workbook with a sheet for each year, all with the same heads, and a sheet of notes."""
    people = [v for v in victims("VN", VIET, seed=16, count=210, accidents=210) if 2018 <= v.day.year <= 2021]
    sheets: dict[str, list[list[object]]] = {}
    for v in people:
        heads = ["Mã hồ sơ", "Họ tên", "Giới tính", "Tuổi", "Ngày tai nạn", "Tỉnh", "Kết quả"]
        sheets.setdefault(str(v.day.year), [heads]).append([
            f"VN-{v.case:05d}", v.name, {"M": "nam", "F": "nữ"}[v.sex], v.years, f"{v.day:%d/%m/%Y}", place_name(v.place),
            {"K": "tử vong", "I": "bị thương"}[v.outcome]])  # fmt: skip
    ordered: dict[str, list[list[object]]] = dict(sorted(sheets.items()))
    write_workbook(
        folder / "by_year.xlsx",
        ordered | {"Ghi chú": [["Số liệu do ban chỉ đạo cung cấp"], ["Cập nhật tháng 1"]]},
    )
    means = {"Mã hồ sơ": "case_id", "Họ tên": "", "Giới tính": "sex", "Tuổi": "age", "Ngày tai nạn": "date", "Tỉnh": "place",
             "Kết quả": "outcome"}  # fmt: skip
    return Register("VN", str(folder), people, {("2018", h): m for h, m in means.items()})


def indonesian(folder: Path) -> Register:
    """Years and months of age, injuries as columns of yes and no, titles above, a total below."""
    people = victims("ID", INDONESIAN, seed=17, count=200, accidents=160)
    months = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905
    hurt = {"AMP_L": "luka_kaki", "AMP_U": "luka_tangan", "EYE": "luka_mata", "BURN": "luka_bakar"}
    heads = ["no", "kode korban", "kode kejadian", "nama lengkap", "L/P", "umur (tahun)", "umur (bulan)", "tanggal", "provinsi", "akibat",
             *hurt.values()]  # fmt: skip

    def day(v):  # type: ignore[no-untyped-def]
        return (f"{v.day.day} {months[v.day.month - 1]} {v.day.year}", f"{v.day:%d-%m-%Y}")[v.accident % 2]

    write_csv(folder / "korban.csv", [
        ["DAFTAR KORBAN", *[""] * 13], heads,
        *([v.case, f"K{v.case:04d}", f"J{v.accident:03d}", v.name, {"M": "L", "F": "P"}[v.sex], v.years, v.months % 12 if v.years < 5 else 0,
           day(v), place_name(v.place), {"K": "meninggal", "I": "luka-luka"}[v.outcome],
           *("ya" if part in v.injuries else "tidak" for part in hurt)] for v in people),
        ["JUMLAH", *[""] * 4, *[""] * 8, len(people)],
    ])  # fmt: skip
    means = {"no": "", "kode korban": "case_id", "kode kejadian": "accident_id", "nama lengkap": "", "L/P": "sex",
             "umur (tahun)": "age", "umur (bulan)": any_of("age_months", ""), "tanggal": "date", "provinsi": "place",
             "akibat": "outcome", **{h: f"injury.{p}" for p, h in hurt.items()}}  # fmt: skip
    return Register("ID", str(folder), people, {("korban.csv", h): m for h, m in means.items()})


def lookups(folder: Path) -> Register:
    """A database whose codes stand in tables of their own, with the help that people had."""
    people = victims("KH", KHMER, seed=18, count=240, accidents=170)
    accidents = {v.accident: v for v in people}
    places = {code: 10 + n for n, code in enumerate(sorted({v.place for v in people}))}
    devices = {"APM": 1, "CMR": 2, "ERW": 3, "AVM": 4}
    statements = [
        "CREATE TABLE ref_sex (sex_id INTEGER PRIMARY KEY, label TEXT)",
        "CREATE TABLE ref_device (device_id INTEGER PRIMARY KEY, label TEXT)",
        "CREATE TABLE ref_province (province_id INTEGER PRIMARY KEY, label_en TEXT)",
        (
            "CREATE TABLE incident (incident_id INTEGER PRIMARY KEY, incident_date TEXT,"
            " province_id INTEGER REFERENCES ref_province(province_id), device_id INTEGER REFERENCES ref_device(device_id))"
        ),
        (
            "CREATE TABLE victim (victim_id INTEGER PRIMARY KEY, incident_id INTEGER REFERENCES incident(incident_id),"
            " victim_name TEXT, sex_id INTEGER REFERENCES ref_sex(sex_id), age INTEGER, killed INTEGER)"
        ),
        "CREATE TABLE help (help_id INTEGER PRIMARY KEY, victim_id INTEGER REFERENCES victim(victim_id), help_date TEXT, help_type TEXT)",
    ]
    rows = {
        "ref_sex": [(1, "Male"), (2, "Female")],
        "ref_device": [(1, "AP mine"), (2, "Cluster bomb"), (3, "UXO"), (4, "AT mine")],
        "ref_province": [(n, place_name(code)) for code, n in places.items()],
        "incident": [(n, f"{v.day:%d/%m/%Y}", places[v.place], devices[v.device]) for n, v in sorted(accidents.items())],
        "victim": [(v.case, v.accident, v.name, {"M": 1, "F": 2}[v.sex], v.years, {"K": 1, "I": 0}[v.outcome]) for v in people],
        "help": [(n, 1 + n * 11 % 240, f"{v.day:%d/%m/2025}", ("hospital", "prosthesis", "loan")[n % 3])
                 for n, v in enumerate(people[:120], 1)],
    }  # fmt: skip
    url = write_sqlite(folder / "cases.db", statements, rows)
    means = {("victim", "victim_id"): "case_id", ("victim", "incident_id"): any_of("", "accident_id"), ("victim", "victim_name"): "",
             ("victim", "sex_id"): "sex", ("victim", "age"): "age", ("victim", "killed"): "outcome",
             ("incident", "incident_date"): "date", ("incident", "province_id"): "place", ("incident", "device_id"): "device",
             ("help", "help_date"): "service_date", ("help", "help_type"): any_of("va_pillar", "service_item"),
             ("help", "help_id"): any_of("", "service_id")}  # fmt: skip
    return Register("KH", url, people, means)


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (
        odk_central,
        kobo_labels,
        wide_accidents,
        dhis2_csv,
        lao_workbook,
        sheet_a_year,
        indonesian,
        lookups,
    )
)
