"""pxwebpy on a personal address: prints the cells of a table as [codes, contents, number]."""

import json
import sys

from pxweb import PxApi

address, table = sys.argv[1:]
api = PxApi(address)
chosen = {variable: ["*"] for variable in ("country", "year", "contents")}
rows = api.get_table_data(table, value_codes=chosen)
names = [name for name in rows[0] if name != "value"]
print(
    json.dumps(
        {
            "tables": [one["id"] for one in api.search()["tables"]],
            "rows": [[*(row[name] for name in names), row["value"]] for row in rows],
        }
    )
)
