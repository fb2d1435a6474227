"""What a column can mean and what its words can count as, in the words of an office."""

from collections.abc import Callable, Iterator, Mapping

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.former_document import KNOWN, VAULT
from gateway.sources.mapping.stated import PART_OF_CASE, PEOPLE_OF_ROW
from gateway.sources.model.targets import (
    ACCIDENT,
    ACTIVITY,
    AGE_MONTHS,
    BARRIER,
    BIRTH,
    CASE,
    CONTACT,
    MADE_OF_CONTACTS,
    OF_SHEETS,
    OPERATOR,
    PERSON,
    PILLAR,
    STATUS,
    Kind,
    Target,
    targets,
)
from gateway.sources.model.washington_group import DOMAINS
from gateway.sources.rows.vault_values import FIELDS
from gateway.web.controller.common import wording

Options = tuple[tuple[str, str], ...]
Groups = tuple[tuple[str, Options], ...]

_OF_ACCIDENTS = (ACCIDENT, "date", "place", "district", "commune", "device", "activity", "land_use")


def meaning_groups(dictionary: Dictionary, member: str) -> Groups:
    """Everything that a column can mean, in groups with their headings."""
    known = targets(dictionary, member)
    parts = [name for name in known if "." in name]
    special = {*_OF_ACCIDENTS, *CONTACT, *OF_SHEETS, *DOMAINS, *parts}
    people = [name for name in known if name not in special]
    people.sort(key=lambda name: name not in (CASE, PERSON))
    people[1:1] = [PART_OF_CASE]
    groups = (
        (_("The accident"), [name for name in _OF_ACCIDENTS if name in known]),
        (_("The person"), [*people, PEOPLE_OF_ROW]),
        (_("One injury, or one kind of assistance"), parts),
        (_("Needs and services"), [name for name in known if name in CONTACT]),
        (_("Questions of the Washington Group"), list(DOMAINS)),
        (_("Risk education and marking"), [name for name in known if name in OF_SHEETS]),
    )
    named = [
        (heading, tuple((name, meaning_label(dictionary, name)) for name in names))
        for heading, names in groups
    ]
    kept = tuple((VAULT + name, field_label(name)) for name in FIELDS)
    read = tuple((KNOWN + name, field_label(name)) for name in FIELDS[:-2])
    return (
        *named,
        (_("Kept encrypted in the vault"), kept),
        (_("Read to redact narratives, not kept"), read),
    )


def meaning_label(dictionary: Dictionary, name: str) -> str:
    """A meaning in words."""
    if not name:
        return _("left out")
    for mark, say in ((VAULT, _in_vault), (KNOWN, _known)):
        if name.startswith(mark):
            return say(field_label(name.removeprefix(mark)))
    if name in _LABELS:
        return _LABELS[name]()
    if name in dictionary.attributes:
        return _(dictionary.attributes[name].label)
    return wording.dimension(dictionary, name)


def _in_vault(field: str) -> str:
    return _("kept in the vault: %(field)s", field=field)


def _known(field: str) -> str:
    return _("read for redaction: %(field)s", field=field)


def field_label(name: str) -> str:
    """A field of the vault in words."""
    return _FIELDS[name]() if name in _FIELDS else name


def code_options(dictionary: Dictionary, member: str, name: str) -> Options:
    """The codes of a target with their words, in the order of the dictionary."""
    target = targets(dictionary, member)[name]
    said = dict(_codes(dictionary, member, target))
    order = [code for code in said if code in target.codes]
    order += sorted(target.codes - set(order))
    return tuple((code, said.get(code, code)) for code in order)


def _codes(dictionary: Dictionary, member: str, target: Target) -> Iterator[tuple[str, str]]:
    """Codes and their words, perhaps more than the target has."""
    name = target.name
    if name == CONSENT:
        yield from ((code, _CONSENT[code]() if code in _CONSENT else code) for code in dictionary.consent)
    elif name in DOMAINS:
        yield from ((code, say()) for code, say in _DIFFICULTY.items())
    elif name in (STATUS, BARRIER):
        level = f"{MADE_OF_CONTACTS[PILLAR]}.REH" if name == STATUS else "barrier_main"
        codes = dictionary.codes(dictionary.base_level(level))
        yield from ((code, _(label)) for code, label in codes.items())
        yield "NONE", _("no barrier")
    elif name == PILLAR or target.kind is Kind.SEVERAL:
        whole = MADE_OF_CONTACTS.get(name, name)
        for code in sorted(target.codes - {"UNK"}):
            yield code, wording.dimension(dictionary, f"{whole}.{code}")
    elif name in dictionary.attributes and dictionary.attributes[name].codes:
        yield from ((code, _(label)) for code, label in dictionary.attributes[name].codes.items())
    else:
        dimension = "age" if name == AGE_MONTHS else name if name in dictionary.dimensions else "place"
        codes = dictionary.codes(dictionary.base_level(dimension), member=member)
        yield from ((code, _(label)) for code, label in codes.items())
    yield "UNK", _("unknown")


_LABELS: Mapping[str, Callable[[], str]] = {
    CASE: lambda: _("number of the case (needed)"),
    PART_OF_CASE: lambda: _("part of the number of the case"),
    PEOPLE_OF_ROW: lambda: _("how many people the row is of: rows of several are not counted"),
    PERSON: lambda: _("national number (becomes a pseudonym)"),
    ACCIDENT: lambda: _("number of the accident"),
    "date": lambda: _("date of the accident (needed)"),
    BIRTH: lambda: _("date of birth"),
    "age": lambda: _("age at the accident"),
    AGE_MONTHS: lambda: _("age of small children, in months"),
    "place": lambda: _("province of the accident"),
    CONSENT: lambda: _("consent to share (needed)"),
    "injury": lambda: _("injuries, several in one cell"),
    "status": lambda: _("status of assistance"),
    PILLAR: lambda: _("kind of assistance"),
    STATUS: lambda: _("state of the service"),
    BARRIER: lambda: _("barrier to the service"),
    "wg_see": lambda: _("difficulty seeing"),
    "wg_hear": lambda: _("difficulty hearing"),
    "wg_walk": lambda: _("difficulty walking"),
    "wg_cog": lambda: _("difficulty remembering"),
    "wg_self": lambda: _("difficulty with self-care"),
    "wg_comm": lambda: _("difficulty communicating"),
    ACTIVITY: lambda: _("number of the activity sheet"),
    OPERATOR: lambda: _("who held the activity"),
    "activity_date": lambda: _("date of the activity"),
    "activity_type": lambda: _("kind of activity"),
    "sessions": lambda: _("number of sessions"),
    "reached": lambda: _("attendances"),
    "areas_marked": lambda: _("areas marked"),
}
_FIELDS: Mapping[str, Callable[[], str]] = {
    "name": lambda: _("name"),
    "name_local": lambda: _("name in local script"),
    "name_latin": lambda: _("name in Latin script"),
    "parent_name": lambda: _("name of a parent"),
    "national_id": lambda: _("national number"),
    "case_id": lambda: _("number of the case"),
    "phone": lambda: _("telephone"),
    "email": lambda: _("e-mail address"),
    "village": lambda: _("village"),
    "address": lambda: _("address"),
    "birth_date": lambda: _("date of birth"),
    "gps": lambda: _("coordinates"),
    "narrative": lambda: _("narrative"),
    "redacted_narrative": lambda: _("narrative, redacted"),
}
_CONSENT: Mapping[str, Callable[[], str]] = {
    "N": lambda: _("no: in no shared number"),
    "NAT": lambda: _("within the country only"),
    "AGG": lambda: _("in numbers that are shared"),
    "REC": lambda: _("in shared numbers and single records"),
}
_DIFFICULTY: Mapping[str, Callable[[], str]] = {
    "1": lambda: _("no difficulty"),
    "2": lambda: _("some difficulty"),
    "3": lambda: _("a lot of difficulty"),
    "4": lambda: _("cannot do it at all"),
    "9": lambda: _("not asked"),
}
