"""Four shapes written later still: ODK Central's files, DHIS2's wide table, marks under merged heads, a hospital's list."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

import json
from pathlib import Path

from messy.people import Register, Shape, Victim, any_of, victims
from messy.writing import place_name, uid, uuid, write_csv, write_workbook

FILIPINO = ("Salazar", "Norma", "Abdul", "Castillo", "Merly")
KHMER = ("Prak", "Samnang", "Kunthea", "Hem", "Rotha")
VIET = ("Đinh", "Thắng", "Nhung", "Tạ", "Sơn")
LAO = ("ບົວ", "ຄຳ", "ສີ", "ທອງ", "ແສງ")


def odk_groups(folder: Path) -> Register:
    """A submission for each accident with groups in its headings, and a file for the repeat, joined by KEY."""
    people = victims("PH", FILIPINO, seed=41, count=210, accidents=130)
    accidents = {v.accident: v for v in people}
    key = {n: f"uuid:{uuid(41, n)}" for n in accidents}
    write_csv(folder / "mine_accident.csv", [
        ["SubmissionDate", "today", "deviceid", "grp_where-prov", "grp_where-brgy", "grp_where-gps-Latitude", "grp_where-gps-Longitude", "grp_where-gps-Accuracy", "grp_what-date_acc", "grp_what-item",
         "grp_what-item_other", "victims_count", "meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "ReviewState", "FormVersion"],
        *([f"2025-02-{1 + n % 27:02d}T08:15:{n % 60:02d}.311Z", f"2025-02-{1 + n % 27:02d}", f"collect:{n % 5}Kd", place_name(v.place), f"Brgy {n % 23}", 7 + n % 90 / 100, 124 + n % 77 / 100, 4.5,
           v.day.isoformat(), {"APM": "landmine", "CMR": "cluster_munition", "ERW": "uxo", "AVM": "antivehicle_mine"}[v.device], "", sum(p.accident == n for p in people), key[n], key[n],
           12 + n % 4, f"enumerator {n % 4}", "", "2025011201"] for n, v in sorted(accidents.items(), key=lambda pair: pair[0] * 29 % 131)),
    ])  # fmt: skip
    seen: dict[int, int] = {}
    rows: list[list[object]] = []
    for v in sorted(people, key=lambda p: p.accident * 29 % 131):
        seen[v.accident] = seen.get(v.accident, 0) + 1
        rows.append([v.name, {"M": "male", "F": "female"}[v.sex], v.years, {"K": "died", "I": "injured"}[v.outcome],
                     " ".join({"AMP_L": "leg_amputated", "AMP_U": "arm_amputated", "EYE": "eye", "BURN": "burn"}[i] for i in v.injuries),
                     key[v.accident], f"{key[v.accident]}/victim[{seen[v.accident]}]"])  # fmt: skip
    write_csv(folder / "mine_accident-victim.csv", [
        ["victim_name", "grp_person-sex", "grp_person-age_yrs", "grp_harm-outcome", "grp_harm-injuries", "PARENT_KEY", "KEY"], *rows,
    ])  # fmt: skip
    one = dict.fromkeys(
        (
            "SubmissionDate",
            "today",
            "deviceid",
            "grp_where-gps-Accuracy",
            "grp_what-item_other",
            "victims_count",
            "SubmitterID",
            "SubmitterName",
            "ReviewState",
            "FormVersion",
        ),
        "",
    )
    one |= {"grp_where-prov": "place", "grp_where-brgy": any_of("", "village"), "grp_where-gps-Latitude": any_of("", "latitude"), "grp_where-gps-Longitude": any_of("", "longitude"),
            "grp_what-date_acc": "date", "grp_what-item": "device", "meta-instanceID": any_of("", "accident_id"), "KEY": any_of("", "accident_id")}  # fmt: skip
    two = {"victim_name": "", "grp_person-sex": "sex", "grp_person-age_yrs": "age", "grp_harm-outcome": "outcome", "grp_harm-injuries": "injury",
           "PARENT_KEY": any_of("", "accident_id"), "KEY": "case_id"}  # fmt: skip
    meanings = {("mine_accident.csv", h): m for h, m in one.items()}
    meanings |= {("mine_accident-victim.csv", h): m for h, m in two.items()}
    return Register("PH", str(folder), people, meanings)


def dhis2_wide(folder: Path) -> Register:
    """A tracker's export in one wide table: uids as headings, codes of options, places by their path."""
    people = victims("KH", KHMER, seed=42, count=170, accidents=170)
    names = {"Sex of casualty": "sex", "Age in years": "age", "Status after accident": "outcome", "Weapon": "device", "Activity at the time": "activity",
             "Consent form signed": "", "Family name": ""}  # fmt: skip
    keys = {name: uid("d", n + 90) for n, name in enumerate(names)}
    options = {"Sex of casualty": {"SEX_M": "Male", "SEX_F": "Female"}, "Status after accident": {"ST1": "Killed", "ST2": "Injured"},
               "Weapon": {"W1": "Anti-personnel mine", "W2": "Cluster munition remnant", "W3": "Other explosive remnant of war", "W4": "Anti-vehicle mine"}}  # fmt: skip
    sets = {name: uid("s", n + 9) for n, name in enumerate(options)}
    body = {
        "system": {"version": "2.41"},
        "trackedEntityAttributes": [
            {"id": keys[n], "name": n, "valueType": "TEXT", **({"optionSet": {"id": sets[n]}} if n in sets else {})} for n in list(names)[:2]
        ],
        "dataElements": [
            {"id": keys[n], "name": n, "valueType": "TEXT", **({"optionSet": {"id": sets[n]}} if n in sets else {})} for n in list(names)[2:]
        ],
        "optionSets": [{"id": sets[n], "name": n, "options": [{"id": uid("o", k * 7 + j)} for j in range(len(o))]} for k, (n, o) in enumerate(options.items())],
        "options": [{"id": uid("o", k * 7 + j), "code": c, "name": label, "optionSet": {"id": sets[n]}} for k, (n, o) in enumerate(options.items()) for j, (c, label) in enumerate(o.items())],
    }  # fmt: skip
    (folder / "metadata.json").write_text(json.dumps(body), encoding="utf-8")
    write_csv(folder / "enrollments.csv", [
        ["trackedEntity", "enrollment", "program", "orgUnit", "orgUnitName", "orgUnitNameHierarchy", "enrolledAt", "occurredAt", "status", "storedBy", *keys.values()],
        *([uid("e", 3000 + v.case), uid("n", 3000 + v.case), uid("p", 3), uid("u", v.case % 17), f"Health centre {v.case % 17}", f"Cambodia/{place_name(v.place)}/Health centre {v.case % 17}",
           "2025-06-01T00:00:00.000", f"{v.day.isoformat()}T00:00:00.000", "COMPLETED", f"user{v.case % 3}", f"SEX_{v.sex}", v.years, {"K": "ST1", "I": "ST2"}[v.outcome],
           {"APM": "W1", "CMR": "W2", "ERW": "W3", "AVM": "W4"}[v.device], {"FARM": "Farming", "TRAV": "Travelling", "PLAY": "Playing", "WOOD": "Collecting wood", "SCRAP": "Collecting scrap metal"}[v.activity],
           "true", v.name.split()[0]] for v in people),
    ])  # fmt: skip
    means: dict[str, str | frozenset[str]] = {keys[name]: meaning for name, meaning in names.items()}
    means |= {"trackedEntity": any_of("case_id", ""), "enrollment": any_of("", "case_id", "accident_id"), "program": "", "orgUnit": "", "orgUnitName": "", "orgUnitNameHierarchy": "place",
              "enrolledAt": "", "occurredAt": "date", "status": "", "storedBy": ""}  # fmt: skip
    return Register("KH", str(folder), people, {("enrollments.csv", h): m for h, m in means.items()})


def marks_under_heads(folder: Path) -> Register:
    """Heads over two lines with merged cells, a line of units, an x under man or woman, sums after each province."""
    people = sorted(
        victims("VN", VIET, seed=43, count=150, accidents=150, places=5), key=lambda v: (v.place, v.case)
    )
    rows: list[list[object]] = [
        ["UBND TỈNH", *[None] * 9],
        ["DANH SÁCH NẠN NHÂN BOM MÌN", *[None] * 9],
        ["STT", "Mã hồ sơ", "Họ tên", "Giới tính", None, "Tuổi", "Ngày xảy ra", "Tỉnh", "Hậu quả", None],
        [None, None, None, "Nam", "Nữ", None, None, None, "Chết", "Bị thương"],
        [None, None, None, "(x)", "(x)", "(tuổi)", "(ngày/tháng/năm)", None, "(x)", "(x)"],
    ]
    for n, v in enumerate(people, 1):
        rows.append([n, f"BM-{v.case:04d}", v.name, "x" if v.sex == "M" else None, "x" if v.sex == "F" else None, v.years, f"{v.day:%d/%m/%Y}", place_name(v.place),
                     "x" if v.outcome == "K" else None, "x" if v.outcome == "I" else None])  # fmt: skip
        if n == len(people) or people[n].place != v.place:
            own = [p for p in people if p.place == v.place]
            rows.append([f"Cộng {place_name(v.place)}", None, None, sum(p.sex == "M" for p in own), sum(p.sex == "F" for p in own), None, None, None,
                         sum(p.outcome == "K" for p in own), sum(p.outcome == "I" for p in own)])  # fmt: skip
    rows.append(["Tổng cộng", None, len(people), *[None] * 7])
    write_workbook(folder / "danh_sach.xlsx", {"Sheet1": rows}, {"Sheet1": ["A1:J1", "A2:J2", "D3:E3", "I3:J3", "A3:A4", "B3:B4", "C3:C4", "F3:F4", "G3:G4", "H3:H4"]})  # fmt: skip
    means = {"STT": "", "Mã hồ sơ": "case_id", "Họ tên": "", "Nam": "sex", "Nữ": "", "Tuổi": "age",
             "Ngày xảy ra": "date", "Tỉnh": "place", "Chết": "outcome", "Bị thương": ""}  # fmt: skip
    return Register("VN", str(folder), people, {("Sheet1", h): m for h, m in means.items()})


def lao_hospital(folder: Path) -> Register:
    """Years and months of age side by side, 0 and 1 for each injury and for death, a day of admission beside the accident's."""
    people = victims("LA", LAO, seed=44, count=160, accidents=160)

    def row(n: int, v: Victim) -> list[object]:
        admitted = v.day.replace(day=min(28, v.day.day + 1))
        months = v.months % 12 if v.years < 3 else ""
        parts = [int(part in v.injuries) for part in ("AMP_L", "AMP_U", "EYE", "BURN")]
        return [n, f"{v.case * 7:06d}", v.name, {"M": "ຊ", "F": "ຍ"}[v.sex], v.years, months, f"{v.day:%d-%m-%Y}", f"{admitted:%d-%m-%Y}", f"ແຂວງ{place_name(v.place, local=True)}",
                *parts, int(v.outcome == "K"), f"020{v.case:08d}"]  # fmt: skip

    heads = [
        "ລ/ດ",
        "ເລກທີຄົນເຈັບ",
        "ຊື່ ແລະ ນາມສະກຸນ",
        "ເພດ",
        "ອາຍຸ (ປີ)",
        "ອາຍຸ (ເດືອນ)",
        "ວັນທີເກີດເຫດ",
        "ວັນທີເຂົ້າໂຮງໝໍ",
        "ແຂວງ",
        "ຂາຂາດ",
        "ແຂນຂາດ",
        "ຕາ",
        "ໄໝ້",
        "ເສຍຊີວິດ",
        "ໂທລະສັບ",
    ]
    write_workbook(folder / "hospital.xlsx", {"ຄົນເຈັບ": [["ໂຮງໝໍແຂວງ", *[None] * 14], heads, *(row(n, v) for n, v in enumerate(people, 1))]})  # fmt: skip
    means = {"ລ/ດ": "", "ເລກທີຄົນເຈັບ": "case_id", "ຊື່ ແລະ ນາມສະກຸນ": "", "ເພດ": "sex", "ອາຍຸ (ປີ)": "age", "ອາຍຸ (ເດືອນ)": any_of("", "age_months"), "ວັນທີເກີດເຫດ": "date", "ວັນທີເຂົ້າໂຮງໝໍ": "",
             "ແຂວງ": "place", "ຂາຂາດ": "injury.AMP_L", "ແຂນຂາດ": "injury.AMP_U", "ຕາ": "injury.EYE", "ໄໝ້": "injury.BURN", "ເສຍຊີວິດ": "outcome", "ໂທລະສັບ": ""}  # fmt: skip
    return Register("LA", str(folder), people, {("ຄົນເຈັບ", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write) for write in (odk_groups, dhis2_wide, marks_under_heads, lao_hospital)
)
