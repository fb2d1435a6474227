"""The pages about questions: approvals, history, sharing."""
