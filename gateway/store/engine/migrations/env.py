"""Run by alembic: applies the migrations on the connection that `gateway.store.engine.migrate` hands in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
