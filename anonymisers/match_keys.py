"""A second key for names, by their sound, that finds one person under spellings in several scripts.

It is for the member's own eyes: to propose that two of its records may be of one person. It is coarse, so
that different people share it, and it never leaves the member: the domain's recipient is the member itself.
"""

from anonymisers.canonical import canonical_name
from anonymisers.pseudonym_domain import Domain
from anonymisers.pseudonyms import pseudonym
from anonymisers.redaction.skeleton import skeleton

PURPOSE, KIND = "match", "name-sound"
_AM = {"\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}
"""The Thai and the Lao vowel am as normalisation takes it apart; together it sounds like m."""


def match_key(k_epoch: bytes, member: str, epoch: int, name: str) -> str:
    """The match key of a name, in Latin, Khmer, Lao, Thai or Burmese letters, its words in any order.

    Raises IdentifierError for a name without a consonant in any of these scripts, KeyStoreError for a key of
    another length than 32 bytes.
    """
    spelt = canonical_name(name)
    for apart, together in _AM.items():
        spelt = spelt.replace(apart, together)
    sounds = sorted(filter(None, map(skeleton, spelt.split())))
    return pseudonym(k_epoch, Domain(member, epoch, member, PURPOSE, KIND), "|".join(sounds))
