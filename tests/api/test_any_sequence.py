"""Whatever is asked one after the other, along the links of the OpenAPI description: no 5xx."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from regions import Region
from released_questions import ask_ready_made

EXAMPLES, STEPS = 1, 25
AUDITS = "/api/v1/audit"


@pytest.mark.hypothesis  # which draws inside of the test, where pytest does not see it
def test_no_sequence_breaks_the_hub(region: Region) -> None:
    """A stranger asks beside the people whose duty each question is."""
    ask_ready_made(region)
    description = region.analyst.get("/openapi.json").json()
    linked = _linked(description)
    description["paths"] = {path: one for path, one in description["paths"].items() if path in linked}
    for path in description["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["security"] = []  # who asks is said below
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=region.url)
    asked = list[tuple[str, int]]()

    class Asking(schema.as_state_machine()):  # type: ignore[misc]  # made of the description
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            role = "auditor" if case.operation.path.startswith(AUDITS) else "analyst"
            token = region.tokens[role] if len(asked) % 5 else "slt_wrong"
            return {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 40}

        def validate_response(self, response: Any, case: schemathesis.Case, **_: Any) -> None:
            asked.append((case.operation.path, response.status_code))
            assert response.status_code < 500, case.as_curl_command()

    examples = EXAMPLES if settings.get_current_profile_name() == "default" else 50 * EXAMPLES
    Asking.run(
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )

    assert any(status == 200 and "{" in path for path, status in asked), "no link was followed"


def _linked(description: dict[str, Any]) -> set[str]:
    """Paths whose operations have links, or are led to by one; others are asked by test_any_request.py."""
    links = dict[str, set[str]]()
    for path, operations in description["paths"].items():
        for operation in operations.values():
            for response in operation["responses"].values() if isinstance(operation, dict) else ():
                links.setdefault(path, set()).update(response.get("links", ()))
    led_to = set[str]().union(*links.values())
    return {path for path, onwards in links.items() if onwards} | {
        path
        for path, operations in description["paths"].items()
        if any(isinstance(one, dict) and one["operationId"] in led_to for one in operations.values())
    }


def test_every_link_leads_to_an_operation_that_takes_what_it_names(region: Region) -> None:
    paths = region.analyst.get("/openapi.json").json()["paths"]
    takes = {
        operation["operationId"]: {
            p["name"] for p in [*path.get("parameters", ()), *operation.get("parameters", ())]
        }
        for path in paths.values()
        for operation in path.values()
        if isinstance(operation, dict)
    }
    links = [
        link
        for path in paths.values()
        for operation in path.values()
        if isinstance(operation, dict)
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]

    assert len(links) > 20
    assert all(link["parameters"].keys() <= takes[link["operationId"]] for link in links)
