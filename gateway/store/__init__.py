"""Our own state in a database: tables, migrations, and the ports of hub and member kept on them."""
