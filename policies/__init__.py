"""What a data controller permits: policies, requests, decisions.

Pure: knows no data, no storage, no network and no dictionary; the words that a policy may use are handed in
as a `Vocabulary`.
"""

from policies.decide import decide
from policies.decision import Code, Decision, Obligations, Reason, Told
from policies.document import load_policy
from policies.errors import Fault, PolicyError
from policies.model import Policy, Scope
from policies.request import Request
from policies.vocabulary import Vocabulary

__all__ = [
    "Code",
    "Decision",
    "Fault",
    "Obligations",
    "Policy",
    "PolicyError",
    "Reason",
    "Request",
    "Scope",
    "Told",
    "Vocabulary",
    "decide",
    "load_policy",
]
