"""Narratives as the engine redacts them: what goes, what stays, what is withheld, how well on a corpus."""

import importlib.util
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from made_engine import Engine, engine

from anonymisers.redaction.engine.language import LONGEST
from anonymisers.redaction.engine.redactor import Find, Redacted, redact

TESTS = Path(__file__).parents[2]
CORPORA = (
    "narratives.jsonl",
    "narratives_desks.jsonl",
    "narratives_offices.jsonl",
    "narratives_notes.jsonl",
    "narratives_letters.jsonl",
    "narratives_visits.jsonl",
)
"""Invented people in invented accidents, in ten languages; other templates than the gate's corpus has. The
second is in the style of police, wards, clearance operators and telephone calls. The third was written one
by one before the rules were read: codes of files, addresses, given names alone, plates, names online; so was
the fourth, notes of visits, messages, letters, logs and nicknames, and the last two, likewise, in parts."""
SHARED = TESTS.parents[1] / "shared" / "pii"


@pytest.fixture(scope="module")
def ours() -> Engine:
    return engine()


def text_of(redacted: Redacted) -> str:
    assert redacted.text is not None, redacted.reason
    return redacted.text


def test_a_narrative_keeps_what_happened_and_loses_who_it_was(ours: Engine) -> None:
    redacted = ours.redact(
        "On 12 May 2021, Mr. Oum Veasna, 34, of Trapeang Prasat village, Pailin, stepped on a PMN-2 while "
        "collecting firewood. CMAC Demining Unit 5 found two more. He was taken to Battambang Provincial "
        "Hospital (case CMVIS-2021-00321); his wife Nhem Bopha can be called on 012 345 678.",
        language="en",
    )
    assert text_of(redacted) == (
        "On 12 May 2021, Mr. <PERSON>, 34, of <VILLAGE>, Pailin, stepped on a PMN-2 while "
        "collecting firewood. CMAC Demining Unit 5 found two more. He was taken to Battambang Provincial "
        "Hospital (case <CASE_NUMBER>); his wife <PERSON> can be called on <PHONE>."
    )


def test_spans_say_what_stood_where_in_the_original(ours: Engine) -> None:
    text = "Interview with Seng Rithy, tel. \u17e0\u17e7\u17e1 234 567."
    redacted = ours.redact(text, language="en")
    assert [(text[start:end], kind) for start, end, kind in redacted.spans] == [
        ("Seng Rithy", "PERSON"),
        ("\u17e0\u17e7\u17e1 234 567", "PHONE"),
    ]


@pytest.mark.parametrize(
    ("language", "text", "gone", "stays"),
    [
        ("km", "ជនរងគ្រោះឈ្មោះ អ៊ុំ សុវណ្ណ អាយុ 30 ឆ្នាំ រស់នៅភូមិគោកមន ខេត្តសៀមរាប", ["សុវណ្ណ", "គោកមន"], ["សៀមរាប"]),
        ("lo", "ທ້າວ ບຸນທະວີ ໄຊຍະວົງ ອາຍຸ 20 ປີ ຢູ່ບ້ານໜອງບົວ ແຂວງຄຳມ່ວນ", ["ບຸນທະວີ", "ໜອງບົວ"], ["ແຂວງຄຳມ່ວນ"]),
        ("th", "นายประเสริฐ แสงทอง อายุ 40 ปี อยู่บ้านหนองจาน จังหวัดสุรินทร์", ["ประเสริฐ", "แสงทอง"], ["จังหวัดสุรินทร์"]),
        ("my", "ဒေါ်နွယ်နွယ်အေး အသက် 50 နှစ်သည် ကျောက်ကြီးရွာ ကရင်ပြည်နယ်", ["နွယ်နွယ်အေး"], ["ကရင်ပြည်နယ်"]),
        (
            "vi",
            "Anh Bùi Quốc Toàn trú tại thôn Ba Lòng, tỉnh Quảng Nam.",
            ["Bùi", "Toàn", "Ba Lòng"],
            ["Quảng Nam"],
        ),
        ("id", "Korban Slamet Kurniawan warga Desa Sukamaju, Maluku.", ["Slamet", "Sukamaju"], ["Maluku"]),
        ("ms", "Mangsa Azlan bin Osman dari Kampung Gerugu, Pahang.", ["Azlan", "bin", "Gerugu"], ["Pahang"]),
        ("tl", "Nasugatan si Rowena Manalo ng Brgy. Kauran, Sulu.", ["Rowena", "Manalo", "Kauran"], ["Sulu"]),
        ("tet", "Vítima Egídio Soares hela iha Suco Lore, Lautem.", ["Egídio", "Soares", "Lore"], ["Lautem"]),
    ],
)
def test_every_language_with_a_profile(
    ours: Engine, language: str, text: str, gone: list[str], stays: list[str]
) -> None:
    redacted = text_of(ours.redact(text, language=language))
    assert [piece for piece in gone if piece in redacted] == []
    assert [piece for piece in stays if piece not in redacted] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "NPA Survey Team 5 cleared 3.5 hectares along Route 7 under IMAS 09.30.",
        "A POMZ-2M and two BLU-26 were destroyed on 4 June 2019.",
        "World Vision and the Ministry of Health assisted 48 survivors in Savannakhet.",
        "Of 212 casualties between 2010 and 2015, 40 were in Quang Tri.",
        "The grant was USD 1,200,000 for Annex C.",
    ],
)
def test_what_names_nobody_stays(ours: Engine, sentence: str) -> None:
    assert text_of(ours.redact(sentence, language="en")) == sentence


@pytest.mark.parametrize(
    ("language", "text", "stays"),
    [
        ("en", 'Everyone calls him "Squint" since then.', 'Everyone calls him "<PERSON>" since then.'),
        ("id", 'Dia dijuluki "Belalang" di kampung.', 'Dia dijuluki "<PERSON>" di kampung.'),
        ("th", 'ทุกคนเรียกแกว่า "ก้ามปู" ครับ', 'ทุกคนเรียกแกว่า "<PERSON>" ครับ'),
        ("en", 'The sign said "Danger Mines" in red.', 'The sign said "Danger Mines" in red.'),
        ("en", 'Locals call it a "cluster munition" there.', 'Locals call it a "cluster munition" there.'),
    ],
)
def test_a_nickname_in_quotation_marks_goes(ours: Engine, language: str, text: str, stays: str) -> None:
    assert text_of(ours.redact(text, language=language)) == stays


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Laporan LK-23 nomor 0091 dikirim."),
        ("lo", "ໃບລາຍງານ IR23 ເລກ 0091 ສົ່ງໄປ."),
        ("vi", "Phiếu TN23-số 0091 đã gửi."),
        ("tl", "Nasa blotter 0091 s. 2023 ito."),
    ],
)
def test_a_code_goes_with_the_number_behind_its_word(ours: Engine, language: str, text: str) -> None:
    assert "0091" not in (redacted := text_of(ours.redact(text, language=language)))
    assert "23" not in redacted


@pytest.mark.parametrize(
    ("known", "text", "gone"),
    [
        ({"name": "Sok Dara"}, "the man dara, of the family SOK, had", ["dara", "SOK"]),
        ({"name_latin": "Nguyen Van Hoa"}, "Hoa, con ông Nguyễn", ["Hoa", "Nguyễn"]),
        ({"name": "សុភាព មេសា"}, "the man sopheap came", ["sopheap"]),
        ({"name": "Sopheak Monykan"}, "អ្នកភូមិបាននាំមុនីកាន្តទៅមន្ទីរពេទ្យ", ["មុនីកាន្ត"]),
        ({"phone": "+855 12 345 678"}, "number 012-345-678 or ០១២៣៤៥៦៧៨", ["345", "៣៤៥"]),
        ({"birth_date": "1985-03-02"}, "on 2 March 1985 she came", ["1985"]),
        ({"birth_date": "1985-03-02"}, "วันที่ 2 มีนาคม 2528", ["2528"]),
        ({"national_id": 12345}, "his card 12345", ["12345"]),
        ({"village": "Hope"}, "went to Hope.", ["Hope"]),
        ({"name": "Sok Dara"}, "ជនរងគ្រោះសុខដារ៉ាបានដួល ហើយ ដារ៉ា សុខ យំ", ["សុខដារ៉ា", "ដារ៉ា"]),
        ({"name": "កែវ ធី"}, "the man whose name was keo thy went", ["keo", "thy"]),
        ({"name": "Sok Dara"}, "it was S-o-k, that is s o k  d a r a", ["S-o-k", "d a r a"]),
        ({"phone": "012 345 678"}, "call 012*345*678 or 012\r\n345\r\n678", ["345"]),
    ],
)
def test_the_records_own_values_go_whatever_they_look_like(
    ours: Engine, known: dict[str, str], text: str, gone: list[str]
) -> None:
    values = {field: str(value) for field, value in known.items()}
    redacted = text_of(ours.redact(text, known=values, language="en"))
    assert [piece for piece in gone if piece in redacted] == []


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("", "en", "empty text"),
        (" \n\t", None, "empty text"),
        ("a" * 10_000_000, "en", "text too long"),
        ("\x00\x01\x02 binary", "en", "control characters or binary data"),
        ("half \ud800 pair", "en", "control characters or binary data"),
        ("Анна шла домой", "en", "script without a profile"),
        ("\ua731\u1d0f\u1d0b \u1d05\u1d00\u0280\u1d00 fell", "en", "script without a profile"),
        ("ذهبت فاطمة", None, "script without a profile"),
        ("Sok \u202eaRAD\u202c came", "en", "right-to-left or direction marks"),
        ("La mine a explosé près du village.", "fr", "language without a profile"),
        ("Die Minenräumung dauerte zwölf Wochen.", None, "language without a profile"),
        ("text", "not a tag", "language without a profile"),
        ("မြ ကြ", "my", "Burmese in an unclear encoding"),
    ],
)
def test_what_cannot_be_read_is_withheld(ours: Engine, text: str, language: str | None, reason: str) -> None:
    assert ours.redact(text, language=language) == Redacted(None, (), reason)


@pytest.mark.parametrize(
    "known", [{"name": "Sok Dara " * 100_000}, dict.fromkeys(map(str, range(1001)), "Sok")]
)
def test_what_cannot_be_values_of_a_record_withholds_its_narrative(
    ours: Engine, known: dict[str, str]
) -> None:
    assert ours.redact("Mr. Sok fell.", language="en", known=known).reason == "known values too long"


@pytest.mark.parametrize("tag", ["en", "en-GB", "EN", "km-KH", "fil", "ms", "id", "tet"])
def test_language_tags_with_a_profile(ours: Engine, tag: str) -> None:
    assert ours.redact("ok", language=tag).text is not None


def test_scripts_may_be_mixed(ours: Engine) -> None:
    redacted = text_of(
        ours.redact("Survivor Chea Bopha (ជា បុប្ផា) and นายวิชัย แสงทอง survived.", language="en")
    )
    assert not {"Chea", "Bopha", "បុប្ផា", "วิชัย", "แสงทอง"} & set(redacted.replace("(", " ").split())


def test_invisible_characters_hide_nobody(ours: Engine) -> None:
    redacted = text_of(
        ours.redact("Mr. Ph\u00adea\u200bkdey Su\u200bon, tel 0\u200b12\u2011345\u2011678", language="en")
    )
    assert redacted == "Mr. <PERSON>, tel <PHONE>"


def test_nothing_touches_the_network(ours: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert text_of(ours.redact("Mail p.sokha@nowhere.example.kh now", language="en")) == "Mail <EMAIL> now"


@pytest.mark.parametrize(
    ("language", "piece"),
    [
        ("en", "a"), ("en", "1-"), ("en", "1\u00b01'"), ("en", "House 1, "), ("en", "Hospital of "),
        ("en", "a@b.c "),
        ("km", "\u17a2\u17b6\u1799\u17bb"), ("km", "\u1790\u17d2\u1784\u17c3"), ("my", "\u101b\u103d\u102c"),
        ("th", "\u0e19\u0e32\u0e22"), ("lo", "\u0e82\u0ead\u0e87"), ("id", "alamat "),
    ],
)  # fmt: skip
def test_no_text_takes_for_ever(ours: Engine, language: str, piece: str) -> None:
    # Half of the longest text: what grows with the square of the length takes four times as long on all.
    text = piece * (LONGEST // 2 // len(piece))
    start = time.process_time()
    ours.redact(text, language=language)
    assert time.process_time() - start < 2.5


def corpus(name: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in (TESTS / "data" / name).read_text("utf-8").splitlines())


def survives(text: str, start: int, end: int, removed: set[int]) -> bool:
    """Whether two letters or digits in a row of a stretch are still there."""
    left = [text[i].isalnum() and i not in removed for i in range(start, end)]
    return any(one and other for one, other in pairwise(left))


@pytest.fixture(scope="module", params=CORPORA)
def measured(ours: Engine, request: pytest.FixtureRequest) -> Counter[str]:
    counts: Counter[str] = Counter()
    for record in corpus(request.param):
        text, language = record["text"], record["lang"]
        spans = ours.redact(text, language=language).spans
        removed = {i for start, end, _ in spans for i in range(start, end)}
        leaks = sum(survives(text, s["start"], s["end"], removed) for s in record["spans"])
        counts[f"leaks {language}"] += leaks
        counts[f"spans {language}"] += len(record["spans"])
        counts["personal documents"] += bool(record["spans"])
        counts["clean documents"] += bool(record["spans"]) and not leaks
        for span in record["spans"]:
            counts[f"spans {span['type']}"] += 1
            counts[f"leaks {span['type']}"] += survives(text, span["start"], span["end"], removed)
        for negative in record["negatives"]:
            counts["negatives"] += 1
            counts["touched"] += bool(removed & set(range(negative["start"], negative["end"])))
    return counts


@pytest.mark.parametrize("language", ["en", "km", "lo", "th", "my", "vi", "id", "ms", "tl", "tet"])
def test_few_leaks_in_every_language(measured: Counter[str], language: str) -> None:
    assert measured[f"spans {language}"] > 30
    assert measured[f"leaks {language}"] <= 0.07 * measured[f"spans {language}"]


def test_most_documents_are_clean_and_few_good_words_are_lost(measured: Counter[str]) -> None:
    assert measured["clean documents"] >= 0.85 * measured["personal documents"]
    assert measured["touched"] <= 0.05 * measured["negatives"]


@pytest.mark.parametrize("kind", ["CASE_NUMBER", "ADDRESS"])
@pytest.mark.parametrize("measured", CORPORA[2:], indirect=True)
def test_few_codes_and_addresses_leak(measured: Counter[str], kind: str) -> None:
    assert measured[f"spans {kind}"] >= 50
    assert measured[f"leaks {kind}"] <= 0.03 * measured[f"spans {kind}"]
    assert measured["clean documents"] >= 0.95 * measured["personal documents"]


@pytest.mark.parametrize("measured", ["narratives_addresses.jsonl"], indirect=True)
def test_addresses_written_to_be_hard_leak_less_than_they_did(measured: Counter[str]) -> None:
    """Addresses with landmarks, stalls, boxes and ordinal houses: two thirds leaked in part before chains."""
    assert measured["spans ADDRESS"] >= 500
    assert measured["leaks ADDRESS"] <= 0.2 * measured["spans ADDRESS"]


@pytest.fixture(scope="module")
def find_once(ours: Engine) -> Find:
    """What the engine finds does not depend on the record's own values: both gates share it."""
    return cache(ours.find)


@pytest.fixture(scope="module")
def score() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SHARED.is_dir(), reason="the development corpus is not beside this checkout")
@pytest.mark.parametrize("with_known", [False, True])
def test_the_gate_on_the_development_corpus(find_once: Find, score: ModuleType, with_known: bool) -> None:
    gold = [json.loads(line) for line in (SHARED / "dev.jsonl").read_text("utf-8").splitlines()]
    predicted = []
    for record in gold:
        known = record["record"] if with_known else None
        redacted = redact(record["text"], find_once, language=record["lang"], known=known)
        predicted.append({"id": record["id"], "redacted": redacted.text})
    report, _ = score.score(gold, predicted)
    for path, (sign, limit) in json.loads((SHARED / "gate.json").read_text("utf-8")).items():
        value = report
        for key in path.split("."):
            value = value[key]
        kept = value >= limit if sign == ">=" else value <= limit
        assert kept, (path, value)
