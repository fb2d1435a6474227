"""People with keys at a node, and policies that they sign: through the same path as the commands take."""

from hashlib import sha256

from audit.formats.note import Signer, sign
from gateway.member.model.policy_version import SignedPolicy
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.node.context import Node
from gateway.member.node.signing_keys import counting, introduce, introduction, key_name
from gateway.member.policy.policy_in_force import publication, reviewed
from gateway.member.policy.publishing import hand_in, publish


def signer(node: Node, name: str = "controller") -> Signer:
    """The same key for the same name at the same node, every time."""
    full = key_name(node, name)
    return Signer.from_seed(full, sha256(full.encode()).digest())


def known(node: Node, name: str = "controller", duty: Duty = Duty.CONTROLLER) -> Holder:
    """Somebody of this name whose key counts; vouched for by the controller where one is there already."""
    with node.store.reading() as view:
        there = {holder.name: holder for holder in counting(view)}
    if name in there:
        return there[name]
    own = signer(node, name)
    vouching = [own] if not there else [own, signer(node, min(there))]
    note = str(sign(introduction(node, name, str(own.key), duty), *vouching))
    return introduce(node, name, str(own.key), duty, note)


def signed(node: Node, version: int, text: str, name: str = "controller", *, accepts: bool = True) -> str:
    """The publication of a version of the policy, as somebody signs it."""
    return str(sign(publication(node, version, text, accepts=accepts), signer(node, name)))


def review(node: Node, version: int, text: str, name: str) -> str:
    """That somebody has reviewed a version."""
    return str(sign(reviewed(node, version, text), signer(node, name)))


def put_in_force(node: Node, text: str, questions: str | None = None) -> SignedPolicy:
    """Hand a policy in and sign it as the controller; it is in force at once if its first day has come."""
    known(node)
    draft = hand_in(node, text, questions)
    return publish(node, signed(node, draft.version, draft.text))


def approval(node: Node, text: str, name: str = "controller") -> str:
    """Any statement, as somebody signs it."""
    return str(sign(text, signer(node, name)))
