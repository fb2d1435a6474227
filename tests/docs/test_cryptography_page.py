"""The page on cryptography names every module that uses a cryptographic package."""

import re

from documents import ROOT

PAGE = ROOT / "docs" / "reference" / "cryptography.md"
PACKAGES = re.compile(
    r"^(?:from|import) (?:Crypto|cryptography\.hazmat|argon2|joserfc|fido2|pyotp|ssl)\b", re.MULTILINE
)
ONLY_EXCEPTIONS = re.compile(r"^from \S+exceptions import", re.MULTILINE)


def test_every_module_with_cryptography_is_named() -> None:
    page = PAGE.read_text("utf-8")
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", page))
    using = {
        path.relative_to(ROOT).as_posix()
        for package in ("gateway", "audit", "anonymisers", "policies")
        for path in (ROOT / package).rglob("*.py")
        if PACKAGES.search(ONLY_EXCEPTIONS.sub("", path.read_text("utf-8")))
    }

    missing = {path for path in using if not any(path == one or path.startswith(one) for one in named)}

    assert missing == set()
    assert [one for one in named if not (ROOT / one).exists()] == []
