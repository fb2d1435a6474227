"""A release has every file, names all that comes with it, and is signed so that others can check it.

The bundle and the Debian package need a network: `deploy/debian/try.sh` tries both.
"""

import re
import subprocess
import tomllib
from datetime import UTC, datetime
from json import loads
from pathlib import Path
from tarfile import open as open_tar
from zipfile import ZipFile

import pytest
from bill_of_materials import EXTRAS, NEEDED, PARTS, bill, pinned, text
from documents import ROOT
from licences import locked

import gateway

MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
PACKAGES = ("gateway", "policies", "anonymisers", "audit")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What needs no network, made of the last commit and signed with a key that is made for it."""
    folder = tmp_path_factory.mktemp("release")
    key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / "key"]
    subprocess.run(key, check=True)
    make = [ROOT / "deploy/release/make.sh", folder / "made", "source", "wheel"]
    signing = {"SAFELANE_SIGNING_KEY": str(folder / "key"), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    subprocess.run(make, check=True, env=signing, capture_output=True)
    public = (folder / "key.pub").read_text("utf-8")
    (folder / "made" / "allowed_signers").write_text(f"releases@safelane {public}", "utf-8")
    return folder / "made"


def committed(*folders: str) -> set[str]:
    listed = ["git", "-C", ROOT, "ls-tree", "-r", "--name-only", "-z", "HEAD", *folders]
    return set(subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0")[:-1])


def checked(release: Path) -> bool:
    """By the commands of docs/how-to/make-a-release.md."""
    page = (ROOT / "docs/how-to/make-a-release.md").read_text("utf-8")
    verify, compare = re.findall(r"^\$ (ssh-keygen.*|sha256sum.*)$", page, re.MULTILINE)
    both = ["/bin/sh", "-c", f"{verify} && {compare}"]
    said = subprocess.run(both, cwd=release, capture_output=True, check=False)
    return said.returncode == 0


def test_the_wheel_has_every_file(release: Path) -> None:
    """Before, the migrations were missing: what the offline bundle installed could set up no hub."""
    (wheel,) = release.glob("safelane-*.whl")

    with ZipFile(wheel) as opened:
        assert {name for name in committed(*PACKAGES) if not name.endswith(".po")} <= set(opened.namelist())


def test_the_source_archive_is_what_is_committed(release: Path) -> None:
    (archive,) = release.glob("*-source.tar.gz")

    with open_tar(archive) as opened:
        names = {member.name.partition("/")[2] for member in opened.getmembers() if not member.isdir()}
        top = {member.name.partition("/")[0] for member in opened.getmembers()}
    assert names == committed()
    assert top == {archive.name.removesuffix("-source.tar.gz")}


def test_the_commands_of_the_page_accept_a_signed_release_and_refuse_a_changed_one(release: Path) -> None:
    assert checked(release)

    (client,) = release.glob("safelane_client-*.whl")
    whole = client.read_bytes()
    client.write_bytes(whole + b"\0")
    assert not checked(release)

    client.write_bytes(whole)
    sums = release / "SHA256SUMS"
    signed = sums.read_text("utf-8")
    sums.write_text(signed.replace(signed[:64], "0" * 64), "utf-8")
    assert not checked(release)
    sums.write_text(signed, "utf-8")
    assert checked(release)


@pytest.fixture(scope="module")
def written() -> str:
    return text(bill(ROOT, MOMENT))


def test_the_bill_names_each_locked_package_and_each_file_of_others(written: str) -> None:
    components = {one["bom-ref"]: one for one in loads(written)["components"]}
    packages = {one["name"] for one in components.values() if one["type"] == "library"}
    assert packages == locked().keys()
    assert all(one["hashes"] and one["licenses"] for one in components.values())
    htmx = components["gateway/web/static/htmx.min.js"]
    assert htmx["licenses"] == [{"license": {"id": "0BSD"}}]
    assert all(list(ROOT.glob(pattern)) for pattern in PARTS)
    assert components[f"pkg:pypi/duckdb@{locked()['duckdb']}"]["scope"] == "optional"
    assert text(bill(ROOT, MOMENT)) == written


def test_the_bill_leads_from_safelane_to_everything_in_it(written: str) -> None:
    read = loads(written)

    needs = {one["ref"]: one.get("dependsOn", []) for one in read["dependencies"]}
    reached, waiting = set[str](), [read["metadata"]["component"]["bom-ref"]]
    while waiting:
        if (ref := waiting.pop()) not in reached:
            reached.add(ref)
            waiting += needs.get(ref, [])
    assert {one["bom-ref"] for one in read["components"]} <= reached


def test_a_lock_without_a_hash_makes_no_bill() -> None:
    for lock in (NEEDED, *EXTRAS):
        assert list(pinned((ROOT / "requirements" / lock).read_text("utf-8")))

    with pytest.raises(ValueError, match="flask has no version or no hash"):
        list(pinned("flask==3.1.3\n    # via -r requirements/runtime.in\n"))


def test_all_that_a_release_holds_has_one_version() -> None:
    client = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text("utf-8"))

    assert client["project"]["version"] == gateway.__version__
