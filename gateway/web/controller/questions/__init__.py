"""The pages about questions: approvals, history, what is shared."""
