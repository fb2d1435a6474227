"""The table of a log's witnesses that have not been heard since a restore (`gateway.watching.recovering`)."""

from sqlalchemy import Column, String, Table

from gateway.store.engine.schema import metadata

recovery = Table("recovery", metadata, Column("witness", String(10), primary_key=True))
