"""The databases of hub and nodes: tables, migrations, and adapters for the ports of hub and member."""
