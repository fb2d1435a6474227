"""Eight shapes written after those of `new_eight` were taught, and read once: labels of ODK, marks, sheets by province."""

# ruff: noqa: E501 - rows of words are read more easily when they are not wrapped

from pathlib import Path

from messy.people import Register, Shape, any_of, victims
from messy.writing import place_name, uuid, write_csv, write_sqlite, write_workbook

KHMER = ("សុភ័ក្ត្រ", "ចាន់នី", "រដ្ឋា", "ស្រីពៅ", "វាសនា")
LAO = ("ສົມສັກ", "ແກ້ວ", "ດວງໃຈ", "ທອງ", "ນິດ")
FILIPINO = ("Mamasapano", "Usman", "Cruz", "Farida", "Datu")
MALAY = ("Aminah", "Rosli", "Hamzah", "Liyana", "Jaafar")
BURMESE = ("Htoo", "Wah", "Paw", "Soe", "Mi")
THAI = ("ประสิทธิ์", "กาญจนา", "สายฝน", "อุดม", "นิพนธ์")
VIETNAMESE = ("Phan", "Hoài", "Minh", "Cẩm", "Tú")
TIMORESE = ("Soares", "Filomena", "Guterres", "Abel", "Lurdes")


def odk_labels(folder: Path) -> Register:
    """ODK Central's files with groups by a hyphen, victims as a repeat, codes of choices, 'other' with a column to say which."""
    people = victims("KH", KHMER, seed=921, count=170, accidents=120)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    heads = [
        "SubmissionDate",
        "start",
        "end",
        "today",
        "deviceid",
        "accident-date_accident",
        "accident-province",
        "accident-device",
        "accident-device_other",
        "accident-gps-Latitude",
        "accident-gps-Longitude",
        "accident-gps-Altitude",
        "accident-gps-Accuracy",
        "interviewer-name",
        "interviewer-sex",
        "meta-instanceID",
        "KEY",
        "SubmitterID",
        "SubmitterName",
        "AttachmentsPresent",
        "AttachmentsExpected",
        "Status",
        "ReviewState",
        "DeviceID",
        "Edits",
        "FormVersion",
    ]
    rows = [
        [
            f"2026-05-{v.case % 27 + 1:02d}T03:00:00.000Z",
            f"2026-05-{v.case % 27 + 1:02d}T09:00:00.000+07:00",
            f"2026-05-{v.case % 27 + 1:02d}T09:40:00.000+07:00",
            f"2026-05-{v.case % 27 + 1:02d}",
            "collect:ab12",
            f"{v.day}",
            place_name(v.place).lower().replace(" ", "_"),
            {"APM": "ap_mine", "CMR": "cluster", "ERW": "uxo", "AVM": "at_mine"}[v.device],
            "",
            12 + n / 999,
            104 + n / 997,
            30,
            4.5,
            f"team {v.case % 3}",
            ("male", "female")[v.case % 2],
            f"uuid:{uuid(4, n)}",
            f"uuid:{uuid(4, n)}",
            12,
            "collector",
            0,
            0,
            "",
            "approved",
            "collect:ab12",
            0,
            "2026031501",
        ]
        for n, v in sorted(first.items())
    ]
    below = [
        "v_name",
        "v_sex",
        "v_age",
        "v_result",
        "v_result_other",
        "v_activity",
        "v_injuries",
        "PARENT_KEY",
        "KEY",
    ]
    seen: dict[int, int] = {}
    repeat = []
    for v in people:
        seen[v.accident] = seen.get(v.accident, 0) + 1
        key = f"uuid:{uuid(4, v.accident)}"
        repeat.append(
            [
                v.name,
                {"M": "male", "F": "female"}[v.sex],
                v.years,
                {"K": "died", "I": "injured"}[v.outcome],
                "",
                {
                    "FARM": "farming",
                    "TRAV": "travelling",
                    "PLAY": "playing",
                    "WOOD": "collecting_wood",
                    "SCRAP": "scrap_metal",
                }[v.activity],
                " ".join(
                    {"AMP_L": "leg_lost", "AMP_U": "arm_lost", "EYE": "eyes", "BURN": "burns"}[i]
                    for i in v.injuries
                ),
                key,
                f"{key}/victims[{seen[v.accident]}]",
            ]
        )
    write_csv(folder / "accident_form.csv", [heads, *rows])
    write_csv(folder / "accident_form-victims.csv", [below, *repeat])
    means = {
        ("accident_form-victims.csv", h): m
        for h, m in zip(
            below,
            [
                "",
                "sex",
                "age",
                "outcome",
                "",
                "activity",
                any_of("injury", ""),
                any_of("", "accident_id"),
                "case_id",
            ],
            strict=True,
        )
    }
    means |= {
        ("accident_form.csv", h): m
        for h, m in zip(
            heads,
            [
                "",
                "",
                "",
                "",
                "",
                "date",
                "place",
                "device",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                any_of("", "accident_id"),
                any_of("", "accident_id"),
                *[""] * 9,
            ],
            strict=True,
        )
    }
    return Register("KH", str(folder), people, means, ("sex", "outcome", "year", "place", "age", "activity"))


def khmer_years(folder: Path) -> Register:
    """A sheet for each year with titles, days in Khmer digits, provinces without their word, men and women by one letter."""
    people = victims("KH", KHMER, seed=922, count=180, accidents=180)
    digits = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
    heads = [
        "ល.រ",
        "លេខកូដជនរងគ្រោះ",
        "នាម និងគោត្តនាម",
        "ភេទ",
        "អាយុ",
        "ខេត្ត",
        "ស្រុក/ខណ្ឌ",
        "ថ្ងៃខែឆ្នាំកើតហេតុ",
        "ប្រភេទគ្រាប់",
        "លទ្ធផល",
        "សកម្មភាព",
        "អ្នករាយការណ៍",
        "ផ្សេងៗ",
    ]
    sheets: dict[str, list[list[object]]] = {}
    for v in sorted(people, key=lambda one: (one.day.year, one.case)):
        rows = sheets.setdefault(str(v.day.year), [[f"បញ្ជីជនរងគ្រោះ ឆ្នាំ {v.day.year}", *[None] * 12], heads])
        rows.append(
            [
                len(rows) - 1,
                f"ជរ{v.case:04d}".translate(digits),
                v.name,
                {"M": "ប្រុស", "F": "ស្រី"}[v.sex],
                str(v.years).translate(digits),
                place_name(v.place, True),
                f"ស្រុកទី {v.case % 20}",
                f"{v.day:%d-%m-%Y}".translate(digits),
                {
                    "APM": "មីនប្រឆាំងមនុស្ស",
                    "CMR": "គ្រាប់បែកចង្កោម",
                    "ERW": "យុទ្ធភណ្ឌមិនទាន់ផ្ទុះ",
                    "AVM": "មីនប្រឆាំងរថក្រោះ",
                }[v.device],
                {"K": "ស្លាប់", "I": "រងរបួស"}[v.outcome],
                {"FARM": "ធ្វើស្រែ", "TRAV": "ធ្វើដំណើរ", "PLAY": "លេង", "WOOD": "រកអុស", "SCRAP": "រើសអេតចាយ"}[
                    v.activity
                ],
                f"មេភូមិ {v.case % 9}",
                None,
            ]
        )
    write_workbook(folder / "បញ្ជី.xlsx", sheets)
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "sex",
                "age",
                "place",
                any_of("", "district"),
                "date",
                "device",
                "outcome",
                "activity",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("KH", str(folder), people, {(min(sheets), h): m for h, m in means.items()})


def lao_marks(folder: Path) -> Register:
    """Marks under man and woman, and under died and injured; years and months of age; provinces with `ແຂວງ`, a day in words."""
    people = victims("LA", LAO, seed=923, count=150, accidents=120)
    months = (
        "ມັງກອນ",
        "ກຸມພາ",
        "ມີນາ",
        "ເມສາ",
        "ພຶດສະພາ",
        "ມິຖຸນາ",
        "ກໍລະກົດ",
        "ສິງຫາ",
        "ກັນຍາ",
        "ຕຸລາ",
        "ພະຈິກ",
        "ທັນວາ",
    )
    heads = [
        "ລ/ດ",
        "ລະຫັດ",
        "ຊື່ ແລະ ນາມສະກຸນ",
        "ຊາຍ",
        "ຍິງ",
        "ອາຍຸ",
        "ວັນທີເກີດເຫດ",
        "ບ້ານ",
        "ເມືອງ",
        "ແຂວງ",
        "ປະເພດລະເບີດ",
        "ເສຍຊີວິດ",
        "ບາດເຈັບ",
        "ໝາຍເຫດ",
    ]
    rows: list[list[object]] = [["ລາຍຊື່ຜູ້ເຄາະຮ້າຍ", *[None] * 13], heads]
    for n, v in enumerate(people, 1):
        rows.append(
            [
                n,
                f"ຄຮ-{v.case:04d}",
                v.name,
                "x" if v.sex == "M" else None,
                "x" if v.sex == "F" else None,
                v.years,
                f"{v.day.day} {months[v.day.month - 1]} {v.day.year}",
                f"ບ້ານ {v.case % 30}",
                f"ມ. {v.case % 18}",
                f"ແຂວງ {place_name(v.place, True)}",
                {"APM": "ລະເບີດຝັງດິນ", "CMR": "ບອມບີ", "ERW": "ລະເບີດບໍ່ທັນແຕກ", "AVM": "ລະເບີດຕ້ານລົດຖັງ"}[v.device],
                "x" if v.outcome == "K" else None,
                "x" if v.outcome == "I" else None,
                None,
            ]
        )
    write_workbook(folder / "ລາຍຊື່.xlsx", {"ລາຍຊື່": rows}, {"ລາຍຊື່": ("A1:N1",)})
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                any_of("sex", ""),
                any_of("sex", ""),
                "age",
                "date",
                "",
                any_of("", "district"),
                "place",
                "device",
                any_of("outcome", ""),
                any_of("outcome", ""),
                "",
            ],
            strict=True,
        )
    )
    return Register("LA", str(folder), people, {("ລາຍຊື່", h): m for h, m in means.items()})


def police_blotter(folder: Path) -> Register:
    """Capitals of a police station: one column with sex and age, days as `MAR 05, 2019`, hours, provinces with their word."""
    people = victims("PH", FILIPINO, seed=924, count=160, accidents=130)
    heads = [
        "BLOTTER ENTRY NO.",
        "DATE OF INCIDENT",
        "TIME",
        "PLACE OF INCIDENT (BRGY)",
        "MUN./CITY",
        "PROVINCE",
        "VICTIM CODE",
        "NAME OF VICTIM",
        "SEX",
        "AGE",
        "STATUS OF VICTIM",
        "TYPE OF EXPLOSIVE",
        "OCCUPATION",
        "INVESTIGATOR",
        "NAME OF INFORMANT",
        "REMARKS",
    ]
    rows = [
        [
            f"{v.day.year}-{v.accident:05d}",
            f"{v.day:%b %d, %Y}".upper(),
            f"{v.case % 24:02d}{v.case % 60:02d}H",
            f"BRGY. {v.case % 40}",
            f"MUN. OF {v.case % 22}",
            f"PROVINCE OF {place_name(v.place).upper()}",
            f"V-{v.case:05d}",
            v.name.upper(),
            {"M": "MALE", "F": "FEMALE"}[v.sex],
            f"{v.years} Y/O",
            {"K": "DEAD ON THE SPOT" if v.case % 2 else "DECEASED", "I": "WOUNDED"}[v.outcome],
            {"APM": "ANTI-PERSONNEL MINE", "CMR": "CLUSTER BOMB", "ERW": "UXO", "AVM": "ANTI-VEHICLE MINE"}[
                v.device
            ],
            ("FARMER", "DRIVER", "STUDENT")[v.case % 3],
            f"PMSG {v.case % 7}",
            FILIPINO[v.case % 5].upper(),
            "",
        ]
        for v in people
    ]
    write_csv(folder / "BLOTTER.CSV", [heads, *rows])
    means = dict(
        zip(
            heads,
            [
                any_of("accident_id", ""),
                "date",
                "",
                "",
                any_of("", "district"),
                "place",
                "case_id",
                "",
                "sex",
                "age",
                "outcome",
                "device",
                any_of("", "occupation"),
                "",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("PH", str(folder), people, {("BLOTTER.CSV", h): m for h, m in means.items()})


def malay_ministry(folder: Path) -> Register:
    """A ministry's list in Malay behind an old code page, pipes between the cells, days with points, states with `Negeri`."""
    people = victims("MY", MALAY, seed=925, count=120, accidents=100)
    heads = [
        "Bil.",
        "No. Rujukan Kes",
        "Nama Mangsa",
        "No. KP",
        "Jantina",
        "Umur",
        "Warganegara",
        "Tarikh Kejadian",
        "Negeri",
        "Daerah",
        "Jenis Bahan Letupan",
        "Kesan",
        "Tarikh Laporan",
        "Pegawai",
        "Ulasan",
    ]
    rows = [
        [
            n,
            f"PMB/{v.day:%y}/{v.case:04d}",
            v.name,
            f"{v.day:%y}0412-12-{v.case:04d}",
            {"M": "Lelaki", "F": "Perempuan"}[v.sex],
            f"{v.years} tahun",
            "Malaysia",
            f"{v.day.day}.{v.day.month}.{v.day.year}",
            f"Negeri {place_name(v.place)}",
            f"Daerah {v.case % 21}",
            {
                "APM": "Periuk api antipersonel",
                "CMR": "Bom kluster",
                "ERW": "Bahan letupan lama",
                "AVM": "Periuk api antikereta kebal",
            }[v.device],
            {"K": "Maut", "I": "Cedera"}[v.outcome],
            f"{v.case % 28 + 1}.1.2026",
            f"Sjn {v.case % 5}",
            "–",
        ]
        for n, v in enumerate(people, 1)
    ]
    write_csv(folder / "mangsa.csv", [heads, *rows], delimiter="|", encoding="cp1252")
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "national_id",
                "sex",
                "age",
                any_of("nationality", ""),
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
    return Register("MY", str(folder), people, {("mangsa.csv", h): m for h, m in means.items()})


def camp_clinic(folder: Path) -> Register:
    """A clinic at a border: English heads with signs, days of admission and of the accident, ages in years and months, states of the accident and of the home."""
    people = victims("MM", BURMESE, seed=926, count=140, accidents=140)
    heads = [
        "#",
        "OPD/IPD No",
        "Pt name",
        "Father's name",
        "M/F",
        "Age (Y)",
        "Age (M)",
        "D.O.A. (admission)",
        "Date of injury",
        "State/Region of injury",
        "Home State/Region",
        "Camp/Village",
        "Mine/UXO type",
        "Amputation (Y/N)",
        "Died/Survived",
        "Referred by",
        "Surgeon",
    ]
    rows = [
        [
            n,
            f"IPD {v.case:05d}",
            v.name,
            BURMESE[v.case % 5],
            {"M": "M", "F": "F"}[v.sex],
            v.years if v.years else "",
            v.months if not v.years else "",
            f"{v.day.year + 0}-{v.day.month:02d}-{v.day.day:02d}",
            f"{v.day:%d/%m/%Y}",
            place_name(v.place),
            place_name(people[(v.case * 5) % len(people)].place),
            f"Camp {v.case % 6}",
            {"APM": "Landmine", "CMR": "Cluster", "ERW": "UXO", "AVM": "Vehicle mine"}[v.device],
            "Y" if "AMP_L" in v.injuries else "N",
            {"K": "Died", "I": "Survived"}[v.outcome],
            "KDHW",
            f"Dr {v.case % 3}",
        ]
        for n, v in enumerate(people, 1)
    ]
    write_csv(folder / "clinic 2015-2025.csv", [heads, *rows])
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "",
                "sex",
                "age",
                "age_months",
                "",
                "date",
                "place",
                "home_place",
                "",
                "device",
                any_of("", "injury.AMP_L"),
                "outcome",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("MM", str(folder), people, {("clinic 2015-2025.csv", h): m for h, m in means.items()})


def access_like(folder: Path) -> Register:
    """Tables as Access has them: keys by number, words in tables of their own, a table of visits with days of its own."""
    people = victims("TH", THAI, seed=927, count=150, accidents=110)
    first = {}
    for v in people:
        first.setdefault(v.accident, v)
    places = sorted({v.place for v in people})
    url = write_sqlite(
        folder / "tmac.db",
        [
            "CREATE TABLE tblProvince (ProvID INTEGER PRIMARY KEY, ProvNameTH TEXT, ProvNameEN TEXT)",
            "CREATE TABLE tblDevice (DevID INTEGER PRIMARY KEY, DevName TEXT)",
            "CREATE TABLE tblAccident (AccID INTEGER PRIMARY KEY, AccDate TEXT, RptDate TEXT, ProvID INTEGER REFERENCES tblProvince(ProvID), Amphoe TEXT, DevID INTEGER REFERENCES tblDevice(DevID))",
            "CREATE TABLE tblVictim (VicID INTEGER PRIMARY KEY, VicNo TEXT, AccID INTEGER REFERENCES tblAccident(AccID), Title TEXT, FName TEXT, LName TEXT, Gender TEXT, Age INTEGER, Result TEXT, Remark TEXT)",
            "CREATE TABLE tblVisit (VisitID INTEGER PRIMARY KEY, VicID INTEGER REFERENCES tblVictim(VicID), VisitDate TEXT, Visitor TEXT, Note TEXT)",
        ],
        {
            "tblProvince": [[n, place_name(p, True), place_name(p)] for n, p in enumerate(places, 1)],
            "tblDevice": [
                [1, "ทุ่นระเบิดสังหารบุคคล"],
                [2, "ลูกระเบิดปราย"],
                [3, "สรรพาวุธระเบิดตกค้าง"],
                [4, "ทุ่นระเบิดดักรถถัง"],
            ],
            "tblAccident": [
                [
                    n,
                    f"{v.day} 00:00:00",
                    f"{v.day.year}-12-30 00:00:00",
                    places.index(v.place) + 1,
                    f"อ. {n % 20}",
                    ("APM", "CMR", "ERW", "AVM").index(v.device) + 1,
                ]
                for n, v in sorted(first.items())
            ],
            "tblVictim": [
                [
                    v.case,
                    f"TH{v.case:05d}",
                    v.accident,
                    "นาย" if v.sex == "M" else "นาง",
                    *v.name.split(),
                    {"M": "ชาย", "F": "หญิง"}[v.sex],
                    v.years,
                    {"K": "เสียชีวิต", "I": "บาดเจ็บ"}[v.outcome],
                    None,
                ]
                for v in people
            ],
            "tblVisit": [
                [n, v.case, "2026-02-03 00:00:00", "ทีม 1", "ติดตามอาการ"] for n, v in enumerate(people[::3], 1)
            ],
        },
    )
    means = {
        ("tblVictim", h): m
        for h, m in {
            "VicID": any_of("", "case_id"),
            "VicNo": any_of("case_id", ""),
            "AccID": any_of("accident_id", ""),
            "Title": "",
            "FName": "",
            "LName": "",
            "Gender": "sex",
            "Age": "age",
            "Result": "outcome",
            "Remark": "",
        }.items()
    }
    means |= {
        ("tblAccident", h): m
        for h, m in {
            "AccDate": "date",
            "RptDate": "",
            "ProvID": any_of("place", ""),
            "Amphoe": any_of("", "district"),
            "DevID": any_of("device", ""),
        }.items()
    }
    return Register("TH", url, people, means)


def timorese_sheet(folder: Path) -> Register:
    """Portuguese and Tetum mixed in one sheet, municipalities with their word, months by name, a total at the end."""
    people = victims("TL", TIMORESE, seed=928, count=90, accidents=80)
    months = (
        "Janeiru",
        "Fevereiru",
        "Marsu",
        "Abríl",
        "Maiu",
        "Juñu",
        "Jullu",
        "Agostu",
        "Setembru",
        "Outubru",
        "Novembru",
        "Dezembru",
    )
    heads = [
        "Nú.",
        "Kódigu vítima",
        "Naran kompletu",
        "Sexu",
        "Idade",
        "Data akontesimentu",
        "Munisípiu",
        "Postu administrativu",
        "Suku",
        "Tipu esplozivu",
        "Rezultadu",
        "Entrevistador",
        "Observasaun",
    ]
    rows: list[list[object]] = [heads]
    for n, v in enumerate(people, 1):
        rows.append(
            [
                n,
                f"VT-{v.case:03d}",
                v.name,
                {"M": "Mane", "F": "Feto"}[v.sex],
                f"{v.years}",
                f"{v.day.day} {months[v.day.month - 1]} {v.day.year}",
                f"Munisípiu {place_name(v.place)}",
                f"Postu {v.case % 9}",
                f"Suku {v.case % 20}",
                {
                    "APM": "Mina antipessoal",
                    "CMR": "Bomba cluster",
                    "ERW": "Engenho não explodido",
                    "AVM": "Mina anticarro",
                }[v.device],
                {"K": "Mate", "I": "Kanek"}[v.outcome],
                f"E{v.case % 3}",
                None,
            ]
        )
    rows.append(["Totál", len(people), *[None] * 11])
    write_workbook(folder / "vitima.xlsx", {"Lista": rows})
    means = dict(
        zip(
            heads,
            [
                "",
                "case_id",
                "",
                "sex",
                "age",
                "date",
                "place",
                any_of("", "district"),
                any_of("", "commune"),
                "device",
                "outcome",
                "",
                "",
            ],
            strict=True,
        )
    )
    return Register("TL", str(folder), people, {("Lista", h): m for h, m in means.items()})


SHAPES = tuple(
    Shape(write.__name__, write)
    for write in (
        odk_labels,
        khmer_years,
        lao_marks,
        police_blotter,
        malay_ministry,
        camp_clinic,
        access_like,
        timorese_sheet,
    )
)
