"""JSON Schema of the policy document, so that an editor can complete and check a policy."""

from importlib import resources
from typing import Any

from policies.document.document import document
from policies.model.vocabulary import Vocabulary


def json_schema(vocabulary: Vocabulary | None = None) -> dict[str, Any]:
    """The schema (draft 2020-12); with a vocabulary the schema names the valid words.

    The schema describes the shape of each key. Rules on several keys at once (dates that end before they
    begin, a permission finer than the data set) are checked by `load_policy` only.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Safelane policy",
        "description": "What one member permits for one data set.",
        **document(vocabulary).schema(),
    }


def shipped_schema() -> str:
    """The schema without vocabulary as shipped with the package, for editors."""
    return (resources.files("policies") / "schema.json").read_text(encoding="utf-8")
