"""Answering a question: proof, decision, quotas, approval, the signed answer."""
