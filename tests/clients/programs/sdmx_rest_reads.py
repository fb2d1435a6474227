"""pysdmx and sdmx1 on the SDMX REST of a hub: print what they understand of a table, and its observations."""

import io
import json
import sys

import httpx
import sdmx
from pysdmx.api.fmr import RegistryClient
from pysdmx.io import read_sdmx

base, flow = sys.argv[1:]
registry = RegistryClient(base)
schema = registry.get_schema("dataflow", "SAFELANE", flow, "1.0")
flows = registry.get_dataflows("SAFELANE")
codes = registry.get_codes("SAFELANE", "CL_COUNTRY", "1.0")
csv = httpx.get(f"{base}/data/dataflow/SAFELANE/{flow}/1.0/*", trust_env=False).text
(dataset,) = read_sdmx(csv, validate=False).data

sdmx.add_source(
    {
        "id": "SAFELANE",
        "url": base,
        "name": "Safelane",
        "versions": ["3.0"],
        "headers": {"dataflow": {"Accept": "application/vnd.sdmx.structure+xml;version=3.0.0"}},
    }
)
client = sdmx.Client("SAFELANE")
message = client.dataflow(flow, params={"references": "all"})
found = message.structure[flow]
data = sdmx.read_sdmx(io.BytesIO(csv.encode()), format="CSV", structure=message.dataflow[flow])
as_xml = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
xml = httpx.get(f"{base}/data/dataflow/SAFELANE/{flow}/1.0/*", headers=as_xml, trust_env=False).content
of_xml = sdmx.read_sdmx(io.BytesIO(xml), structure=found)


def rows_of(message):
    return [
        [
            *(str(value) for value in observation.key.values.values()),
            observation.value,
            str(observation.attached_attribute["OBS_STATUS"].value),
            str(observation.attached_attribute["CONF_STATUS"].value),
        ]
        for observation in message.data[0].obs
    ]


print(
    json.dumps(
        {
            "flows": [one.id for one in flows],
            "components": [one.id for one in schema.components],
            "countries": {code.id: code.name for code in codes},
            "allowed": [code.id for code in schema.components["COUNTRY"].enumeration],
            "pysdmx": json.loads(dataset.data.to_json(orient="records")),
            "sdmx1": {
                "dimensions": [one.id for one in found.dimensions],
                "countries": {
                    code.id: dict(code.name.localizations) for code in message.codelist["CL_COUNTRY"]
                },
                "rows": rows_of(data),
                "rows_of_xml": rows_of(of_xml),
            },
        },
        default=str,
    )
)
