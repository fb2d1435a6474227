"""Use cases of a member node, without Flask or SQLAlchemy."""
