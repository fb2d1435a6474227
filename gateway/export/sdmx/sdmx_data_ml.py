"""Observations as structure-specific data of SDMX-ML 3.0 (https://github.com/sdmx-twg/sdmx-ml), in series.

Clients that read nothing but XML, such as rsdmx, read this form, and only series of it. A number that is
missing has no attribute OBS_VALUE; its status and range stand in the same attributes as in SDMX-CSV.
"""

from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from gateway.export.observations import Observations
from gateway.export.sdmx.sdmx_artefacts import MEASURE, VERSION
from gateway.export.sdmx.sdmx_terms import (
    AGENCY,
    MISSING,
    NUMBERS,
    STATUS,
    UNIT,
    along,
    component,
    dataflow,
    identifier,
    numbers,
)
from gateway.wire.cells import Cell

_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_MES, _COM, _SS = (f"{{{_SCHEMAS}/{name}}}" for name in ("message", "common", "data/structurespecific"))
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
for _prefix, _name in (("mes", "message"), ("com", "common"), ("ss", "data/structurespecific")):
    register_namespace(_prefix, f"{_SCHEMAS}/{_name}")


def to_sdmx_data_ml(observations: Observations, flow: str = "") -> str:
    """Return a message with one data set. `flow`: the dataflow that it is of, if it is none of the measure.

    A series runs over time where there is time, else over the last dimension. The same observations give the
    same text: the message is of the moment of the release. Raises ValueError for a single number, which has
    no dimension.
    """
    axes = (*observations.one_year, *observations.axes)
    if not axes:
        raise ValueError("a single number has no dimension")
    run = along(axes)
    name = flow or dataflow(observations)
    usage = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={AGENCY}:{name}({VERSION})"
    own = f"{usage}:ObsLevelDim:{run}"
    message = Element(f"{_MES}StructureSpecificData", {"xmlns:ns1": own})
    header = SubElement(message, f"{_MES}Header")
    release = observations.release
    for head, said in (
        ("ID", f"{identifier(release.question_id)}-{release.number}"),
        ("Test", "false"),
        ("Prepared", release.released_at),
    ):
        SubElement(header, f"{_MES}{head}").text = said
    SubElement(header, f"{_MES}Sender", id=AGENCY)
    described = {"structureID": name, "namespace": own, "dimensionAtObservation": run}
    SubElement(SubElement(header, f"{_MES}Structure", described), f"{_COM}StructureUsage").text = usage
    data_set = SubElement(
        message,
        f"{_MES}DataSet",
        {
            f"{_SS}structureRef": name,
            f"{_SS}dataScope": "DataStructure",
            f"{_SS}action": "Information",
            _TYPE: "ns1:DataSetType",
        },
    )
    _write(data_set, observations, run)
    return tostring(message, encoding="unicode", xml_declaration=True)


def _write(data_set: Element, observations: Observations, run: str) -> None:
    names = [component(axis) for axis in observations.axes]
    identifiers = [{code: identifier(code) for code in axis.codes} for axis in observations.axes]
    year = {component(axis): code for axis in observations.one_year for code in axis.codes}
    unit = dataflow(observations)
    series: dict[tuple[str, ...], Element] = {}
    for cell in observations.cells:
        codes = (by_code[code] for by_code, code in zip(identifiers, cell.key, strict=True))
        key = {**year, **dict(zip(names, codes, strict=True))}
        at = key.pop(run)
        line = tuple(key.values())
        if line not in series:
            # Without a second attribute, rsdmx loses the name of the first.
            series[line] = SubElement(data_set, "Series", {**key, UNIT: unit})
        SubElement(series[line], "Obs", {run: at, **_facts(cell)})


def _facts(cell: Cell) -> dict[str, str]:
    """The measure and the attributes of an observation, without those that it does not have."""
    observed, confidential = STATUS[cell.status]
    found = {} if cell.value is None else {MEASURE: str(cell.value)}
    found |= {"OBS_STATUS": observed, "CONF_STATUS": confidential}
    stated = zip(NUMBERS, numbers(cell), strict=True)
    found |= {name: str(number) for name, number in stated if number is not None}
    return found | ({MISSING: " ".join(cell.missing_members)} if cell.missing_members else {})
