"""Links of the OpenAPI description: what in an answer names something that another operation takes.

Programs that are made from the description follow them, and so does the test that asks in any order (OpenAPI
3, Link Object).
"""

from collections.abc import Mapping
from typing import Any

_QUESTION = (
    "get_question",
    "get_newest_data",
    "get_newest_data_by_ending",
    "get_refreshing_workbook",
    "get_dossier",
)
_RELEASE = (
    "get_release",
    "get_data",
    "get_data_by_ending",
    "get_metadata",
    "get_csvw",
    "get_data_package",
    "get_proof",
    "get_sidecar",
    "post_data_value_set",
)
_TABLE = ("get_table", "get_table_metadata", "get_table_data", "get_default_selection", "post_table_data")
_SAVED = ("get_saved_query", "get_saved_query_data", "get_saved_query_selection")
_NUMBERED = {"question_id": "$request.path.question_id", "number": "$response.body#/releases/0/number"}

LINKS: Mapping[str, tuple[tuple[tuple[str, ...], Mapping[str, str]], ...]] = {
    "post_question": ((_QUESTION, {"question_id": "$response.body#/id"}),),
    "get_questions": ((_QUESTION, {"question_id": "$response.body#/0/id"}),),
    "get_question": ((_RELEASE, _NUMBERED), (_QUESTION, {"question_id": "$response.body#/id"})),
    "get_tables": ((_TABLE, {"table_id": "$response.body#/tables/0/id"}),),
    "post_saved_query": ((_SAVED, {"query_id": "$response.body#/id"}),),
    "get_addresses": ((("delete_address",), {"address_id": "$response.body#/0/id"}),),
    "get_code_lists": ((("get_code_list", "get_code_list_metadata"), {"level": "$response.body#/0/level"}),),
    "get_entries": (
        (("get_replay",), {"number": "$response.body#/entries/0/number"}),
        (("get_explanation",), {"what": "$response.body#/entries/0/number"}),
    ),
}
"""By the name of the operation that answers: the operations that go on, and where their parameters stand."""


def link(paths: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the links to the answers of a description whose operations have names."""
    for operations in paths.values():
        for operation in operations.values():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            links = {
                onward: {"operationId": onward, "parameters": dict(where)}
                for onwards, where in LINKS.get(name or "", ())
                for onward in onwards
            }
            for status, response in operation["responses"].items() if links else ():
                if status.startswith("2"):
                    response["links"] = links
