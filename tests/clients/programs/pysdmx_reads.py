"""pysdmx on an address of SDMX-CSV: prints the rows of its data set."""

import sys

from pysdmx.io import read_sdmx

(dataset,) = read_sdmx(sys.argv[1], validate=False).data
print(dataset.data.to_json(orient="records"))
