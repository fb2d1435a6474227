"""Eight shapes of registers, with what else offices write beside a victim: homes, interviewers, days of visits."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

from pathlib import Path

from messy.people import Register, Shape, any_of, victims
from messy.writing import milliseconds, place_name, uid, uuid, write_csv, write_sqlite, write_workbook

VIETNAMESE = ("Trần", "Văn", "Thị", "Lực", "Nga", "Đỗ")
CAMBODIAN = ("Heng", "Sopha", "Vanna", "Chea", "Ratana")
LAO = ("Bounthan", "Keo", "Somphone", "Vilay", "Noy")
THAI = ("สมศักดิ์", "วันเพ็ญ", "ทองดี", "มานะ", "ชูใจ")
BURMESE = ("အောင်", "ခင်", "မြင့်", "သန်း", "စန်း")
INDONESIAN = ("Agus", "Sri", "Lestari", "Made", "Ruslan")
FILIPINO = ("Dalisay", "Ampatuan", "Reyes", "Salima", "Bato")
DEVICES_EN = {
    "APM": "Anti-personnel mine",
    "CMR": "Cluster munition",
    "ERW": "Other ERW",
    "AVM": "Anti-tank mine",
}


def kobo_in_words(folder: Path) -> Register:
    """An export of Kobo with labels for headings and answers, a repeat, a question of several answers, and 'other, specify'."""
    people = victims("KH", CAMBODIAN, seed=901, count=180, accidents=130)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    main: list[list[object]] = [
        [
            "start",
            "end",
            "Name of interviewer",
            "Sex of interviewer",
            "Consent to be interviewed",
            "Date of the accident",
            "Province of the accident",
            "District of the accident",
            "Type of explosive item",
            "Other type of explosive item, specify",
            "Number of victims",
            "_id",
            "_uuid",
            "_submission_time",
            "_validation_status",
            "_status",
            "_submitted_by",
            "__version__",
            "_tags",
            "_index",
        ]
    ]
    for n, v in sorted(first.items()):
        other = v.device == "ERW" and n % 9 == 0
        main.append(
            [
                f"2026-03-{v.case % 27 + 1:02d}T08:00:00.000+07:00",
                f"2026-03-{v.case % 27 + 1:02d}T08:30:00.000+07:00",
                f"Team {v.case % 3}",
                ("Female", "Male")[v.case % 2],
                "Yes",
                f"{v.day}",
                place_name(v.place),
                f"District {v.case % 20}",
                "Unexploded ordnance" if v.device == "ERW" else DEVICES_EN[v.device],
                "mortar" if other else None,
                sum(p.accident == n for p in people),
                9000 + n,
                uuid(1, n),
                "2026-04-01T00:00:00",
                None,
                "submitted_via_web",
                "kh_team",
                "vAbC",
                None,
                n,
            ]
        )
    rows: list[list[object]] = [
        [
            "Victim's family name",
            "Victim's given name",
            "Sex of the victim",
            "Age of the victim (years)",
            "What happened to the victim?",
            "Which injuries?",
            "Which injuries?/Leg amputated",
            "Which injuries?/Arm amputated",
            "Which injuries?/Eye injury",
            "Which injuries?/Burns",
            "What was the victim doing?",
            "_index",
            "_parent_table_name",
            "_parent_index",
            "_submission__id",
            "_submission__uuid",
        ]
    ]
    words = {"AMP_L": "Leg amputated", "AMP_U": "Arm amputated", "EYE": "Eye injury", "BURN": "Burns"}
    for n, v in enumerate(people, 1):
        has = [int(code in v.injuries) if v.injuries else None for code in words]
        rows.append(
            [
                *v.name.split(),
                {"M": "Male", "F": "Female"}[v.sex],
                v.years,
                {"K": "Died", "I": "Was injured"}[v.outcome],
                " ".join(words[i] for i in v.injuries) or None,
                *has,
                {
                    "FARM": "Farming",
                    "TRAV": "Travelling",
                    "PLAY": "Playing",
                    "WOOD": "Collecting wood",
                    "SCRAP": "Collecting scrap metal",
                }[v.activity],
                n,
                "Accident survey",
                v.accident,
                9000 + v.accident,
                uuid(1, v.accident),
            ]
        )
    write_workbook(
        folder / "Accident_survey_-_latest_version_-_labels.xlsx", {"Accident survey": main, "victims": rows}
    )
    means = {
        ("victims", h): m
        for h, m in zip(
            rows[0],
            [
                "",
                "",
                "sex",
                "age",
                "outcome",
                any_of("injury", ""),
                *[any_of("", t) for t in ("injury.AMP_L", "injury.AMP_U", "injury.EYE", "injury.BURN")],
                "activity",
                "case_id",
                "",
                any_of("accident_id", ""),
                any_of("", "accident_id"),
                any_of("", "accident_id"),
            ],
            strict=True,
        )
    }
    means |= {
        ("Accident survey", h): m
        for h, m in zip(
            main[0],
            [
                "",
                "",
                "",
                "",
                any_of("", "consent_share"),
                "date",
                "place",
                any_of("", "district"),
                "device",
                "",
                "",
                *[""] * 9,
            ],
            strict=True,
        )
    }
    return Register("KH", str(folder), people, means, ("sex", "outcome", "year", "place", "age", "activity"))


def imsma_core(folder: Path) -> Register:
    """Tables of IMSMA Core as a map service exports them: identifiers in braces, milliseconds, editors, codes with words."""
    people = victims("LA", LAO, seed=902, count=190, accidents=140)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    accidents = [
        [
            "OBJECTID",
            "accident_imsma_id",
            "date_of_accident",
            "date_of_report",
            "admin1",
            "admin2",
            "village",
            "exp_object_type",
            "x",
            "y",
            "GlobalID",
            "CreationDate",
            "Creator",
            "EditDate",
            "Editor",
        ]
    ]
    for n, v in sorted(first.items()):
        accidents.append(
            [
                n,
                f"ACC-{n:05d}",
                milliseconds(v.day),
                milliseconds(v.day) + 864_000_000,
                place_name(v.place),
                f"D{n % 30}",
                f"Ban {n % 80}",
                {"APM": "AP_mine", "CMR": "Submunition", "ERW": "UXO", "AVM": "AT_mine"}[v.device],
                102 + n / 999,
                18 + n / 998,
                "{" + uuid(2, n).upper() + "}",
                1_767_000_000_000 + n,
                "la_admin",
                1_767_100_000_000 + n,
                "la_admin",
            ]
        )
    rows = [
        [
            "OBJECTID",
            "victim_imsma_id",
            "v_name",
            "v_gender",
            "v_age",
            "v_fate",
            "v_status",
            "v_nationality",
            "interview_date",
            "parentglobalid",
            "GlobalID",
            "CreationDate",
            "Creator",
        ]
    ]
    for v in people:
        rows.append(
            [
                v.case,
                f"VIC-{v.case:05d}",
                v.name,
                {"M": "male", "F": "female"}[v.sex],
                v.years,
                {"K": "killed", "I": "injured"}[v.outcome],
                {"CIV": "civilian", "MIL": "military"}[v.civ_status],
                "Lao",
                milliseconds(v.day) + 3_000_000_000,
                "{" + uuid(2, v.accident).upper() + "}",
                "{" + uuid(3, v.case).upper() + "}",
                1_767_200_000_000 + v.case,
                "la_admin",
            ]
        )
    write_csv(folder / "accident.csv", accidents)
    write_csv(folder / "victim.csv", rows)
    means = {
        ("victim.csv", h): m
        for h, m in zip(
            rows[0],
            [
                "",
                "case_id",
                "",
                "sex",
                "age",
                "outcome",
                "civ_status",
                any_of("", "nationality"),
                "",
                any_of("", "accident_id"),
                "",
                "",
                "",
            ],
            strict=True,
        )
    }
    means |= {
        ("accident.csv", h): m
        for h, m in zip(
            accidents[0],
            [
                "",
                any_of("", "accident_id"),
                "date",
                "",
                "place",
                any_of("", "district"),
                "",
                "device",
                "",
                "",
                any_of("", "accident_id"),
                "",
                "",
                "",
                "",
            ],
            strict=True,
        )
    }
    return Register(
        "LA", str(folder), people, means, ("sex", "outcome", "year", "place", "age", "civ_status")
    )


def dhis2_list(folder: Path) -> Register:
    """A line list of events: programs, stages and units before the answers, true and false, the home beside the accident."""
    people = victims("PH", FILIPINO, seed=903, count=150, accidents=150)
    heads = [
        "Event",
        "Program",
        "Program stage",
        "Enrollment",
        "Event status",
        "Event date",
        "Registering unit",
        "Organisation unit name",
        "Organisation unit code",
        "Stored by",
        "Last updated",
        "MVR - Victim ID",
        "MVR - Sex at birth",
        "MVR - Age in completed years",
        "MVR - Home province",
        "MVR - Explosive device involved",
        "MVR - Outcome of victim",
        "MVR - Employed at time of accident",
        "MVR - Received first aid",
        "MVR - Narrative",
    ]
    rows = [
        [
            uid("E", v.case),
            "Mine Victim Registry",
            "Accident report",
            uid("n", v.case),
            "COMPLETED",
            f"{v.day} 00:00:00.0",
            f"RHU {v.case % 12}",
            f"{place_name(v.place)}",
            f"OU{v.case % 40}",
            "nurse1",
            "2026-02-02 10:11:12.0",
            f"MVR{v.case:05d}",
            {"M": "Male", "F": "Female"}[v.sex],
            v.years,
            place_name(people[(v.case * 7) % len(people)].place),
            {
                "APM": "AP mine",
                "CMR": "Cluster munition remnant",
                "ERW": "Explosive remnant of war",
                "AVM": "AV mine",
            }[v.device],
            {"K": "Dead", "I": "Alive, injured"}[v.outcome],
            ("true", "false")[v.case % 2],
            ("true", "false", "")[v.case % 3],
            f"Victim {v.case} was walking to the farm when it exploded near the road.",
        ]
        for v in people
    ]
    write_csv(folder / "line-list.csv", [heads, *rows])
    means = dict(
        zip(
            heads,
            [
                "",
                "",
                "",
                "",
                "",
                "date",
                "",
                "place",
                "",
                "",
                "",
                "case_id",
                "sex",
                "age",
                "home_place",
                "device",
                "outcome",
                "",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("PH", str(folder), people, {("line-list.csv", h): m for h, m in means.items()})


def thai_form(folder: Path) -> Register:
    """Titles, heads over two lines, days with short months and short Buddhist years, provinces with `จ.`, districts with `อ.`, a sum below."""
    people = victims("TH", THAI, seed=904, count=160, accidents=120)
    months = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
    blank = [None] * 11
    rows: list[list[object]] = [
        ["ทะเบียนผู้ประสบภัยจากทุ่นระเบิด", *blank],
        ["ข้อมูล ณ วันที่ 1 ต.ค. 2569", *blank],
        ["ลำดับ", "เลขทะเบียน", "ผู้ประสบภัย", None, None, None, "เหตุการณ์", None, None, None, "ผล", "หมายเหตุ"],
        [
            None,
            None,
            "ชื่อ-สกุล",
            "เพศ",
            "อายุ (ปี)",
            "อาชีพ",
            "วันที่เกิดเหตุ",
            "อำเภอ",
            "จังหวัด",
            "ชนิดวัตถุระเบิด",
            None,
            None,
        ],
    ]
    for n, v in enumerate(people, 1):
        rows.append(
            [
                n,
                f"ปสภ.{v.case:04d}",
                v.name,
                {"M": "ช", "F": "ญ"}[v.sex],
                v.years,
                ("เกษตรกร", "รับจ้าง", "นักเรียน")[v.case % 3],
                f"{v.day.day} {months[v.day.month - 1]} {(v.day.year + 543) % 100}",
                f"อ.ที่ {v.case % 25}",
                f"จ.{place_name(v.place, True)}",
                {
                    "APM": "ทุ่นระเบิดสังหารบุคคล",
                    "CMR": "ลูกระเบิดปราย",
                    "ERW": "วัตถุระเบิดตกค้าง",
                    "AVM": "ทุ่นระเบิดดักรถถัง",
                }[v.device],
                {"K": "ตาย", "I": "บาดเจ็บ"}[v.outcome],
                None,
            ]
        )
    rows.append(["รวม", len(people), *[None] * 10])
    write_workbook(
        folder / "ทะเบียน.xlsx",
        {"ผู้ประสบภัย": rows},
        {"ผู้ประสบภัย": ("A1:L1", "A2:L2", "C3:F3", "G3:J3", "A3:A4", "B3:B4", "K3:K4", "L3:L4")},
    )
    means = dict(
        zip(
            [
                "ลำดับ",
                "เลขทะเบียน",
                "ชื่อ-สกุล",
                "เพศ",
                "อายุ (ปี)",
                "อาชีพ",
                "วันที่เกิดเหตุ",
                "อำเภอ",
                "จังหวัด",
                "ชนิดวัตถุระเบิด",
                "ผล",
                "หมายเหตุ",
            ],
            [
                "",
                "case_id",
                "",
                "sex",
                "age",
                any_of("", "occupation"),
                "date",
                any_of("", "district"),
                "place",
                "device",
                "outcome",
                "",
            ],
            strict=True,
        )
    )
    return Register("TH", str(folder), people, {("ผู้ประสบภัย", h): m for h, m in means.items()})


def burmese_book(folder: Path) -> Register:
    """Burmese digits throughout, ages with their word, states with theirs, the informant's name and age beside the victim's."""
    people = victims("MM", BURMESE, seed=905, count=140, accidents=140)
    digits = str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉")
    heads = [
        "စဉ်",
        "အမှုအမှတ်",
        "ထိခိုက်သူအမည်",
        "ကျား/မ",
        "အသက်",
        "နေရပ်လိပ်စာ",
        "ဖြစ်ပွားသည့်ရက်စွဲ",
        "ပြည်နယ်/တိုင်း",
        "မြို့နယ်",
        "လက်နက်အမျိုးအစား",
        "ထိခိုက်မှု",
        "သတင်းပေးသူအမည်",
        "သတင်းပေးသူအသက်",
        "မှတ်ချက်",
    ]
    rows: list[list[object]] = [heads]
    for n, v in enumerate(people, 1):
        rows.append(
            [
                str(n).translate(digits),
                f"မမ-{v.case:04d}".translate(digits),
                f"{v.name}",
                {"M": "ကျား", "F": "မ"}[v.sex],
                f"{v.years} နှစ်".translate(digits),
                f"အမှတ် {v.case % 40}၊ ရွာမ".translate(digits),
                f"{v.day:%d-%m-%Y}".translate(digits),
                place_name(v.place, True),
                f"မြို့နယ် {v.case % 30}".translate(digits),
                {"APM": "မြေမြှုပ်မိုင်း", "CMR": "ဖြန့်ကြဲဗုံး", "ERW": "မပေါက်ကွဲသေးသောလက်နက်", "AVM": "ယာဉ်ဖျက်မိုင်း"}[
                    v.device
                ],
                {"K": "သေဆုံး", "I": "ဒဏ်ရာရ"}[v.outcome],
                f"ကို{BURMESE[v.case % 5]}",
                f"{20 + v.case % 50}".translate(digits),
                None,
            ]
        )
    write_workbook(folder / "စာရင်း.xlsx", {"၂၀၂၅": rows})
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "sex",
                "age",
                "",
                "date",
                "place",
                any_of("", "district"),
                "device",
                "outcome",
                "",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("MM", str(folder), people, {("၂၀၂၅", h): m for h, m in means.items()})


def vietnamese_book(folder: Path) -> Register:
    """Days in words, provinces with `Tỉnh` and `TP.`, the year of birth beside the age, the day of the visit beside the accident's."""
    people = victims("VN", VIETNAMESE, seed=906, count=150, accidents=110)
    heads = [
        "TT",
        "Mã nạn nhân",
        "Họ và tên",
        "Giới tính",
        "Năm sinh",
        "Tuổi khi bị nạn",
        "Dân tộc",
        "Ngày xảy ra tai nạn",
        "Xã/Phường",
        "Huyện/TP",
        "Tỉnh/TP",
        "Loại vật nổ",
        "Hậu quả",
        "Hoạt động khi xảy ra tai nạn",
        "Ngày điều tra",
        "Điều tra viên",
        "Ghi chú",
    ]
    rows: list[list[object]] = [["DANH SÁCH NẠN NHÂN BOM MÌN", *[None] * 16], [None] * 17, heads]
    for n, v in enumerate(people, 1):
        rows.append(
            [
                n,
                f"NN.{v.case:04d}",
                v.name,
                {"M": "Nam", "F": "Nữ"}[v.sex],
                v.day.year - v.years,
                v.years,
                ("Kinh", "Vân Kiều", "Tà Ôi")[v.case % 3],
                f"ngày {v.day.day} tháng {v.day.month} năm {v.day.year}",
                f"Xã {v.case % 30}",
                f"H. số {v.case % 12}",
                f"Tỉnh {place_name(v.place)}",
                {"APM": "Mìn sát thương", "CMR": "Bom bi", "ERW": "Vật nổ khác", "AVM": "Mìn chống tăng"}[
                    v.device
                ],
                {"K": "Chết", "I": "Bị thương"}[v.outcome],
                {
                    "FARM": "Làm nông",
                    "TRAV": "Đi lại",
                    "PLAY": "Chơi đùa",
                    "WOOD": "Lấy củi",
                    "SCRAP": "Rà tìm phế liệu",
                }[v.activity],
                f"{v.case % 28 + 1:02d}/03/2026",
                f"ĐTV {v.case % 4}",
                None,
            ]
        )
    write_workbook(folder / "nan_nhan.xlsx", {"Danh sách": rows}, {"Danh sách": ("A1:Q1",)})
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "sex",
                any_of("", "birth_date"),
                "age",
                "",
                "date",
                any_of("", "commune"),
                any_of("", "district"),
                "place",
                "device",
                "outcome",
                "activity",
                "",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register(
        "VN",
        str(folder),
        people,
        {("Danh sách", h): m for h, m in means.items()},
        ("sex", "outcome", "year", "place", "age", "activity"),
    )


def foreign_keys(folder: Path) -> Register:
    """A database with keys of other tables for every word: genders, outcomes, provinces, devices, and a table of users."""
    people = victims("KH", CAMBODIAN, seed=907, count=200, accidents=150)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    places = sorted({v.place for v in people})
    url = write_sqlite(
        folder / "register.db",
        [
            "CREATE TABLE lk_gender (id INTEGER PRIMARY KEY, label TEXT)",
            "CREATE TABLE lk_result (id INTEGER PRIMARY KEY, label TEXT)",
            "CREATE TABLE lk_device (id INTEGER PRIMARY KEY, label_en TEXT)",
            "CREATE TABLE province (province_id INTEGER PRIMARY KEY, province_name TEXT, region TEXT)",
            "CREATE TABLE app_user (id INTEGER PRIMARY KEY, login TEXT, gender_id INTEGER REFERENCES lk_gender(id))",
            "CREATE TABLE accident (accident_id INTEGER PRIMARY KEY, occurred_on DATE, reported_on DATE, province_id INTEGER REFERENCES province(province_id), device_id INTEGER REFERENCES lk_device(id), entered_by INTEGER REFERENCES app_user(id))",
            "CREATE TABLE casualty (casualty_no TEXT PRIMARY KEY, accident_id INTEGER REFERENCES accident(accident_id), full_name TEXT, gender_id INTEGER REFERENCES lk_gender(id), age_at_accident INTEGER, result_id INTEGER REFERENCES lk_result(id), interviewed_on DATE, updated_at TEXT)",
        ],
        {
            "lk_gender": [[1, "Man"], [2, "Woman"]],
            "lk_result": [[1, "Fatal"], [2, "Non-fatal"]],
            "lk_device": [[1, "AP mine"], [2, "Cluster bomblet"], [3, "ERW"], [4, "AT mine"]],
            "province": [[n, place_name(p), "North" if n % 2 else "South"] for n, p in enumerate(places, 1)],
            "app_user": [[1, "dara", 1], [2, "sreymom", 2]],
            "accident": [
                [
                    n,
                    f"{v.day}",
                    f"{v.day.year}-12-31",
                    places.index(v.place) + 1,
                    ("APM", "CMR", "ERW", "AVM").index(v.device) + 1,
                    n % 2 + 1,
                ]
                for n, v in sorted(first.items())
            ],
            "casualty": [
                [
                    f"C-{v.case:05d}",
                    v.accident,
                    v.name,
                    {"M": 1, "F": 2}[v.sex],
                    v.years,
                    {"K": 1, "I": 2}[v.outcome],
                    "2026-01-15",
                    "2026-01-20 09:00:00",
                ]
                for v in people
            ],
        },
    )
    means = {
        ("casualty", h): m
        for h, m in {
            "casualty_no": "case_id",
            "accident_id": any_of("accident_id", ""),
            "full_name": "",
            "gender_id": "sex",
            "age_at_accident": "age",
            "result_id": "outcome",
            "interviewed_on": "",
            "updated_at": "",
        }.items()
    }
    means |= {
        ("accident", h): m
        for h, m in {
            "occurred_on": "date",
            "reported_on": "",
            "province_id": any_of("place", ""),
            "device_id": any_of("device", ""),
            "entered_by": "",
        }.items()
    }
    return Register("KH", url, people, means)


def indonesian_csv(folder: Path) -> Register:
    """Semicolons, months as they are shortened, ages with `thn`, provinces with `Prov.`, costs with decimal commas."""
    people = victims("ID", INDONESIAN, seed=908, count=150, accidents=120)
    months = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
    heads = [
        "No.",
        "No. Register",
        "Nama Lengkap",
        "Jenis Kelamin",
        "Usia",
        "Alamat",
        "Tanggal Kejadian",
        "Tanggal Lapor",
        "Kab./Kota",
        "Provinsi Kejadian",
        "Provinsi Asal",
        "Jenis Bahan Peledak",
        "Kondisi Korban",
        "Biaya Rawat (Rp)",
        "Petugas",
        "Keterangan",
    ]
    rows = [
        [
            n,
            f"REG/{v.day.year}/{v.case:04d}",
            v.name,
            {"M": "Laki-laki", "F": "Perempuan"}[v.sex],
            f"{v.years} thn",
            f"Jl. Kenanga No. {v.case % 90}",
            f"{v.day.day:02d}-{months[v.day.month - 1]}-{v.day.year}",
            f"{v.case % 28 + 1:02d}-Jan-2026",
            f"Kab. {v.case % 33}",
            f"Prov. {place_name(v.place)}",
            f"Prov. {place_name(people[(v.case * 3) % len(people)].place)}",
            {
                "APM": "Ranjau darat antipersonel",
                "CMR": "Bom tandan",
                "ERW": "Sisa bahan peledak perang",
                "AVM": "Ranjau antikendaraan",
            }[v.device],
            {"K": "Meninggal", "I": "Luka"}[v.outcome],
            f"{v.case * 125_000},50",
            f"P{v.case % 6}",
            "",
        ]
        for n, v in enumerate(people, 1)
    ]
    write_csv(folder / "korban_2015-2025.csv", [heads, *rows], delimiter=";")
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "sex",
                "age",
                "",
                "date",
                "",
                any_of("", "district"),
                "place",
                "home_place",
                "device",
                "outcome",
                any_of("", "cost_usd"),
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("ID", str(folder), people, {("korban_2015-2025.csv", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (
        kobo_in_words,
        imsma_core,
        dhis2_list,
        thai_form,
        burmese_book,
        vietnamese_book,
        foreign_keys,
        indonesian_csv,
    )
)
