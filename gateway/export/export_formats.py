"""All export formats of a release, behind one function."""

import re
from types import MappingProxyType

from gateway.dictionary import Dictionary
from gateway.errors import SafelaneError
from gateway.export.documents.picture_file import picture_pdf
from gateway.export.flat_tables import to_csv, to_json
from gateway.export.images import picture, to_png, to_svg
from gateway.export.notes import Receipt
from gateway.picturing import ENGLISH, Words
from gateway.wire.release import Release

CONTENT_TYPES = MappingProxyType(
    {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
        "svg": "image/svg+xml",
        "png": "image/png",
        "pdf": "application/pdf",
    }
)
FORMS = tuple(CONTENT_TYPES)


SERVICE_YEAR = "service_year"
"""The level of the year of service, which a question about clients names."""


class FormError(SafelaneError):
    """An unknown export format."""

    exit_code = 2


def export(
    release: Release,
    form: str,
    dictionary: Dictionary,
    words: Words = ENGLISH,
    *,
    receipt: Receipt | None = None,
    kind: str | None = None,
    language: str = "en",
) -> bytes:
    """Return the bytes of a file. `receipt` is for a workbook and a chart; `kind` chooses the chart.

    `language` names the language of `words` by its tag. Raises FormError for another form than FORMS,
    NothingToDrawError where no chart fits, DocumentError where no PDF can be made.
    """
    match form:
        case "csv":
            return to_csv(release, dictionary).encode()
        case "json":
            return to_json(release).encode()
        case "xlsx":
            # Here, because a library for workbooks is in the way of whoever only starts.
            from gateway.export.workbook import to_xlsx  # noqa: PLC0415

            return to_xlsx(release, dictionary, words, receipt)
        case "svg":
            return to_svg(release, dictionary, words, kind, receipt).encode()
        case "png":
            return to_png(release, dictionary, words, kind, receipt)
        case "pdf":
            return picture_pdf(picture(release, dictionary, words, kind, receipt), language)
    raise FormError(f"Nothing can be saved as '{form}'.", remedy=f"Choose one of {', '.join(FORMS)}.")


def file_name(release: Release, form: str) -> str:
    """`safelane-casualties-by-country-year-2025-01-10.csv`: plain letters, for any question.

    A year of service follows what is counted: `safelane-clients-2024-by-country-2026-01-10.csv`.
    """
    levels = "-".join(axis.level for axis in release.axes)
    by = f"-by-{levels}" if levels else ""
    years = release.question.get("where", {}).get(SERVICE_YEAR, ())
    year = f"-{years[0]}" if len(years) == 1 else ""
    name = f"safelane-{release.question.get('measure', 'table')}{year}{by}-{release.released_at[:10]}"
    return f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}.{form}"
