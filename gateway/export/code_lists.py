"""The code lists of the dictionary as CSV, and what describes each: CSV on the Web.

https://www.w3.org/TR/tabular-metadata/. The description of a list is found where the standard looks for it:
at the address of the CSV with `-metadata.json` behind it (section 5.3 of the model).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.dictionary import Dictionary
from gateway.dictionary.model import COUNTRY
from gateway.export.spreadsheet_cells import harmless
from gateway.picturing import Words
from gateway.picturing.labels import Labels
from gateway.picturing.words import capital

CODE = "code"
Languages = Mapping[str, Words]
"""The words of each language by its code; English is among them."""


def listed(dictionary: Dictionary) -> tuple[str, ...]:
    """Return the levels that have a code list: countries, and every level but years and other calendars."""
    return (COUNTRY, *(name for name in dictionary.levels if name != COUNTRY and dictionary.codes(name)))


def to_code_list(dictionary: Dictionary, level: str, languages: Languages) -> str:
    """Return a row for each code of a level of `listed`, with its label in each language."""
    said = [Labels(dictionary, words.remembered()) for words in languages.values()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([CODE, *map(_column, languages)])
    writer.writerows(
        [harmless(code), *(harmless(labels.code(level, code)) for labels in said)]
        for code in _codes(dictionary, level)
    )
    return out.getvalue()


def describe(dictionary: Dictionary, level: str, languages: Languages, address: str) -> dict[str, Any]:
    """Return the metadata of the code list of a level of `listed`, which is at an address."""
    titles = {
        language: capital(Labels(dictionary, words).level(level)) for language, words in languages.items()
    }
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": address,
        "dialect": {"lineTerminators": ["\r\n"], "header": True},
        "dc:title": [{"@value": title, "@language": language} for language, title in titles.items()],
        "dc:identifier": level,
        "schema:version": dictionary.version,
        "tableSchema": {
            "columns": [
                {
                    "name": CODE,
                    "titles": CODE,
                    "datatype": "string",
                    "required": True,
                    "dc:description": f"the code as it stands in the column {level} of data",
                },
                *(
                    {
                        "name": _column(language),
                        "titles": _column(language),
                        "datatype": "string",
                        "required": True,
                        "lang": language,
                    }
                    for language in languages
                ),
            ],
            "primaryKey": [CODE],
        },
    }


def _codes(dictionary: Dictionary, level: str) -> Sequence[str]:
    return tuple(dictionary.members if level == COUNTRY else dictionary.codes(level))


def _column(language: str) -> str:
    return f"label_{language.replace('-', '_')}"
