"""The gateway: the house that joins policies, anonymisers and audit. Floors and import rules: setup.cfg."""

__version__ = "0.1.0"
