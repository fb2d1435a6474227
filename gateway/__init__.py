"""The gateway: hub, member nodes, pages and commands; it joins policies, anonymisers and audit."""

import os

__version__ = "1.0.0rc1"

# Workbooks are read and written by the same parser everywhere. openpyxl would change to lxml, which accepts
# and refuses other files, wherever the extra for reports has brought it.
os.environ.setdefault("OPENPYXL_LXML", "False")
