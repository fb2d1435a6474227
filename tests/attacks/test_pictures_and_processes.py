"""Attacks on what larger loads and files of pictures leave behind: in other processes, and inside a file."""

import getpass
import multiprocessing
import re
import socket
import zlib
from pathlib import Path

from releases import made_release

from anonymisers.identity.text_column import TextColumn
from gateway.bootstrap.loading.internal_pseudonyms import InternalPseudonyms
from gateway.dictionary import regional
from gateway.export.documents.picture_file import picture_pdf
from gateway.picturing import draw

KEY = bytes(range(100, 132))
SECRETS = (KEY, KEY.hex().encode(), b"case-00042", b"KH-secret-member")


def test_processes_that_make_pseudonyms_show_neither_key_nor_numbers_to_other_users() -> None:
    """Command line and environment of a process can be read by others on the machine; so can shared memory by
    its name."""
    numbers = TextColumn.of([f"case-{n:05d}" for n in range(10_000)])
    with InternalPseudonyms(KEY, "KH-secret-member", processes=1, begin=0) as make:
        made = make.ahead("case", numbers)
        assert made is not None
        made.result()
        children = [child.pid for child in multiprocessing.active_children()]
        seen = b"".join(
            Path(f"/proc/{pid}/{name}").read_bytes() for pid in children for name in ("cmdline", "environ")
        )
        mapped = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in children)
    assert children
    assert [secret for secret in SECRETS if secret in seen] == []
    assert set(re.findall(r"/shm/(?!sem\.)\S+", mapped)) == set()
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_a_picture_as_pdf_names_no_machine_no_person_and_no_time() -> None:
    """Who passes a picture on does not tell where and when it was drawn, beyond what stands on it."""
    made = picture_pdf(draw("bars", made_release("country", members=("KH", "LA")), regional()), "en")

    whole = made
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", made, re.DOTALL):
        try:
            whole += zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue
    for word in (socket.gethostname(), getpass.getuser() + "@", "/home/", str(Path.cwd())):
        assert word.encode() not in whole
    assert b"CreationDate" not in whole
    assert b"ModDate" not in whole
    assert b"/Author" not in whole
