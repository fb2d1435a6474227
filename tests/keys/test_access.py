"""An analyst's token, kept where `safelane ask` finds it and nobody else looks."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from audit.formats.note import Signer
from gateway.cli import main
from gateway.demo.access import analyst
from gateway.keys.access import FILE, Access, NoAccessError, keep_access, kept_access
from gateway.keys.files import KeyFileError

KEY = str(Signer.generate("region.example/log").key)
ACCESS = Access("https://hub.example", "slt_secret", KEY)


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    keep_access(tmp_path / "mine", ACCESS)

    assert kept_access(tmp_path / "mine") == ACCESS
    assert analyst(tmp_path / "mine") == ("https://hub.example", "slt_secret", KEY)
    assert (tmp_path / "mine" / FILE).stat().st_mode & 0o077 == 0
    assert "slt_secret" not in repr(ACCESS)


@pytest.mark.parametrize(
    "wrong",
    [
        Access("hub.example", "slt_secret", KEY),
        Access("https://hub.example", "", KEY),
        Access("https://hub.example", "slt secret", KEY),
        Access("https://hub.example", "slt_secret", KEY[:-4]),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, wrong: Access) -> None:
    with pytest.raises(NoAccessError) as refused:
        keep_access(tmp_path, wrong)
    assert "slt_secret" not in refused.value.message
    assert kept_access(tmp_path) is None


def test_a_damaged_file_is_told_without_its_content(tmp_path: Path) -> None:
    keep_access(tmp_path, ACCESS)
    (tmp_path / FILE).write_text('{"token": "slt_secret"')

    with pytest.raises(NoAccessError) as refused:
        kept_access(tmp_path)
    assert "slt_secret" not in refused.value.message
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(KeyFileError, match="others"):
        kept_access(tmp_path)


def test_the_command_asks_for_the_token_unseen(tmp_path: Path) -> None:
    arguments = ["access", "--dir", str(tmp_path / "mine"), "--hub", "https://hub.example/", "--log-key", KEY]
    result = CliRunner().invoke(main, arguments, input="slt_secret\n")

    assert result.exit_code == 0
    assert "slt_secret" not in result.output
    assert kept_access(tmp_path / "mine") == ACCESS
