"""An authority of one's own, and certificates for 127.0.0.1 that hold or have ended."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Authority:
    """`file` is what those who trust it need."""

    file: Path
    _certificate: x509.Certificate
    _key: ec.EllipticCurvePrivateKey

    def issue(
        self, path: Path, ends: timedelta, address: str = "127.0.0.1", begins: timedelta = timedelta(0)
    ) -> Path:
        """A certificate with its key in one file, which begins and ends so long from now (or did, before)."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        until = now + ends
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        made = _built("a hub", key, min(now + begins, until - MONTH), until).issuer_name(
            self._certificate.subject
        )
        signed = made.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        path.write_bytes(_pem(key) + signed.public_bytes(serialization.Encoding.PEM))
        return path


def authority(file: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = _built("an authority", key, now - MONTH, now + timedelta(days=2))
    own = x509.BasicConstraints(ca=True, path_length=None)
    certificate = made.issuer_name(_name("an authority")).add_extension(own, critical=True)
    signed = certificate.sign(key, hashes.SHA256())
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return Authority(file, signed, key)


def _built(
    name: str, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=_name(name),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=since,
        not_valid_after=until,
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
