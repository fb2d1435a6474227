"""Eight shapes written as offices would write them, before whoever wrote them had looked at how drafts guess."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

import csv
import io
import zipfile
from pathlib import Path

from ods_files import ods_file
from zawgyi_typing import typed_for_zawgyi

from messy.people import Register, Shape, any_of, victims
from messy.writing import place_name, uid, uuid, write_csv, write_sqlite, write_workbook

LAO = ("ບຸນມີ", "ສີສະຫວາດ", "ຄຳຫຼ້າ", "ພອນ", "ວັນນາ")
FILIPINO = ("Macapagal", "Noraisa", "Tumulak", "Abdulkarim", "Reynante")
TIMORESE = ("Amaral", "Domingas", "Belo", "Joanico", "Sequeira")
BURMESE = ("မောင်", "လှ", "စိုး", "နန်း", "ထွန်း")
VIETNAMESE = ("Lê", "Hoàng", "Thị", "Quân", "Mạnh", "Hồ")
KHMER = ("Chan", "Sopheap", "Rith", "Malis", "Oeun")


def lao_merged(folder: Path) -> Register:
    """Three lines of heads with merged groups, a line of column numbers below them, signatures at the end."""
    people = victims("LA", LAO, seed=71, count=170, accidents=130)
    blank = [None] * 11
    rows: list[list[object]] = [
        ["ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ", *blank],
        ["ບັນຊີຜູ້ເຄາະຮ້າຍຈາກລະເບີດບໍ່ທັນແຕກ", *blank],
        [None, *blank],
        ["ລ/ດ", "ລະຫັດຜູ້ເຄາະຮ້າຍ", "ຂໍ້ມູນຜູ້ເຄາະຮ້າຍ", None, None, "ຂໍ້ມູນອຸບັດຕິເຫດ", None, None, None, None, "ຜົນ", "ໝາຍເຫດ"],
        [None, None, "ຊື່ ແລະ ນາມສະກຸນ", "ເພດ", "ອາຍຸ", "ວັນ ເດືອນ ປີ", "ແຂວງ", "ເມືອງ", "ບ້ານ", "ຊະນິດລະເບີດ", None, None],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ]  # fmt: skip
    for n, v in enumerate(people, 1):
        rows.append([n, f"ລວ-{v.case:04d}", v.name, {"M": "ຊາຍ", "F": "ຍິງ"}[v.sex], v.years, f"{v.day:%d/%m/%Y}", f"ແຂວງ{place_name(v.place, True)}", f"ເມືອງທີ {v.case % 17}", f"ບ້ານໜອງ{v.case % 23}",
                     {"APM": "ລະເບີດຝັງດິນ", "CMR": "ລະເບີດລູກຫວ່ານ", "ERW": "ລະເບີດບໍ່ທັນແຕກ", "AVM": "ລະເບີດຝັງດິນຕ້ານລົດ"}[v.device], {"K": "ເສຍຊີວິດ", "I": "ບາດເຈັບ"}[v.outcome], None])  # fmt: skip
    rows += [[None, *blank], [None, *blank[:8], "ຫົວໜ້າຫ້ອງການ", *blank[9:]]]
    merged = ("A1:L1", "A2:L2", "C4:E4", "F4:J4", "A4:A5", "B4:B5", "K4:K5", "L4:L5")
    write_workbook(folder / "bomb.xlsx", {"ບັນຊີ": rows}, {"ບັນຊີ": merged})
    means = {"ລ/ດ": "", "ລະຫັດຜູ້ເຄາະຮ້າຍ": "case_id", "ຊື່ ແລະ ນາມສະກຸນ": "", "ເພດ": "sex", "ອາຍຸ": "age", "ວັນ ເດືອນ ປີ": "date", "ແຂວງ": "place", "ເມືອງ": any_of("", "district"), "ບ້ານ": "", "ຊະນິດລະເບີດ": "device", "ຜົນ": "outcome",
             "ໝາຍເຫດ": ""}  # fmt: skip
    return Register("LA", str(folder), people, {("ບັນຊີ", h): m for h, m in means.items()})


def philippine_list(folder: Path) -> Register:
    """An old code page, years of two digits after month and day, names in three columns, hours, long words for outcomes."""
    people = victims("PH", FILIPINO, seed=72, count=210, accidents=160)
    write_csv(folder / "Victims List.csv", [
        ["Ctrl. No.", "Last Name", "First Name", "M.I.", "Gender", "Age", "Civil Status", "Brgy.", "Mun./City", "Province", "Date of Incident", "Time", "Nature of Incident", "Status of Victim", "Activity at Time of Incident", "Contact No.", "Peñafiel ref."],
        *([f"MSW-{v.day:%y}-{v.case:04d}", v.name.split()[1], v.name.split()[0], "ABCDS"[v.case % 5] + ".", {"M": "MALE", "F": "FEMALE"}[v.sex], v.years, ("single", "married", "widowed")[v.case % 3], f"Brgy. {v.case % 19}", f"Sultan {v.case % 11}",
           place_name(v.place), f"{v.day.month}/{v.day.day}/{v.day:%y}", f"{v.case % 24:02d}{v.case % 60:02d}H", {"APM": "Landmine", "CMR": "Submunition", "ERW": "UXO", "AVM": "Anti-vehicle mine"}[v.device],
           {"K": "Deceased", "I": "Wounded"}[v.outcome], {"FARM": "Farming", "TRAV": "Traveling", "PLAY": "Playing", "WOOD": "Gathering firewood", "SCRAP": "Scrap collection"}[v.activity], f"09{v.case * 7919 % 10**9:09d}", "Niño" if v.case % 9 == 0 else ""]
          for v in people),
    ], encoding="cp1252")  # fmt: skip
    means = {"Ctrl. No.": "case_id", "Last Name": "", "First Name": "", "M.I.": "", "Gender": "sex", "Age": "age", "Civil Status": "", "Brgy.": "", "Mun./City": any_of("", "district"), "Province": "place", "Date of Incident": "date", "Time": "",
             "Nature of Incident": "device", "Status of Victim": "outcome", "Activity at Time of Incident": "activity", "Contact No.": "", "Peñafiel ref.": ""}  # fmt: skip
    return Register(
        "PH",
        str(folder),
        people,
        {("Victims List.csv", h): m for h, m in means.items()},
        ("sex", "outcome", "year", "place", "age", "activity"),
    )


def kobo_two_repeats(folder: Path) -> Register:
    """XML names under groups, victims and needs as two repeats, several injuries with a blank, days with an hour and a zone."""
    people = victims("KH", KHMER, seed=73, count=230, accidents=150)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    main: list[list[object]] = [["start", "end", "enumerator_name", "grp_incident/inc_datetime", "grp_incident/adm1_province", "grp_incident/adm2_district", "grp_incident/gps_point", "grp_incident/_gps_point_latitude", "grp_incident/_gps_point_longitude",
                                 "grp_incident/ordnance", "nb_victims", "_id", "_uuid", "_submission_time", "_validation_status", "_index"]]  # fmt: skip
    for n, v in sorted(first.items()):
        stamp = f"{v.day}T{v.case % 14 + 6:02d}:30:00.000+07:00"
        main.append([f"2026-02-{v.case % 27 + 1:02d}T08:00:00.000+07:00", f"2026-02-{v.case % 27 + 1:02d}T08:40:00.000+07:00", f"E{v.case % 4}", stamp, place_name(v.place).lower().replace(" ", "_"), f"d{v.case % 30:02d}", f"{12 + v.case / 1000} {103 + v.case / 999} 0 0",
                     12 + v.case / 1000, 103 + v.case / 999, {"APM": "ap_mine", "CMR": "cluster_munition", "ERW": "erw", "AVM": "av_mine"}[v.device], sum(p.accident == n for p in people), 700000 + n, uuid(7, n), "2026-03-01T02:03:04", None, n])  # fmt: skip
    repeat: list[list[object]] = [["victim/v_name", "victim/v_sex", "victim/v_age_years", "victim/v_outcome", "victim/v_injuries", "victim/v_injuries/leg_amputation", "victim/v_injuries/arm_amputation", "victim/v_injuries/eye", "victim/v_injuries/burns",
                                   "victim/v_injuries_other", "victim/v_status", "_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid"]]  # fmt: skip
    needs: list[list[object]] = [["need/need_type", "need/need_state", "need/need_date", "_index", "_parent_table_name", "_parent_index", "_submission__id"]]  # fmt: skip
    words = {"AMP_L": "leg_amputation", "AMP_U": "arm_amputation", "EYE": "eye", "BURN": "burns"}
    for n, v in enumerate(people, 1):
        some = [words[i] for i in v.injuries]
        repeat.append([v.name, {"M": "male", "F": "female"}[v.sex], v.years, {"K": "killed", "I": "injured"}[v.outcome], " ".join(some), *[int(w in some) for w in words.values()], None, {"CIV": "civilian", "MIL": "military"}[v.civ_status], n, "form", v.accident,
                       700000 + v.accident, uuid(7, v.accident)])  # fmt: skip
        if v.outcome == "I" and v.case % 3:
            needs.append(["prosthesis" if v.case % 2 else "hospital", "received" if v.case % 5 else "needed", "2025-05-02", len(needs), "victims", n, 700000 + v.accident])  # fmt: skip
    write_workbook(folder / "form - latest.xlsx", {"form": main, "victims": repeat, "needs": needs})
    means = {("victims", h): m for h, m in {"victim/v_name": "", "victim/v_sex": "sex", "victim/v_age_years": "age", "victim/v_outcome": "outcome", "victim/v_injuries": "injury", "victim/v_injuries/leg_amputation": "", "victim/v_injuries/arm_amputation": "", "victim/v_injuries/eye": "",
             "victim/v_injuries/burns": "", "victim/v_injuries_other": "", "victim/v_status": "civ_status", "_index": any_of("case_id", ""), "_parent_table_name": "", "_submission__id": any_of("", "accident_id"), "_submission__uuid": any_of("", "accident_id")}.items()}  # fmt: skip
    means |= {("form", h): m for h, m in {"start": "", "end": "", "enumerator_name": "", "grp_incident/inc_datetime": "date", "grp_incident/adm1_province": "place", "grp_incident/adm2_district": any_of("", "district"), "grp_incident/gps_point": "", "grp_incident/_gps_point_latitude": "",
              "grp_incident/_gps_point_longitude": "", "grp_incident/ordnance": "device", "nb_victims": "", "_id": any_of("", "accident_id"), "_uuid": any_of("accident_id", ""), "_submission_time": "", "_validation_status": "", "_index": any_of("", "accident_id")}.items()}  # fmt: skip
    means |= {("needs", h): m for h, m in {"need/need_type": any_of("va_pillar", "service_item"), "need/need_state": "service_status", "need/need_date": "service_date", "_index": any_of("", "service_id"), "_parent_table_name": "", "_submission__id": ""}.items()}  # fmt: skip
    return Register("KH", str(folder), people, means)


def odk_zip(folder: Path) -> Register:
    """The archive that ODK Central gives: one file of submissions, one of the repeat, in Portuguese."""
    people = victims("TL", TIMORESE, seed=74, count=140, accidents=95)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    main: list[list[object]] = [["SubmissionDate", "acidente-data_acidente", "acidente-municipio", "acidente-suco", "acidente-tipo_engenho", "n_vitimas", "meta-instanceID", "meta-instanceName", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]]  # fmt: skip
    for n, v in sorted(first.items()):
        key = f"uuid:{uuid(9, n)}"
        main.append(["2026-01-09T03:04:05.678Z", v.day.isoformat(), place_name(v.place), f"Suco {n % 12}", {"APM": "mina_antipessoal", "CMR": "submunicao", "ERW": "engenho_explosivo", "AVM": "mina_anticarro"}[v.device], sum(p.accident == n for p in people), key, f"Acidente {n}", key,
                     44, "Equipa 2", 0, 0, None, None, f"collect:{n % 5}", 0, "2025.1"])  # fmt: skip
    repeat: list[list[object]] = [["vitima-nome", "vitima-sexo", "vitima-idade", "vitima-resultado", "vitima-estatuto", "PARENT_KEY", "KEY"]]  # fmt: skip
    counted: dict[int, int] = {}
    for v in sorted(people, key=lambda v: v.accident):
        counted[v.accident] = counted.get(v.accident, 0) + 1
        parent = f"uuid:{uuid(9, v.accident)}"
        repeat.append([v.name, {"M": "masculino", "F": "feminino"}[v.sex], v.years, {"K": "morto", "I": "ferido"}[v.outcome], {"CIV": "civil", "MIL": "militar"}[v.civ_status], parent, f"{parent}/vitima[{counted[v.accident]}]"])  # fmt: skip
    with zipfile.ZipFile(folder / "acidentes.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in (("acidentes.csv", main), ("acidentes-vitima.csv", repeat)):
            stream = io.StringIO()
            csv.writer(stream, lineterminator="\n").writerows(rows)
            archive.writestr(name, stream.getvalue())
    means = {("acidentes-vitima.csv", h): m for h, m in {"vitima-nome": "", "vitima-sexo": "sex", "vitima-idade": "age", "vitima-resultado": "outcome", "vitima-estatuto": "civ_status", "KEY": "case_id"}.items()}  # fmt: skip
    means |= {("acidentes.csv", h): m for h, m in {"SubmissionDate": "", "acidente-data_acidente": "date", "acidente-municipio": "place", "acidente-suco": "", "acidente-tipo_engenho": "device", "n_vitimas": "", "meta-instanceID": any_of("", "accident_id"), "meta-instanceName": any_of("", "accident_id"),
              "KEY": any_of("accident_id", ""), "SubmitterID": "", "SubmitterName": "", "AttachmentsPresent": "", "AttachmentsExpected": "", "Status": "", "ReviewState": "", "DeviceID": "", "Edits": "", "FormVersion": ""}.items()}  # fmt: skip
    return Register("TL", str(folder / "acidentes.csv.zip"), people, means)


def zawgyi_sheet(folder: Path) -> Register:
    """Everything typed for the Zawgyi font, digits of the script, day and age with their words."""
    people = victims("MM", BURMESE, seed=75, count=150, accidents=110)
    digits = str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉")
    heads = ["စဉ်", "အမှုအမှတ်", "အမည်", "မှတ်ပုံတင်အမှတ်", "ကျား/မ", "အသက်", "ဖြစ်ပွားသည့်နေ့", "ပြည်နယ်/တိုင်း", "မြို့နယ်", "ရွာ", "ထိခိုက်မှု", "လက်နက်အမျိုးအစား"]  # fmt: skip
    rows: list[list[object]] = [list(map(typed_for_zawgyi, heads))]
    for n, v in enumerate(people, 1):
        cells = [str(n), f"မသ-{v.case:04d}", v.name, f"၁၂/မရန(နိုင်){v.case * 677 % 899999 + 100000}", {"M": "ကျား", "F": "မ"}[v.sex], f"{v.years} နှစ်", f"{v.day.day}-{v.day.month}-{v.day.year}", place_name(v.place, True), f"မြို့နယ် {v.case % 21}", f"ရွာသစ် {v.case % 29}",
                 {"K": "သေဆုံး", "I": "ဒဏ်ရာရ"}[v.outcome], {"APM": "လူသတ်မိုင်း", "CMR": "အစုလိုက်ဗုံး", "ERW": "မပေါက်ကွဲသေးသောလက်နက်", "AVM": "ယာဉ်ဖျက်မိုင်း"}[v.device]]  # fmt: skip
        rows.append([typed_for_zawgyi(cell).translate(digits) for cell in cells])
    write_workbook(folder / "victims.xlsx", {"Sheet1": rows})
    means = dict(zip(map(typed_for_zawgyi, heads), ["", "case_id", "", any_of("national_id", ""), "sex", "age", "date", "place", any_of("", "district"), "", "outcome", "device"], strict=True))  # fmt: skip
    return Register("MM", str(folder), people, {("Sheet1", h): m for h, m in means.items()})


def vietnamese_office(folder: Path) -> Register:
    """LibreOffice: titles, days with their months in words or a year alone, years of birth, "-nt-" sums by province, totals."""
    people = sorted(victims("VN", VIETNAMESE, seed=76, count=180, accidents=140), key=lambda v: (v.place, v.case))  # fmt: skip
    heads = ["STT", "Mã hồ sơ", "Họ và tên", "Giới tính", "Tuổi", "Dân tộc", "Ngày tháng năm xảy ra tai nạn", "Xã/Phường", "Huyện", "Tỉnh", "Loại vật nổ", "Hậu quả", "Hoạt động khi xảy ra tai nạn", "Ghi chú"]  # fmt: skip
    rows: list[list[object]] = [["ỦY BAN NHÂN DÂN TỈNH", *[None] * 13], ["DANH SÁCH NẠN NHÂN BOM MÌN GIAI ĐOẠN 2015-2024", *[None] * 13], list(heads)]  # fmt: skip
    number, last = 0, ""
    for v in people:
        if last and last != v.place:
            rows.append([f"Cộng tỉnh {place_name(last)}", None, None, None, sum(p.place == last for p in people), *[None] * 9])  # fmt: skip
        number, last = number + 1, v.place
        day = (f"{v.day:%d/%m/%Y}", f"tháng {v.day.month}/{v.day.year}", f"ngày {v.day.day} tháng {v.day.month} năm {v.day.year}", f"{v.day.day}.{v.day.month}.{v.day.year}")[v.accident % 4]  # fmt: skip
        rows.append([number, f"HS{v.case:05d}/BM", v.name, {"M": "Nam", "F": "Nữ"}[v.sex], v.years, ("Kinh", "Pa Cô", "Vân Kiều")[v.case % 3], day, f"Xã {v.case % 14}", f"Huyện {v.case % 9}", f"Tỉnh {place_name(v.place)}",
                     {"APM": "Mìn sát thương", "CMR": "Bom bi", "ERW": "Vật liệu nổ khác", "AVM": "Mìn chống tăng"}[v.device], {"K": "Tử vong", "I": "Bị thương"}[v.outcome], {"FARM": "Làm ruộng", "TRAV": "Đi lại", "PLAY": "Chơi đùa", "WOOD": "Lấy củi", "SCRAP": "Thu gom phế liệu"}[v.activity], None])  # fmt: skip
    rows.append(["Tổng cộng", None, None, None, len(people), *[None] * 9])
    (folder / "nan nhan.ods").write_bytes(ods_file("DS", rows))
    means = {"STT": "", "Mã hồ sơ": "case_id", "Họ và tên": "", "Giới tính": "sex", "Tuổi": "age", "Dân tộc": "", "Ngày tháng năm xảy ra tai nạn": "date", "Xã/Phường": any_of("", "commune"), "Huyện": any_of("", "district"), "Tỉnh": "place", "Loại vật nổ": "device", "Hậu quả": "outcome",
             "Hoạt động khi xảy ra tai nạn": "activity", "Ghi chú": ""}  # fmt: skip
    return Register(
        "VN",
        str(folder),
        people,
        {("DS", h): m for h, m in means.items()},
        ("sex", "outcome", "year", "place", "age", "activity"),
    )


def imsma_tables(folder: Path) -> Register:
    """A database with guids and enumerations: victims, accidents, the accident's place two tables away, notes."""
    people = victims("KH", KHMER, seed=77, count=200, accidents=140)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    places = {code: n for n, code in enumerate(sorted({v.place for v in people}), 1)}
    enums = {"M": (1, "Gender", "Male"), "F": (2, "Gender", "Female"), "K": (3, "VictimType", "Killed"), "I": (4, "VictimType", "Injured"), "APM": (5, "Device", "AP Mine"), "AVM": (6, "Device", "AT Mine"), "ERW": (7, "Device", "UXO"), "CMR": (8, "Device", "Cluster submunition"),
             "CIV": (9, "Status", "Civilian"), "MIL": (10, "Status", "Military")}  # fmt: skip
    url = write_sqlite(folder / "imsma.sqlite", [
        "CREATE TABLE imsmaenum (imsmaenum_guid TEXT PRIMARY KEY, enumcategory TEXT, enumvalue TEXT, sortorder INTEGER)",
        "CREATE TABLE gazetteer (gazetteer_guid TEXT PRIMARY KEY, gazetteerlevel_localid INTEGER, gazetteerlocalname TEXT)",
        "CREATE TABLE accident (accident_guid TEXT PRIMARY KEY, accident_localid TEXT, date_of_accident TEXT, gazetteer_guid TEXT REFERENCES gazetteer(gazetteer_guid), device_guid TEXT REFERENCES imsmaenum(imsmaenum_guid), shortdesc TEXT, dataenterer TEXT, dataentrydate TEXT)",
        ("CREATE TABLE victim (victim_guid TEXT PRIMARY KEY, accident_guid TEXT REFERENCES accident(accident_guid), victim_localid TEXT, givenname TEXT, lastname TEXT, age INTEGER, gender_guid TEXT REFERENCES imsmaenum(imsmaenum_guid), victimtype_guid TEXT REFERENCES imsmaenum(imsmaenum_guid), "
         "civilstatus_guid TEXT REFERENCES imsmaenum(imsmaenum_guid), dataentrydate TEXT)"),
    ], {
        "imsmaenum": [[uuid(1, n), category, value, n] for n, category, value in enums.values()],
        "gazetteer": [[uuid(2, n), 1, place_name(code)] for code, n in places.items()],
        "accident": [[uuid(3, n), f"AC-{n:05d}", f"{v.day} 00:00:00", uuid(2, places[v.place]), uuid(1, enums[v.device][0]), "farmer stepped on an object", f"op{n % 3}", "2026-04-05 10:11:12"] for n, v in sorted(first.items())],
        "victim": [[uuid(4, v.case), uuid(3, v.accident), f"VI-{v.case:05d}", v.name.split()[1], v.name.split()[0], v.years, uuid(1, enums[v.sex][0]), uuid(1, enums[v.outcome][0]), uuid(1, enums[v.civ_status][0]), "2026-04-05 10:11:12"] for v in people],
    })  # fmt: skip
    means = {("victim", h): m for h, m in {"victim_guid": any_of("case_id", ""), "accident_guid": any_of("accident_id", ""), "victim_localid": any_of("case_id", ""), "givenname": "", "lastname": "", "age": "age", "gender_guid": "sex", "victimtype_guid": "outcome", "civilstatus_guid": "civ_status", "dataentrydate": ""}.items()}  # fmt: skip
    means |= {("accident", h): m for h, m in {"accident_localid": any_of("accident_id", ""), "date_of_accident": "date", "gazetteer_guid": "place", "device_guid": "device", "shortdesc": "", "dataenterer": "", "dataentrydate": ""}.items()}  # fmt: skip
    return Register("KH", url, people, means)


def dhis2_line_list(folder: Path) -> Register:
    """A line list of DHIS2's event reports: names with a prefix for headings, a path of places, many days that are not the accident's."""
    people = victims("LA", ("Bounthan", "Chansy", "Douang", "Inthava", "Latsamy"), seed=78, count=190, accidents=190)  # fmt: skip
    heads = ["Event", "Program stage", "Event date", "Stored by", "Created by", "Last updated by", "Last updated on", "Scheduled date", "Enrollment date", "Incident date", "Tracked entity instance", "Longitude", "Latitude", "Organisation unit name", "Organisation unit name hierarchy", "Organisation unit code",
             "Event status", "Organisation unit", "UXO VIC - Case ID", "UXO VIC - Gender", "UXO VIC - Age (years)", "UXO VIC - Date of accident", "UXO VIC - Outcome of accident", "UXO VIC - Type of UXO", "UXO VIC - Civilian or military", "UXO VIC - Phone number"]  # fmt: skip
    rows: list[list[object]] = [list(heads)]
    for v in people:
        province = place_name(v.place)
        rows.append([uid("e", v.case), "Casualty report", f"{v.day.replace(year=2025)} 00:00:00.0", "nra.user", "nra.user", "nra.user", f"2026-05-{v.case % 28 + 1:02d} 10:00:00.0", None, None, None, None, None, None, f"HC {v.case % 31}", f"Lao PDR / {province} / District {v.case % 12} / HC {v.case % 31}",
                     f"LA{v.case % 31:04d}", "COMPLETED", uid("o", v.case % 31), f"UXO/{v.case:05d}", {"M": "Male", "F": "Female"}[v.sex], v.years, f"{v.day}", {"K": "Died", "I": "Injured"}[v.outcome], {"APM": "Anti-personnel mine", "CMR": "Bombie", "ERW": "Other UXO", "AVM": "Anti-vehicle mine"}[v.device],
                     {"CIV": "Civilian", "MIL": "Military"}[v.civ_status], f"020 {v.case * 7001 % 10**8:08d}"])  # fmt: skip
    write_csv(folder / "events.csv", rows)
    means = dict.fromkeys(heads, "") | {"Event": any_of("", "accident_id", "case_id"), "Organisation unit name hierarchy": "place", "UXO VIC - Case ID": any_of("case_id", ""), "UXO VIC - Gender": "sex", "UXO VIC - Age (years)": "age", "UXO VIC - Date of accident": "date", "UXO VIC - Outcome of accident": "outcome",
                                        "UXO VIC - Type of UXO": "device", "UXO VIC - Civilian or military": "civ_status"}  # fmt: skip
    return Register("LA", str(folder), people, {("events.csv", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (
        lao_merged,
        philippine_list,
        kobo_two_repeats,
        odk_zip,
        zawgyi_sheet,
        vietnamese_office,
        imsma_tables,
        dhis2_line_list,
    )
)
