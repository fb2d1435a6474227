"""The accounts of a node: controllers of the member, auditors of the country, operators."""

from gateway.accounts.context import Accounts
from gateway.accounts.model import Side
from gateway.member.node.context import Node


def accounts_of(node: Node) -> Accounts:
    return Accounts(Side.NODE, node.store, node.log, node.clock)
