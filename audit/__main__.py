"""`python -m audit`: the auditor's own tool, which needs nothing of the gateway."""

import sys

from audit.commands.command_line import main

sys.exit(main())
