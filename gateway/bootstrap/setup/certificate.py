"""The certificate with which a hub or a node speaks TLS itself, read anew when the files were renewed."""

import os
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

import structlog
from cryptography import x509

from gateway.config import ConfigError, HubConfig, MemberConfig
from gateway.keys.files import KeyFileError

log = structlog.get_logger()

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Forward secrecy and authenticated encryption."""

CHECK_SECONDS = 5.0
"""How often, at most, the files are looked at: renewals are rare, and connections are not."""


@dataclass(frozen=True)
class CertificateFiles:
    """A certificate chain and its private key, both in PEM; one file may hold both."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return the TLS settings of a server. Raises ConfigError or KeyFileError."""
        _require_private(self.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.set_ciphers(CIPHERS)  # of TLS 1.2; those of 1.3 are all of this kind
        try:
            # A key under a passphrase would be asked for at the terminal, which a service does not have.
            context.load_cert_chain(self.chain, self.key, password=lambda: b"")
        except (OSError, ValueError) as error:  # SSLError is one of the former
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise ConfigError(
                f"The certificate {self.chain} cannot be used with the key {self.key}: {why}.",
                remedy="Both are PEM files and belong together; the key has no passphrase. See "
                "tls_certificate and tls_key in safelane.yaml.",
            ) from None
        return context

    def ends(self) -> datetime:
        """Return when the certificate expires. Raises ConfigError."""
        return self._certificate().not_valid_after_utc

    def begins(self) -> datetime:
        """Return from when on the certificate counts. Raises ConfigError."""
        return self._certificate().not_valid_before_utc

    def _certificate(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificates(self.chain.read_bytes())[0]
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"The certificate {self.chain} cannot be read ({type(error).__name__}).",
                remedy="It is a PEM file. See tls_certificate in safelane.yaml.",
            ) from None

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Return what changes when a file is replaced or rewritten. Raises OSError."""
        return tuple((s.st_ino, s.st_mtime_ns, s.st_size) for s in map(os.stat, (self.chain, self.key)))


def certificate_files(directory: Path, config: HubConfig | MemberConfig) -> CertificateFiles | None:
    """Return the files that the settings name, or None. Raises ConfigError for a key without certificate."""
    if not config.tls_certificate and not config.tls_key:
        return None
    if not config.tls_certificate:
        raise ConfigError("'tls_key' is set without 'tls_certificate'.", remedy="Name both files.")
    chain = directory / config.tls_certificate
    return CertificateFiles(chain, directory / config.tls_key if config.tls_key else chain)


class RenewedCertificate:
    """The TLS settings for the next connection: those of the newest files that can be used."""

    def __init__(self, files: CertificateFiles) -> None:
        """Read the files once. Raises ConfigError or KeyFileError."""
        self._files = files
        self._lock = Lock()
        self._stamp = files.stamp() if files.chain.exists() and files.key.exists() else ()
        self._context = files.context()
        self._next_check = time.monotonic() + CHECK_SECONDS

    def context(self) -> ssl.SSLContext:
        """Return the settings for a new connection; connections that are open keep theirs."""
        with self._lock:
            now = time.monotonic()
            if now >= self._next_check:
                self._next_check = now + CHECK_SECONDS
                self._renew()
            return self._context

    def _renew(self) -> None:
        """Take renewed files; where they cannot be used, as in the middle of a renewal, keep the former."""
        try:
            stamp = self._files.stamp()
            if stamp == self._stamp:
                return
            self._context = self._files.context()
        except (OSError, ConfigError, KeyFileError) as error:
            log.warning("the renewed certificate cannot be used yet", reason=str(error))
            return
        self._stamp = stamp
        log.info("certificate renewed", ends=f"{self._files.ends():%Y-%m-%d}")


def _require_private(key: Path) -> None:
    try:
        mode = key.stat().st_mode
    except OSError as error:
        raise KeyFileError(
            f"The key {key} of the certificate cannot be read ({type(error).__name__}).",
            remedy="See tls_key in safelane.yaml.",
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(
            f"The key {key} of the certificate can be read by others on this machine.",
            remedy=f"Run: chmod 600 {key}. If others may have read it, have the certificate replaced.",
        )
