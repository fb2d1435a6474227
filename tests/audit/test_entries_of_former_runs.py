"""Runs that counted people over borders are withdrawn; a log that had one is read as it always was."""

from pathlib import Path

import pytest
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.events.events import decode, encode
from audit.log.directory import export
from audit.log.log import Log
from audit.reading.sentences import say_event

RUN, LIST, OTHER, RESULT = ("11" * 32, "22" * 32, "33" * 32, "44" * 32)
AT = '"at":"2026-01-02T03:04:05Z"'
FORMER = {
    f'{{{AT},"epoch":"2026","kind":"passport","members":["KH","LA"],"size":8,"threshold":5,'
    '"type":"count-begun","version":1}': "On 2026-01-02",
    f'{{{AT},"epoch":"2026","granted":true,"member":"KH","reason":null,"run":"{RUN}",'
    '"signed_by":"key","type":"count-leave","version":1}': "At KH somebody approved",
    f'{{{AT},"epoch":"2026","member":"KH","run":"{RUN}","sealed":"{LIST}","type":"set-sealed",'
    '"version":1}': "KH put its encrypted set",
    f'{{{AT},"member":"KH","passed":"{OTHER}","received":"{LIST}","run":"{RUN}","type":"set-mixed",'
    '"version":1}': "KH mixed the merged list",
    f'{{{AT},"epoch":"2026","result":"{RESULT}","run":"{RUN}","told":true,"type":"counted",'
    '"version":1}': "People were counted once",
}
"""Entries as they were written, byte for byte, and how the sentence about each begins."""


@pytest.mark.parametrize(("written", "said"), FORMER.items())
def test_each_is_read_and_told(written: str, said: str) -> None:
    event = decode(written.encode())

    assert encode(event) == written.encode()
    assert say_event(event).startswith(said)


def test_a_log_with_all_of_them_is_verified(log: Log, storage: MemoryStorage, tmp_path: Path) -> None:
    log.append(storage, [written.encode() for written in FORMER], now=1)
    export(log, storage, tmp_path / "export")

    assert main(["verify", str(tmp_path / "export")]) == 0
