"""Back to a former version: its old text under the next number. Earlier versions are never deleted."""

import re
from dataclasses import replace

from gateway.member.errors import PolicyRefusedError
from gateway.member.node.context import Node
from gateway.member.node.policy_ports import Versions
from gateway.member.policy.policy_in_force import read
from policies import PolicyError, load_policy
from policies.document.canonical import canonical_text

_VERSION = re.compile(r"^version:[ \t]*[0-9]+", re.MULTILINE)


def former_text(node: Node, cube_cache: Versions, version: int) -> str:
    """The document of a former version, with the next version number. Raises PolicyRefusedError."""
    signed = {each.version: each for each in cube_cache.signed_policies()}
    if version not in signed:
        known = ", ".join(map(str, sorted(signed))) or "none"
        raise PolicyRefusedError(
            f"There never was a version {version} here.", remedy=f"Versions that were signed: {known}."
        )
    text, following = signed[version].text, max(signed) + 1
    again = _VERSION.sub(f"version: {following}", text, count=1)
    try:
        same = load_policy(again, node.vocabulary)
    except PolicyError:
        same = None
    old = read(node, text)
    if same is None or canonical_text(replace(old, version=following)) != canonical_text(same):
        raise PolicyRefusedError(
            "The number of this version cannot be found in its text.",
            remedy=f"Take the text from `safelane policy history` and write 'version: {following}' into it.",
        )
    return again
