"""Whatever the OpenAPI description allows, and what it forbids: no 5xx, and nothing that is not described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from regions import Region
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

EXAMPLES = 25


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_breaks_the_hub(region: Region, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{region.url}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 7

    for operation in operations:
        token = region.tokens["KH" if operation.path.startswith("/federation") else "analyst"]
        _ask_anything(operation, mode, {"Authorization": f"Bearer {token}"})

    assert region.analyst.get("/api/v1/members").status_code == 200


def _ask_anything(
    operation: "schemathesis.APIOperation", mode: GenerationMode, headers: dict[str, str]
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def ask(case: schemathesis.Case) -> None:
        for place in (case.query, case.body):  # a long poll is no fault, but takes its time
            if isinstance(place, dict) and isinstance(place.get("wait"), int | float):
                place["wait"] = min(place["wait"], 0)
        response = case.call(headers=headers, timeout=40)
        # Which words the dictionary knows is not in the description: a well-formed question may be refused.
        case.validate_response(response, excluded_checks=[CHECKS.get_one("positive_data_acceptance")])

    ask()
