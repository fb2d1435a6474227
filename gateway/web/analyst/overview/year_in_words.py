"""The newest year of the region in sentences: each holds for every value of its ranges, or is not said."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.dictionary.populations import populations
from gateway.picturing import WITHHELD
from gateway.picturing.overview.yearly_figures import CodeFigure, CountryFigures, Figure, YearlyFigures
from gateway.web.analyst import analyst_wording
from gateway.web.shared.languages import number

LEAST_PERCENT = 50
"""The share of one country from which the year's sentence names it."""


@dataclass(frozen=True)
class KeyFigure:
    """A number with its name, and a line about it. `range_` is whether the number is a range."""

    label: str
    value: str
    line: str


@dataclass(frozen=True)
class CountryLine:
    """One country's row of the comparison of two years, in words; `rate` is per million inhabitants."""

    name: str
    before: str
    now: str
    change: str
    rate: str


def sentences(year: YearlyFigures, dictionary: Dictionary) -> tuple[str, ...]:
    """How many people, in how many countries, more or fewer than the year before, and most of them where."""
    found = [_how_many(year), _compared(year), _where(year, dictionary)]
    return tuple(sentence for sentence in found if sentence)


def key_figures(year: YearlyFigures, dictionary: Dictionary) -> tuple[KeyFigure, ...]:
    """The region's number, then that of each outcome that is known."""
    compared = "" if year.before is None else changed(year.change)
    line = str(_("%(change)s since %(year)s", change=compared, year=year.before)) if compared else ""
    first = KeyFigure(str(_("Killed or injured")), written(year.region), line)
    known = [part for part in year.parts if not part.code.endswith("U")]
    return (first, *(_of_part(part, dictionary) for part in known))


def country_lines(year: YearlyFigures, dictionary: Dictionary) -> tuple[CountryLine, ...]:
    """A row for each country, the largest first, and one for the region."""
    people = populations()
    rows = [
        _line(analyst_wording.say(dictionary.member(one.member).name), one, people.get(one.member))
        for one in year.countries
    ]
    region = CountryFigures("", year.region, year.region_before)
    every = all(member in people for member in year.members)
    living = sum(people[member] for member in year.members) if every else None
    return (*rows, _line(str(_("Region")), region, living))


def written(figure: Figure | None) -> str:
    """`2,099`, `◊ 412 to 438`, `◊ at least 3`, or `◊`."""
    if figure is None:
        return WITHHELD
    if figure.certain:
        return number(figure.least)
    if figure.most is None:
        return f"{WITHHELD} {_('at least %(n)s', n=number(figure.least))}"
    both = _("%(least)s to %(most)s", least=number(figure.least), most=number(figure.most))
    return f"{WITHHELD} {both}"


def changed(change: Figure | None) -> str:
    """`+998`, `−3`, `no change`; "" where the shown numbers do not tell."""
    if change is None or not change.certain:
        return ""
    if change.least == 0:
        return str(_("no change"))
    return f"{'+' if change.least > 0 else '−'}{number(abs(change.least))}"


def rate(figure: Figure | None, living: int | None) -> str:
    """People per million of the `living`, to a tenth: `5.7`; of a range the range, rounded outwards."""
    if figure is None or figure.most is None or not living:
        return "" if not living else WITHHELD
    tenths = [Fraction(10 * 1_000_000 * people, living) for people in (figure.least, figure.most)]
    if figure.certain:
        return number(round(tenths[0]) / 10)
    least, most = number(floor(tenths[0]) / 10), number(ceil(tenths[1]) / 10)
    return f"{WITHHELD} {_('%(least)s to %(most)s', least=least, most=most)}"


def _how_many(year: YearlyFigures) -> str:
    countries, region = number(len(year.members)), year.region
    if region is None or not region.most:
        return ""
    if region.certain:
        return str(
            _(
                "In %(year)s, %(n)s people were killed or injured by mines and explosive remnants "
                "in %(countries)s countries.",
                n=number(region.least),
                countries=countries,
                year=year.year,
            )
        )
    return str(
        _(
            "In %(year)s, between %(least)s and %(most)s people were killed or injured by mines and "
            "explosive remnants in %(countries)s countries.",
            least=number(region.least),
            most=number(region.most),
            countries=countries,
            year=year.year,
        )
    )


def _compared(year: YearlyFigures) -> str:
    change = year.change
    if change is None or change.most is None:
        return ""
    if change.certain and change.least:
        more, fewer = _("That is %(n)s more than in %(year)s."), _("That is %(n)s fewer than in %(year)s.")
        sentence = more if change.least > 0 else fewer
        return str(sentence) % {"n": number(abs(change.least)), "year": year.before}
    if change.least > 0:
        return str(_("That is more than in %(year)s.", year=year.before))
    if change.most < 0:
        return str(_("That is fewer than in %(year)s.", year=year.before))
    return str(_("That is as many as in %(year)s.", year=year.before)) if change.certain else ""


def _where(year: YearlyFigures, dictionary: Dictionary) -> str:
    found = year.largest_share
    if found is None or len(year.members) < 2:
        return ""
    member, share = found
    percent = int(100 * share)
    if percent < LEAST_PERCENT:
        return ""
    country = analyst_wording.say(dictionary.member(member).name)
    return str(
        _(
            "At least %(share)s of these people were in %(country)s.",
            share=f"{number(percent)} %",
            country=country,
        )
    )


def _of_part(part: CodeFigure, dictionary: Dictionary) -> KeyFigure:
    label = analyst_wording.code(dictionary, "outcome", part.code)
    names = [analyst_wording.say(dictionary.member(member).name) for member in part.withheld_by]
    line = str(_("withheld by %(members)s", members=analyst_wording.listed(names))) if names else ""
    return KeyFigure(label[:1].upper() + label[1:], written(part.figure), line)


def _line(name: str, one: CountryFigures, living: int | None) -> CountryLine:
    before, now = written(one.before), written(one.now)
    return CountryLine(name, before, now, changed(one.change), rate(one.now, living))
