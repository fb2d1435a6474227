"""Sentence templates for simple kinds of entries: a text, filled in from the entry's fields."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from audit.events.event import Event
from audit.events.event_values import CoarseSize
from audit.events.former_events import present_type
from audit.reading.messages import Message, Value, msgid
from audit.reading.wording import listed, say_size, say_who, word_of

PLAIN: Final = {
    "access-refused": msgid(
        "%(who)s was refused on %(at)s: %(action)s (%(reason)s). Times since the last such entry: %(times)s."
    ),
    "account-changed": msgid("An account of %(organisation)s was changed on %(at)s: %(step)s."),
    "account-invited": msgid("%(who)s was invited on %(at)s to open an account, until %(until)s."),
    "account-invited:purposes": msgid(
        "%(who)s was invited on %(at)s to open an account, until %(until)s, to ask for %(purposes)s."
    ),
    "account-opened": msgid("%(who)s opened the account on %(at)s (%(means)s)."),
    "contributed": msgid(
        "%(member)s contributed masked values for %(size)s of regional totals on %(at)s; they are "
        "recorded only as a commitment."
    ),
    "count-begun": msgid("On %(at)s the hub began to count the people of %(members)s once, for %(epoch)s."),
    "count-leave:granted": msgid(
        "At %(member)s somebody approved on %(at)s that its set takes part in counting people once, and "
        "signed the approval as %(signed_by)s."
    ),
    "count-leave": msgid(
        "At %(member)s somebody refused on %(at)s that its set takes part in counting people once, and "
        "signed the refusal as %(signed_by)s."
    ),
    "counted:told": msgid(
        "People were counted once on %(at)s, for %(epoch)s; the result was disclosed and is recorded "
        "only as a commitment."
    ),
    "counted": msgid(
        "People were counted once on %(at)s, for %(epoch)s; the result was withheld because it would "
        "have disclosed too much."
    ),
    "epoch-map-sealed": msgid(
        "%(member)s sealed a map from former pseudonyms to present ones for %(recipient)s on %(at)s, for "
        "%(purpose)s."
    ),
    "extract-approved": msgid("At %(member)s a second person approved extract %(extract)s on %(at)s."),
    "extract-refused": msgid(
        "At %(member)s a person refused extract %(extract)s on %(at)s: the extract will not be sealed."
    ),
    "extract-requested": msgid(
        "At %(member)s somebody prepared extract %(extract)s of single records for %(recipient)s on "
        "%(at)s, for %(purpose)s, and asked for approval."
    ),
    "extract-sealed": msgid(
        "%(member)s sealed extract %(extract)s for %(recipient)s on %(at)s, to be used until "
        "%(expires)s: the extract counts as released."
    ),
    "handed-over": msgid(
        "Somebody of %(organisation)s left on %(at)s: questions and service accounts belong to a successor."
    ),
    "key-revoked": msgid(
        "On %(at)s the key for %(use)s was revoked (%(reason)s): signatures made with it from then on "
        "are not valid."
    ),
    "member-applied": msgid(
        "Somebody presented the invitation of %(member)s on %(at)s, with keys that are not valid until "
        "they have been compared."
    ),
    "member-invited": msgid("%(member)s was invited on %(at)s to join the region, until %(until)s."),
    "member-revoked": msgid("The keys of %(member)s have not been valid since %(at)s: %(reason)s."),
    "policy-revoked": msgid(
        "Version %(policy_version)s of %(member)s's policy was ended at once on %(at)s: no questions are "
        "answered until another version is in force."
    ),
    "policy-signed": msgid(
        "%(member)s's controller signed version %(policy_version)s of its policy on %(at)s, to take "
        "effect on %(begins)s. The text is recorded only as a commitment."
    ),
    "region-joined": msgid(
        "On %(at)s %(member)s recorded the keys of the hub after two people had compared them by voice."
    ),
    "reidentification-confirmed": msgid(
        "At %(member)s a second custodian confirmed request %(request)s on %(at)s."
    ),
    "reidentification-requested": msgid(
        "At %(member)s a custodian asked on %(at)s to identify the person behind a pseudonym (request "
        "%(request)s, until %(expires)s)."
    ),
    "reidentification-shown": msgid(
        "At %(member)s the vault was opened once on %(at)s, for request %(request)s."
    ),
    "release-read": msgid("%(who)s read the data of release %(number)s on %(at)s (by %(through)s)."),
    "sessions-ended": msgid("The sessions of a person were ended on %(at)s: %(reason)s."),
    "set-mixed": msgid("%(member)s mixed the merged list and passed it on, on %(at)s."),
    "set-sealed": msgid("%(member)s put its encrypted set into the count of %(epoch)s on %(at)s."),
    "signed-in": msgid("%(who)s signed in on %(at)s (%(means)s)."),
    "token-made": msgid(
        "A token for programs was created on %(at)s; it expires on %(until)s. The token itself is not stored."
    ),
    "tokens-revoked": msgid("The tokens of a person were revoked on %(at)s."),
    "total-asked": msgid(
        "On %(at)s the hub asked %(members)s for masked sums of withheld cells, until %(deadline)s: %(size)s."
    ),
    "total-released": msgid(
        "The round of masked sums ended on %(at)s: %(contributed)s took part. The totals are recorded "
        "only as a commitment."
    ),
    "total-spoiled": msgid(
        "On %(at)s masked values of %(members)s did not add up to a number that their sum can be: one of "
        "them did not follow the protocol. Nothing of it was published; the log of each has its own "
        "contribution."
    ),
    "vault-custodian-replaced": msgid(
        "At %(member)s one custodian of the vault was replaced by another on %(at)s."
    ),
}
"""By kind; with `:field` for entries whose field is not empty."""

SOMEBODY = msgid("An unknown person")


def say_plainly(event: Event) -> Message:
    """Return the event in the text of its kind. Raises KeyError for a kind without a text."""
    values = {name: _shown(value) for name, value in vars(event).items()}
    organisation, role = getattr(event, "organisation", None), getattr(event, "role", None)
    values["who"] = say_who(role, organisation) if role else word_of(SOMEBODY)
    kind = present_type(event.TYPE)
    special = (f"{kind}:{name}" for name, value in vars(event).items() if value)
    text = next((PLAIN[name] for name in special if name in PLAIN), None) or PLAIN[kind]
    return Message(text, values)


def _shown(value: object) -> Value:
    if isinstance(value, datetime | int):
        return value
    if isinstance(value, tuple):
        return listed(map(str, value))
    if isinstance(value, CoarseSize):
        return say_size(value)
    return word_of(str(value)) if isinstance(value, StrEnum) else str(value)
