"""Tables for programs that send no token: by a secret in the address, which its person can withdraw."""
