"""Commands on files: protect, attack, certificate, redact, pseudonymise."""
