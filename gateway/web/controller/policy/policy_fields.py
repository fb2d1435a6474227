"""The form of a policy as shown: sections of fields, in the language of the page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.web.shared.languages import translated
from policies import Vocabulary
from policies.editing.fields import Finest, Values, permissions
from policies.editing.form import keys_of, values_of
from policies.editing.patching import Data

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Field:
    """`kind`: line, day, number, one (of `options`) or several. `values` are the shown values."""

    name: str
    label: str
    kind: str
    values: tuple[str, ...]
    hint: str = ""
    options: Options = ()

    @property
    def value(self) -> str:
        """The value of a field with at most one value."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True)
class Permission:
    """One permission; `more` names further keys, which only the text can change. The last is `new`."""

    number: int
    title: str
    fields: tuple[Field, ...]
    more: tuple[str, ...]
    new: bool


@dataclass(frozen=True)
class Section:
    """A group of related fields."""

    id: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class PolicyForm:
    """`in_text`: keys of this document that only the text can say."""

    permissions: tuple[Permission, ...]
    sections: tuple[Section, ...]
    in_text: tuple[str, ...]


def policy_form(
    document: Mapping[str, Data], words: Vocabulary, dictionary: Dictionary, member: str
) -> PolicyForm:
    """The form that shows a document."""
    keys = keys_of(words, member)
    shown = values_of(keys, document)
    draw = _FormBuilder(shown, words, dictionary)
    finest = next(key for key in keys if isinstance(key, Finest))
    sections = (
        Section("finely", _("Level of detail"), tuple(draw.finest(finest))),
        Section("protection", _("Protection of small groups"), tuple(draw.protection())),
        Section("counted", _("Who is counted and when data are released"), tuple(draw.counted())),
        Section("approval", _("Approval and quotas"), tuple(draw.approval())),
        Section("validity", _("Validity and legal basis"), tuple(draw.validity())),
        Section("afterwards", _("Conditions for recipients"), tuple(draw.afterwards())),
    )
    unseen = {"member", "data_set", "version", "revocation"}
    in_text = tuple(name for name in document if name not in shown and name not in unseen)
    return PolicyForm(
        tuple(draw.permissions(document.get("share"))), tuple(s for s in sections if s.fields), in_text
    )


class _FormBuilder:
    """Builds the fields of the keys that the form can show; other keys have no fields."""

    def __init__(self, shown: Mapping[str, Values], words: Vocabulary, dictionary: Dictionary) -> None:
        self._shown = shown
        self._fields = {name: v for values in shown.values() for name, v in values.items()}
        self._words = words
        self._dictionary = dictionary

    def permissions(self, value: "Data | None") -> Iterator[Permission]:
        items = permissions(value)
        if "share" not in self._shown or items is None:
            return
        for number, item in enumerate([*items, {}]):
            new = number == len(items)
            title = _("New permission") if new else _("Permission %(n)d", n=number + 1)
            name = item.get("name")
            more = tuple(key for key in item if key not in ("with", "for", "only"))
            fields = tuple(self._permission(number, new=new))
            yield Permission(number, str(name) if name else title, fields, more, new)

    def _permission(self, number: int, *, new: bool) -> Iterator[Field]:
        at = f"share-{number}"
        recipients = tuple((word, translated(word)) for word in sorted(self._words.recipients))
        yield self._several(f"{at}-with", _("Recipients"), recipients)
        yield self._several(f"{at}-for", _("Purpose"), _said(self._words.purposes))
        yield self._several(
            f"{at}-only", _("Permitted questions"), (("yes", _("ready-made questions only")),)
        )
        if not new:
            yield self._several(f"{at}-gone", _("Remove"), (("yes", _("this permission is removed")),))

    def finest(self, key: Finest) -> Iterator[Field]:
        if key.key not in self._shown:
            return
        for name, levels in key.levels.items():
            options = tuple((level, self._level(level, levels)) for level in levels)
            yield self._one(f"{key.key}-{name}", self._say(name), options, _("not shared"))
        for name, levels in key.families.items():
            options = tuple((level, self._level(level, levels)) for level in levels)
            yield self._one(f"{key.key}-{name}", self._say(name), options, _("not shared"))

    def protection(self) -> Iterator[Field]:
        yield from self._line(
            "threshold", _("Smallest number of people shown (threshold)"), _("default: 5"), "number"
        )
        yield from self._line(
            "max_dimensions", _("Maximum number of breakdowns in one table"), _("default: 3"), "number"
        )
        yield from self._word("zeros", _("Zeros are"), {
            "publish": _("always shown"),
            "partner": _("shown, or withheld to protect another number"),
            "protect": _("suppressed like small counts"),
        }, _("default: shown, or withheld to protect another number"))  # fmt: skip
        yield from self._word("reruns", _("Repeated runs of the public program"), {
            "withstand": _("do not narrow withheld numbers; of large tables little is shown"),
            "small-tables": _("may narrow withheld numbers of large tables, of which more is shown"),
            "accept": _("may narrow withheld numbers; fewer totals are withheld"),
        }, _("default: do not narrow withheld numbers"))  # fmt: skip

    def counted(self) -> Iterator[Field]:
        if "population" in self._shown:
            consents = _said(self._dictionary.consent, self._words.consents)
            victims = _said(self._dictionary.codes("victim_type"), self._words.victims)
            usual = _("nothing chosen: default")
            yield self._several("population-consent", _("Only people who consented to"), consents, usual)
            yield self._several("population-victims", _("Kinds of victim"), victims, usual)
        yield from self._line(
            "embargo",
            _("Embargo period"),
            _("such as 90 days, or none; default: 90 days"),
        )
        yield from self._word("release", _("New register data are released"), {}, _("default: twice a year"))
        yield from self._word(
            "appears", _("How this country appears in results"), {}, _("default: on its own")
        )

    def approval(self) -> Iterator[Field]:
        if "approval" in self._shown:
            options = tuple((word, say()) for word, say in _APPROVALS.items())
            usual = _("default: automatically")
            yield self._one("approval-ready_made", _("Ready-made questions are answered"), options, usual)
            yield self._one("approval-others", _("Other questions are answered"), options, usual)
        yield from self._line(
            "quota",
            _("Quota for each recipient"),
            _("such as 50 a month, or 5 a day, 50 a month; empty: no limit"),
        )

    def validity(self) -> Iterator[Field]:
        yield from self._line("valid_from", _("First day"), "", "day")
        yield from self._line("valid_until", _("Last day"), _("or enter a duration"), "day")
        yield from self._line("valid_for", _("Duration"), _("such as 24 months, or until revoked"))
        yield from self._word(
            "review",
            _("Review before signing"),
            {"none": _("no review"), "second person": _("by a second person")},
            _("default: no review"),
        )
        yield from self._line("legal_basis", _("Legal basis"), "")

    def afterwards(self) -> Iterator[Field]:
        yield from self._line(
            "retention",
            _("Recipients may keep an answer for"),
            _("such as 365 days, or unlimited; default: unlimited"),
        )
        yield from self._word(
            "redistribution", _("Recipients may pass an answer on"), {}, _("default: aggregates with credit")
        )
        yield from self._line(
            "hub_cache",
            _("The hub may keep answers for"),
            _("such as 30 days, no, or unlimited; default: no"),
        )

    def _level(self, level: str, levels: tuple[str, ...]) -> str:
        return _("shared") if len(levels) == 1 else self._say(level)

    def _say(self, word: str) -> str:
        return _(self._words.say(word))

    def _line(self, name: str, label: str, hint: str, kind: str = "line") -> Iterator[Field]:
        if name in self._fields:
            yield Field(name, label, kind, self._fields[name], hint)

    def _word(self, name: str, label: str, said: Mapping[str, str], usual: str) -> Iterator[Field]:
        if name in self._fields:
            options = tuple((word, said.get(word, _(word))) for word in _SCALES[name])
            yield self._one(name, label, options, usual)

    def _one(self, name: str, label: str, options: Options, usual: str) -> Field:
        return Field(name, label, "one", self._fields[name], "", (("", usual), *options))

    def _several(self, name: str, label: str, options: Options, hint: str = "") -> Field:
        return Field(name, label, "several", self._fields[name], hint, options)


def _said(texts: Mapping[str, str], words: Iterable[str] | None = None) -> Options:
    """Words with their texts in the language of the page: all in the given order, or some in their own."""
    return tuple((word, _(texts.get(word, word))) for word in (texts if words is None else sorted(words)))


_APPROVALS: dict[str, Callable[[], str]] = {
    "automatic": lambda: _("automatically"),
    "one person": lambda: _("with approval by one person"),
    "two persons": lambda: _("with approval by two people"),
}
_SCALES = {
    "zeros": ("publish", "partner", "protect"),
    "reruns": ("withstand", "small-tables", "accept"),
    "release": ("each month", "each quarter", "twice a year", "once a year"),
    "appears": ("on its own", "only within regional totals"),
    "review": ("none", "second person"),
    "redistribution": ("yes", "aggregates with credit", "no"),
}
