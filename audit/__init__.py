"""What happened, unrewritable: an RFC 6962 log in the formats of C2SP.

Pure: storage and network are handed in.
"""
