"""Codes of files in forms that no list has; what looks alike stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.redaction.case_codes import case_codes
from anonymisers.redaction.text_reading import read


def left(text: str) -> str:
    """The text without its codes."""
    plain = read(text).plain
    for span in reversed(list(case_codes(plain, lambda _start, _end: False))):
        plain = f"{plain[: span.start]}<>{plain[span.end :]}"
    return plain


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Surat 445/118/RSUD-IX/2016.", "Surat <>."),
        ("Berkas 12.07-KLM.3", "Berkas <>"),
        ("Fixa HNGV-P 20/774, kamar 3", "Fixa <>, kamar 3"),
        ("the certificate No. 332/09 K.Ph was kept", "the certificate No. <> was kept"),
        ("Fail siasatan KS 44/18 (Kapit)", "Fail siasatan <>"),
        ("ແຟ້ມ ບຕ-88/ຊຂ.", "ແຟ້ມ <>."),
        ("កំណត់ហេតុលេខ ៣៣ កហ/១៧។", "កំណត់ហេតុលេខ <>។"),
        ("รายงาน ศทช/สร/62-0017 ระบุ", "รายงาน <> ระบุ"),
        ("တိုင်ချက် ၈၈/၂၂ တွင်", "တိုင်ချက် <> တွင်"),
        ("Hồ sơ 45/HS-CA ghi", "Hồ sơ <> ghi"),
        ("Đơn 17/ĐN-TT.2021", "Đơn <>"),
    ],
)
def test_a_code_goes_whole(text: str, rest: str) -> None:
    assert left(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "an M18A1 and a PMN-2, type 72A",
        "in 2016/2017 the men and/or women",
        "He paid Rp 2.500.000 or USD 45.",
        "at 14.30 he fell.Then he died",
        "the report of 2016 says that 12 people came",
        "a 9N210/9N235 near the road",
        "ឆ្នាំ ២០១៩ មាន ៣ នាក់",
        "หมู่ 4 ตำบลหนองแวง",
    ],
)
def test_what_is_no_code_stays(text: str) -> None:
    assert left(text) == read(text).plain


@given(
    st.lists(st.from_regex(r"[A-Z]{1,5}|[0-9]{2,4}", fullmatch=True), min_size=3, max_size=5),
    st.sampled_from("-/._"),
)
def test_pieces_of_letters_and_digits_are_a_code_wherever_they_stand(pieces: list[str], join: str) -> None:
    code = join.join([*pieces, "AB", "1234"])
    assert left(f"He showed {code} to us") == "He showed <> to us"
