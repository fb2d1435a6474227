"""Passkeys (WebAuthn, level 3): keys of a person's device, which sign for one name of a page and no other."""
