"""Policies of data controllers: what may be shared, with whom, how finely, and the decision on each request.

Pure: no data, no storage, no network, no dictionary. A policy's words are given as a `Vocabulary`.
"""

from policies.decision.decide import decide
from policies.decision.decision import Code, Decision, DisclosedReason, Obligations, Reason
from policies.decision.request import Request
from policies.document.document import load_policy
from policies.model.errors import Fault, PolicyError
from policies.model.model import Policy, Scope
from policies.model.vocabulary import Vocabulary

__all__ = [
    "Code",
    "Decision",
    "DisclosedReason",
    "Fault",
    "Obligations",
    "Policy",
    "PolicyError",
    "Reason",
    "Request",
    "Scope",
    "Vocabulary",
    "decide",
    "load_policy",
]
