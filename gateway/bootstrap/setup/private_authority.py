"""An authority of one's own for TLS, for offices without internet, and the certificates that it issues.

The authority is for the names of one hub or node and nothing else (name constraints, RFC 5280, 4.2.1.10):
whoever steals its key can issue certificates that a browser trusts for these names, and for no bank. Members
pin the hub's authority when they join: it travels with the invitation, and is part of the fingerprint that
both sides compare by voice.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.bootstrap.setup.layout import own_config
from gateway.config import ConfigError, HubConfig, MemberConfig, write_config
from gateway.errors import SafelaneError
from gateway.keys.files import read_secret, replace_secret

FOLDER = Path("tls")
AUTHORITY, AUTHORITY_KEY = FOLDER / "authority.pem", FOLDER / "authority.key"
CERTIFICATE, CERTIFICATE_KEY = FOLDER / "certificate.pem", FOLDER / "certificate.key"
PINNED = "hub-authority.pem"

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
"""The longest life of a certificate that browsers take from any authority."""
_SKEW = timedelta(hours=1)
"""A certificate begins that much earlier: clocks of an office differ."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Key = ec.EllipticCurvePrivateKey


class AuthorityError(SafelaneError):
    """A name for which no certificate can be issued, or an authority that cannot be used."""

    exit_code = 8


def issue(
    directory: Path, names: Sequence[str], now: datetime | None = None, *, for_proxy: bool = False
) -> datetime:
    """Issue a certificate for these names, by the directory's own authority, made at the first time.

    The settings of the hub or node name the files from then on, and its address where they name none; one
    that serves takes a renewed certificate by itself. With `for_proxy` the settings stay.

    Returns when the certificate ends. Raises AuthorityError, ConfigError, KeyFileError.
    """
    config, now = own_config(directory), now or datetime.now(UTC)
    wanted = [_name(each) for each in names]
    (directory / FOLDER).mkdir(mode=0o700, exist_ok=True)
    if not (directory / AUTHORITY).exists():
        _found(directory, config, wanted, now)
    authority, key = _authority(directory)
    own = ec.generate_private_key(ec.SECP256R1())
    ends = min(now + timedelta(days=CERTIFICATE_DAYS), authority.not_valid_after_utc)
    if ends <= now:
        raise _unusable("it has ended")
    made = (
        # No name of a machine as the subject: OpenSSL would hold it against the constraints, an address too.
        _begun(f"Safelane at {names[0]}", own, now, ends)
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_general, wanted))), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _check_covered(authority, wanted)
    # The key first: a server that looks in between finds a pair that does not fit, and keeps the former one.
    replace_secret(directory / CERTIFICATE_KEY, _pem_of_key(own))
    replace_secret(directory / CERTIFICATE, _pem(made))
    if not for_proxy:
        settings = replace(
            config,
            public_url=config.public_url or _address(wanted[0], config.listen),
            tls_certificate=CERTIFICATE.as_posix(),
            tls_key=CERTIFICATE_KEY.as_posix(),
        )
        write_config(directory, settings)
    return ends


def _address(name: str | _Address, listen: str) -> str:
    port = listen.rpartition(":")[2]
    host = f"[{name}]" if isinstance(name, ipaddress.IPv6Address) else str(name)
    return f"https://{host}" if port in ("443", "0") else f"https://{host}:{port}"


def own_authority(directory: Path) -> str:
    """Return the certificate of the directory's own authority in PEM; empty where there is none."""
    path = directory / AUTHORITY
    return path.read_text("ascii") if path.exists() else ""


def fingerprint_of(authority: str) -> str:
    """Return the SHA-256 of a certificate in PEM, as browsers and openssl show it."""
    der = x509.load_pem_x509_certificate(authority.encode()).public_bytes(serialization.Encoding.DER)
    return _colons(sha256(der).hexdigest().upper())


def pin_authority(directory: Path, authority: str) -> str:
    """Keep the hub's authority in a node's directory; returns the setting that names the file."""
    if not authority:
        return ""
    replace_secret(directory / PINNED, authority.rstrip())
    return PINNED


def hub_authority(directory: Path, config: MemberConfig) -> str:
    """Return the certificate of the hub's authority that the settings name, if any. Raises ConfigError."""
    if not config.hub_authority:
        return ""
    path = directory / config.hub_authority
    try:
        return path.read_text("ascii")
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The certificate {path} of the hub's authority cannot be read ({type(error).__name__}).",
            remedy="See hub_authority in safelane.yaml; the hub's operator has it as tls/authority.pem.",
        ) from None


def _found(
    directory: Path, config: HubConfig | MemberConfig, wanted: Sequence[str | _Address], now: datetime
) -> None:
    of = config.origin if isinstance(config, HubConfig) else config.member
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Safelane authority of {of}"[:64])])
    made = (
        _begun(f"Safelane authority of {of}"[:64], key, now, now + timedelta(days=AUTHORITY_DAYS))
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_only(wanted), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    replace_secret(directory / AUTHORITY_KEY, _pem_of_key(key))
    replace_secret(directory / AUTHORITY, _pem(made))


def _authority(directory: Path) -> tuple[x509.Certificate, _Key]:
    try:
        certificate = x509.load_pem_x509_certificate((directory / AUTHORITY).read_bytes())
        text = read_secret(directory / AUTHORITY_KEY)
        key = serialization.load_pem_private_key(f"{text}\n".encode(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(f"it cannot be read ({type(error).__name__})") from None
    if not isinstance(key, _Key) or key.public_key() != certificate.public_key():
        raise _unusable("its key is another one")
    return certificate, key


def _unusable(reason: str) -> AuthorityError:
    return AuthorityError(
        f"The own authority in {FOLDER} cannot issue a certificate: {reason}.",
        remedy=f"Nothing was changed. Bring {AUTHORITY} and {AUTHORITY_KEY} back from a backup, or move both "
        "away and give the command again: then everybody has to trust the new authority.",
    )


def _check_covered(authority: x509.Certificate, wanted: Sequence[str | _Address]) -> None:
    held = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    for name in wanted:
        if _subtree(name) not in held:
            raise AuthorityError(
                f"The own authority is not for {name}.",
                remedy=f"Nothing was changed. Move {AUTHORITY} and {AUTHORITY_KEY} away and name all names "
                "together: then everybody has to trust the new authority.",
            )


def _only(names: Sequence[str | _Address]) -> x509.NameConstraints:
    """For these names alone; where all of them are names, for no address, and the other way round."""
    permitted = list(map(_subtree, names))
    excluded: list[x509.GeneralName] = []
    if not any(isinstance(each, str) for each in names):
        excluded.append(x509.DNSName(""))
    if all(isinstance(each, str) for each in names):
        everywhere = map(ipaddress.ip_network, ("0.0.0.0/0", "::/0"))
        excluded += map(x509.IPAddress, everywhere)
    return x509.NameConstraints(permitted, excluded or None)


def _subtree(name: str | _Address) -> x509.GeneralName:
    return x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(ipaddress.ip_network(name))


def _name(text: str) -> str | _Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    labels = text.lower().removesuffix(".").split(".")
    sound = all(
        0 < len(label) <= 63 and label.strip("-") == label and label.replace("-", "").isalnum()
        for label in labels
    )
    if not (sound and text.isascii() and len(text) <= 253):
        raise AuthorityError(
            f"{text!r} is no name of a machine and no address.",
            remedy="Name it as people type it in a browser: hub.example, or 192.0.2.7.",
        )
    return ".".join(labels)


def _general(name: str | _Address) -> x509.GeneralName:
    return x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)


def _begun(name: str, key: _Key, now: datetime, ends: datetime) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _SKEW,
        not_valid_after=ends,
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode().rstrip()


def _pem_of_key(key: _Key) -> str:
    return (
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
        .rstrip()
    )
