"""How data is made safe: disclosure control, pseudonyms, redaction.

Pure: knows no policy, no storage, no network.
"""
