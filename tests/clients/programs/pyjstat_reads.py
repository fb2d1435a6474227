"""pyjstat on an address of JSON-stat: prints the rows of its frame, with codes."""

import sys

from pyjstat import pyjstat

frame = pyjstat.Dataset.read(sys.argv[1]).write("dataframe", naming="id")
print(frame.to_json(orient="values"))
