"""docs/how-to/found-a-region.md, followed to the letter: from nothing to a first regional answer.

What a page cannot hold, because it differs each time, is put in here: the fingerprint, the log's key, what is
typed where nothing is shown, and what the analyst does in her browser.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import httpx
import pyotp
import pytest
from documents import BIN, ROOT, Command, commands, fits
from entrances import key_on
from forking import Forking

pytestmark = pytest.mark.processes

PAGE = ROOT / "docs" / "how-to" / "found-a-region.md"
PASSPHRASE = "seven quiet rivers cross this plain"
NAME = "ana@rehearsal.example"
HUB = "http://127.0.0.1:18099"
FORM = re.compile(r'<input type="hidden" name="form" value="([^"]+)">')
FINGERPRINT = re.compile(r"\d{5}(?: \d{5}){4}")
SECONDS = 60.0

Process: TypeAlias = "subprocess.Popen[bytes]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "docs" / "how-to" / "rehearsal", tmp_path / "docs" / "how-to" / "rehearsal")
    return tmp_path


@pytest.fixture
def programs() -> Iterator[Forking]:
    """What starts the commands: all that most of them import is imported. The servers start by themselves."""
    of_both_sides = (
        "gateway.cli.region.hub_members",
        "gateway.cli.member.loading",
        "gateway.cli.member.worker",
    )
    with Forking(of_both_sides) as made:
        yield made


@pytest.fixture
def servers() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for process in started:
        process.terminate()
    for process in started:
        assert process.wait(120) == 0


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]), "COLUMNS": "80"}


def serve(command: Command, folder: Path) -> Process:
    directory = folder / command.text.rpartition(" ")[2]
    with (folder / f"{directory.name}.out").open("wb") as output:
        process = subprocess.Popen(
            command.text.split(), cwd=folder, env=environment(), stdout=output, stderr=output
        )
    end = time.monotonic() + SECONDS
    while not (directory / "address").exists():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    return process


def run(command: Command, folder: Path, typed: str, programs: Forking) -> str:
    words = shlex.split(command.text)
    assert words[0] == "safelane", command.text
    done = programs.run([BIN / "safelane", *words[1:]], folder, environment(), typed=typed, together=True)
    assert done.returncode == 0, f"{command.text}\n{done.stdout}"
    return done.stdout


def in_the_browser(invitation: str) -> str:
    """The analyst opens her account, signs in, and makes a token; she reads what the pages show."""
    with httpx.Client(base_url=HUB, timeout=30, trust_env=False) as browser:

        def send(page: str, to: str, **fields: str) -> httpx.Response:
            form = FORM.search(browser.get(page).text)
            assert form is not None
            return browser.post(to, data={"form": form[1], **fields})

        shown = send("/invitation", "/invitation", invitation=invitation).text
        generator = pyotp.TOTP(key_on(shown))
        opened = send(
            "/invitation",
            "/invitation/open",
            invitation=invitation,
            passphrase=PASSPHRASE,
            passphrase_again=PASSPHRASE,
            code=generator.now(),
        )
        assert opened.status_code == 200, opened.text
        # A code counts once. The next one counts already, as where a telephone is half a minute ahead.
        following = generator.at(time.time() + generator.interval)
        entered = send("/sign-in", "/sign-in", name=NAME, passphrase=PASSPHRASE, code=following)
        assert entered.status_code == 303, entered.text
        made = send("/account", "/account/tokens", label="commands", scope="ask", days="30")
        return made.text.partition('class="secret"><code>')[2].partition("</code>")[0]


def test_the_page_leads_from_nothing_to_a_first_answer(
    folder: Path, servers: list[Process], programs: Forking
) -> None:
    found = {"fingerprint": "", "log_key": "", "token": ""}
    reported: dict[str, str] = {}
    for written in commands(PAGE):
        text = FINGERPRINT.sub(found["fingerprint"], written.text).replace("LOG-KEY", found["log_key"])
        command = replace(written, text=text)
        if " serve " in text:
            servers.append(serve(command, folder))
            continue
        typed = found["token"] if "access" in text else PASSPHRASE
        printed = run(command, folder, f"{typed}\n{typed}\n", programs)
        assert not command.prints or fits(command.prints, printed.splitlines()), f"{text}\n{printed}"
        reported[" ".join(text.split()[1:3])] = printed
        if "hub found" in text:
            found["log_key"] = printed.split()[-1]
        elif "member join" in text:
            seen = FINGERPRINT.search(printed)
            assert seen is not None
            found["fingerprint"] = seen[0]
        elif "account invite" in text:
            found["token"] = in_the_browser(next(w for w in printed.split() if w.startswith("sli_")))

    assert found["fingerprint"] in reported["hub members"]
    assert "BAD" not in reported["doctor --dir"]
    kinds = re.findall(r"\b(member-enrolled|account-opened|asked|released)\b", reported["log list"])
    assert kinds == ["member-enrolled", "account-opened", "asked", "released"]
