"""What a data controller permits: policies, requests, decisions.

Pure: knows no data, no storage, no network.
"""
