"""The data controller's desk on a member node: approvals, sharing and its history, policies, loads,
health.
"""
