"""The data controller's desk on a member node: approvals, sharing, history, policies, loads, health."""
