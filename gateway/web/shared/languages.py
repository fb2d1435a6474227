"""The language of pages: English, and others by choice; numbers and moments with the language.

A translation that no native speaker has reviewed yet is never chosen by a browser's preference alone, only by
a person's click, and every page in that language names the state of the translation.
"""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, current_app, g, redirect, request
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_locale, gettext
from werkzeug.wrappers import Response

from audit.reading.messages import Message as LogMessage
from gateway.accounts.forms import local_path
from gateway.api.browsers import BROWSER_SECONDS, read_cookie, set_cookie
from gateway.api.label_languages import LANGUAGES
from gateway.picturing import Words
from policies.model.messages import Message as PolicyMessage

ENGLISH = "en"
COOKIE = "safelane-language"
ZONE = "safelane-time-zone"
DAY = len("2026-01-31")
Message = LogMessage | PolicyMessage
"""Sentences of rooms that know no language but English, with the source text and values."""
FOLDER = Path(__file__).parents[1] / "translations"
AWAITING_REVIEW = frozenset({"id", "km", "lo", "my", "th", "vi"})
"""Drafts that native speakers have yet to review."""

blueprint = Blueprint("web-language", __name__)


def install(app: Flask) -> None:
    Babel(app, default_translation_directories=str(FOLDER), locale_selector=chosen)
    app.extensions[LANGUAGES] = labels_of_other_languages()
    for one in (number, moment, day, local_day, date_of, translated, spoken):
        app.jinja_env.filters[one.__name__] = one


def available() -> tuple[str, ...]:
    """The languages that have texts."""
    others = sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.mo"))
    return (ENGLISH, *others)


def labels_of_other_languages() -> dict[str, Words]:
    """The words of each language but English, for whoever names one: a program has chosen none by a click."""
    with_texts = [code for code in available() if code != ENGLISH]
    return {code: Words(say=_saying(code), number=str) for code in with_texts}


def _saying(code: str) -> Callable[[str], str]:
    return lambda text: str(_texts(code).gettext(text)) if text else ""


@cache
def _texts(code: str) -> NullTranslations:
    """Read once somebody asks: an application starts without."""
    return Translations.load(str(FOLDER), [code])


def chosen() -> str:
    """The language chosen in this browser, else the one that the browser prefers of the reviewed ones."""
    if "language" not in g:
        wish = read_cookie(COOKIE)
        g.language = wish if wish in available() else _preferred(set(available()) - AWAITING_REVIEW)
    return str(g.language)


def offered() -> str:
    """The draft that the browser prefers to the language of the page, "" for none or after a choice."""
    if read_cookie(COOKIE) in available():
        return ""
    best = _preferred(set(available()))
    return best if best in AWAITING_REVIEW else ""


def _preferred(among: Collection[str]) -> str:
    """What the browser prefers of some languages (RFC 9110, 12.5.4); English where it names none of them."""
    return request.accept_languages.best_match((ENGLISH, *sorted(set(among) - {ENGLISH})), ENGLISH) or ENGLISH


def names() -> dict[str, str]:
    """Each language by its own name."""
    return {code: str(Locale.parse(code).get_display_name(code)) for code in available()}


def awaits_review() -> bool:
    """Whether the language of this page is a draft."""
    return chosen() in AWAITING_REVIEW


@blueprint.get("/language/<code>")
def choose(code: str) -> Response:
    """Remember a language in this browser, and go back to the page."""
    response = redirect(local_path(request.args.get("next", "/")), 303)
    if code in available():
        set_cookie(response, COOKIE, code, seconds=BROWSER_SECONDS)
    return response


def translated(text: str) -> str:
    """A text of another room, in the page's language; unchanged without a translation.

    Unlike `_` in a template, this function leaves per cent signs and marks of HTML in the text as they are,
    and the page escapes the result: an error may quote a person's input. Sentences with values are translated
    first and filled in afterwards.
    """
    if isinstance(text, Message) and text.values:
        return str(gettext(text.text)) % {name: _filled(value) for name, value in text.values.items()}
    return str(gettext(text)) if text else ""


def spoken(word: str) -> str:
    """A log's own word, such as `policy-signed`, in plain words."""
    return translated(word.replace("-", " "))


def _filled(value: str | int | datetime) -> str:
    """A value of a sentence, in the page's language; words of logs and policies stay as they are."""
    if isinstance(value, datetime):
        return second(value)
    if isinstance(value, Message):
        return translated(value)
    return number(value) if isinstance(value, int) else value


def number(value: int | float) -> str:
    """A number as written in the page's language."""
    return str(format_decimal(value))


def moment(value: datetime) -> str:
    """A moment to the minute, in the office's time zone, which it names."""
    return _zoned(value, "d MMM y, HH:mm")


def second(value: datetime) -> str:
    """A moment to the second, likewise."""
    return _zoned(value, "d MMM y, HH:mm:ss")


def local_day(value: datetime) -> str:
    """The day of a moment in the office's time zone."""
    return day(value.astimezone(zone()).date())


def zone() -> tzinfo:
    """The office's time zone; UTC where the settings name none."""
    found: tzinfo = current_app.extensions.get(ZONE, UTC)
    return found


def place_of_zone() -> str:
    """Whose time pages show, such as `Phnom Penh`; "" for UTC."""
    found = zone()
    if not isinstance(found, ZoneInfo) or not found.key or "/" not in found.key:
        return ""
    return str(get_timezone_location(found, locale=get_locale() or ENGLISH, return_city=True))


def _zoned(value: datetime, pattern: str) -> str:
    there = value.astimezone(zone())
    words = format_datetime(there, pattern, rebase=False)
    return str(gettext("%(moment)s %(zone)s", moment=words, zone=_offset(there)))


def _offset(value: datetime) -> str:
    """`UTC`, `UTC+7` or `UTC+6:30`: the same in every language, and never mistaken for another zone."""
    minutes = int((value.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def day(value: date) -> str:
    return str(format_date(value, "d MMM y"))


def date_of(written: str) -> str:
    """A day or a moment in ISO 8601, as written in the page's language."""
    if len(written) == DAY:
        return day(date.fromisoformat(written))
    return moment(datetime.fromisoformat(written))


def tag() -> str:
    """The language of the page, as HTML names languages."""
    return str(get_locale() or ENGLISH).replace("_", "-")
