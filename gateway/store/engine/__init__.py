"""Databases, migrations, locks and the log's sequencer."""
