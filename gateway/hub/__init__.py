"""Use cases of the regional hub, without Flask or SQLAlchemy."""
