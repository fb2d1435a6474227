"""The reference names everything that exists, its documents can be read, and the how-to works as written."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from policies import Code, DisclosedReason, PolicyError, load_policy
from policies.decision.demands import Demand
from policies.document.document import document
from policies.model.composed_shapes import ListOf, Record

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "policy.md").read_text(encoding="utf-8")
HOW_TO = (DOCS / "how-to" / "write-a-policy.md").read_text(encoding="utf-8")
LINT = Path(__file__).parents[2] / "policies" / "lint"


def section(title: str) -> str:
    return REFERENCE.split(f"# {title}\n", 1)[1].split("\n#", 1)[0]


def test_every_key_is_in_the_reference() -> None:
    keys = document(None).keys

    assert {key for key in keys if f"`{key}`" not in section("Keys")} == set()
    for key, title in (("share", "A permission"), ("never", "A prohibition")):
        rules = keys[key].shape
        assert isinstance(rules, ListOf)
        assert isinstance(rules.item, Record)
        assert {name for name in rules.item.keys if f"`{name}`" not in section(title)} == set()


def test_every_reason_and_every_disclosed_reason_is_in_the_reference() -> None:
    assert {word for word in (*Code, *DisclosedReason) if f"`{word}`" not in section("The decision")} == set()


def test_everything_that_lint_finds_is_in_the_reference() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in LINT.glob("lint_*.py"))
    codes = set(re.findall(r'(?:error|warning|note)\(\s*"([a-z-]+)"', sources))

    assert len(codes) > 20
    assert {code for code in codes if f"`{code}`" not in section("What lint finds")} == set()


def test_whatever_a_policy_can_demand_is_in_the_table_of_what_is_done() -> None:
    keys = {demand.partition(":")[0].partition(" ")[0] for demand in Demand}

    assert {key for key in keys if f"`{key}" not in section("What is said, and what is done")} == set()


def test_the_reference_has_a_policy_of_five_lines() -> None:
    (five,) = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)

    assert len(five.splitlines()) == 5
    assert load_policy(five, vocabulary(regional(), recipients=["ARMAC"])).member == "KH"


def test_the_faults_of_the_reference_are_those_that_are_shown() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", REFERENCE, re.DOTALL)
    (five,) = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)

    with pytest.raises(PolicyError) as raised:
        load_policy(
            f"{five}treshold: 5\nfinest: {{date: yaer}}\n", vocabulary(regional(), recipients=["ARMAC"])
        )

    assert str(raised.value) == shown.strip()


def test_the_how_to_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    policy, questions, changed, ministry, _ = re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL)
    Path("policy.yaml").write_text(policy)
    Path("policy.questions.yaml").write_text(questions)
    Path("ministry.yaml").write_text(ministry)
    Path("policy-2.yaml").write_text(policy.replace("version: 1", "version: 2") + changed)
    consoles = re.findall(r"```console\n\$ safelane (.*?)\n(.*?)```", HOW_TO, re.DOTALL)
    assert len(consoles) == 7

    for command, shown in consoles:
        output = CliRunner().invoke(main, shlex.split(command), catch_exceptions=False).output
        if shown.endswith("...\n"):
            assert output.startswith(shown.removesuffix("...\n")), command
        else:
            assert output == shown, command
