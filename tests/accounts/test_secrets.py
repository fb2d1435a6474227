"""What is shown once, what is sealed, what guards a form, and which codes count."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts import codes
from gateway.accounts.errors import StaleFormError
from gateway.accounts.forms import LIFETIME, check_form, form_token, local_path
from gateway.accounts.secrets import Kind, new_code, new_secret, secret_hash, typed
from gateway.keys.sealer import KeySealer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = st.text(max_size=60)


def test_secrets_differ_and_a_hash_is_for_one_kind_only() -> None:
    made = {new_secret(Kind.TOKEN) for _ in range(200)}

    assert len(made) == 200
    assert all(len(secret) >= len("slt_") + 43 for secret in made)
    assert secret_hash(Kind.TOKEN, "x") != secret_hash(Kind.SESSION, "x")


@given(st.integers(1, 6))
def test_a_code_is_found_however_it_is_typed(groups: int) -> None:
    code = new_code(groups)

    assert typed(code.upper().replace("-", " ")) == typed(f" {code.replace('-', '')} ") == code


@given(TEXT, st.sampled_from(["code generator", "way"]))
def test_what_is_sealed_opens_again_for_its_use(text: str, use: str) -> None:
    sealer = KeySealer(b"k" * 32)
    sealed = sealer.seal(text, use)

    assert sealer.unseal(sealed, use) == text
    assert text.encode() not in sealed or len(text) < 3
    for other, sealer_, changed in (
        ("another use", sealer, sealed),
        (use, KeySealer(b"l" * 32), sealed),
        (use, sealer, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (use, sealer, bytes([sealed[0] ^ 1]) + sealed[1:]),
        (use, sealer, sealed[:20]),
    ):
        with pytest.raises(ValueError, match=r"."):
            sealer_.unseal(changed, other)


def test_blinding_needs_the_key() -> None:
    assert KeySealer(b"k" * 32).blind("name") == KeySealer(b"k" * 32).blind("name")
    assert KeySealer(b"k" * 32).blind("name") != KeySealer(b"l" * 32).blind("name")


@given(TEXT, st.timedeltas(timedelta(0), LIFETIME))
def test_a_form_is_taken_while_it_is_young(secret: str, age: timedelta) -> None:
    check_form(secret, form_token(secret, NOW), NOW + age)


@given(TEXT, TEXT, st.timedeltas(-timedelta(days=400), timedelta(days=400)))
def test_no_other_form_is_taken(secret: str, other: str, age: timedelta) -> None:
    token = form_token(secret, NOW)
    if other != secret:
        with pytest.raises(StaleFormError):
            check_form(other, token, NOW)
    if not timedelta(seconds=-1) <= age <= LIFETIME + timedelta(seconds=1):
        with pytest.raises(StaleFormError):
            check_form(secret, token, NOW + age)
    with pytest.raises(StaleFormError):
        check_form(secret, other, NOW)


@given(st.text(max_size=40))
def test_on_from_a_sign_in_one_only_goes_to_paths_of_ours(target: str) -> None:
    path = local_path(target)

    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path
    assert path in {"/", target}


@given(st.integers(-3, 3))
def test_a_code_counts_for_its_step_and_the_neighbours(off: int) -> None:
    generator = codes.new_generator()
    code = pyotp.TOTP(generator).at(NOW + timedelta(seconds=30 * off))
    step = int(NOW.timestamp()) // 30 + off

    assert codes.step_of(generator, code, NOW) == (step if abs(off) <= codes.SKEW else None)


@given(TEXT)
def test_what_is_no_code_counts_for_none(text: str) -> None:
    assert codes.step_of(codes.new_generator(), text + "x", NOW) is None


def test_recovery_codes_are_kept_as_hashes_only() -> None:
    shown, kept = codes.new_recovery_codes()

    assert len(set(shown)) == codes.RECOVERY_CODES
    assert [codes.recovery_hash(code) for code in shown] == list(kept)
    assert not set(shown) & set(kept)
