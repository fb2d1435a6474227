"""The bill of materials of a release: every package and every part of other people that Safelane comes with.

    python deploy/release/bill_of_materials.py SOURCE >safelane.cdx.json

In CycloneDX 1.6 (ECMA-424), as JSON. Everything is read from the files of a source tree: the locks say which
packages in which versions, with the SHA-256 of each file that may be installed, and who needs whom; the page
of licences says on which terms. The bill needs neither packages nor network; equal sources give equal bytes.

SOURCE_DATE_EPOCH in the environment is the moment that the bill names, in seconds since 1970.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from json import dumps, loads
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

NEEDED = "runtime.txt"
EXTRAS = ("engine.txt", "report.txt", "sources.txt")
"""Locks of what an office may install besides; installed by nobody who does not ask for it."""

PARTS = {
    "gateway/dictionary/populations.csv": "CC-BY-3.0-IGO",
    "gateway/export/fonts/*.ttf": "OFL-1.1",
    "gateway/picturing/shapes.json": "public domain",
    "gateway/web/static/fonts/*.woff2": "OFL-1.1",
    "gateway/web/static/htmx.min.js": "0BSD",
}
"""Files of other people, on the terms that NOTICE says: SPDX identifiers, or words where SPDX has none."""

_PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^    # (?:via| ) ([a-z0-9.-]+)$", re.MULTILINE)
_ASKED = re.compile(r"^    # (?:via| ) -r ", re.MULTILINE)


@dataclass(frozen=True)
class Pinned:
    """One package of a lock, in one version."""

    name: str
    version: str
    marker: str
    """For which machines (PEP 508), or empty: for all."""
    hashes: tuple[str, ...]
    """SHA-256 in hexadecimal of each file that may be installed."""
    asked_for: bool
    """Whether Safelane itself asks for it."""
    needed_by: tuple[str, ...]
    """Names of packages of the same lock."""


def pinned(lock: str) -> Iterator[Pinned]:
    """The packages of a lock, as uv writes it. Raises ValueError for a package without a hash."""
    for block in re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]:
        head = block.partition("\n")[0]
        found = _PIN.match(head)
        hashes = tuple(_HASH.findall(block))
        if found is None or not hashes:
            raise ValueError(
                f"{head.split('=')[0]} has no version or no hash in the lock; write it anew with: make lock"
            )
        asked_for, needed_by = _ASKED.search(block) is not None, tuple(_VIA.findall(block))
        yield Pinned(found["name"], found["version"], found["marker"] or "", hashes, asked_for, needed_by)


def bill(source: Path, moment: datetime) -> Bom:
    """The bill of a source tree. Raises LookupError for a package that has no licence on the page."""
    said = re.search(r'^__version__ = "(.+)"$', _text(source / "gateway/__init__.py"), re.MULTILINE)
    if said is None:
        raise LookupError("gateway/__init__.py has no version")
    purl = PackageURL("pypi", name="safelane", version=said[1])
    safelane = Component(
        name="safelane",
        version=said[1],
        type=ComponentType.APPLICATION,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseExpression("Apache-2.0")],
    )
    made = Bom(serial_number=uuid5(NAMESPACE_URL, f"{purl}/{moment.isoformat()}"))
    made.metadata.timestamp = moment
    made.metadata.component = safelane
    found = re.findall(r"^\| ([a-z0-9.-]+) \| (.+) \|$", _text(source / "docs/reference/licences.md"), re.M)
    for lock in (NEEDED, *EXTRAS):
        _add_packages(made, safelane, list(pinned(_text(source / "requirements" / lock))), dict(found), lock)
    for pattern, terms in PARTS.items():
        for path in sorted(source.glob(pattern)):
            part = _part(path.relative_to(source).as_posix(), path.read_bytes(), terms)
            made.components.add(part)
            made.register_dependency(safelane, [part])
    return made


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _add_packages(
    made: Bom, safelane: Component, packages: list[Pinned], licences: dict[str, str], lock: str
) -> None:
    """The packages of one lock. What an earlier lock has too, in the same version, stands once."""
    scope = ComponentScope.REQUIRED if lock == NEEDED else ComponentScope.OPTIONAL
    there = {str(component.bom_ref): component for component in made.components}
    components = {}
    for package in packages:
        component = _package(package, licences, scope)
        components[package] = there.get(str(component.bom_ref), component)
    made.components.update(components.values())
    for package, component in components.items():
        above = [other for named, other in components.items() if named.name in package.needed_by]
        for other in [safelane, *above] if package.asked_for else above:
            made.register_dependency(other, [component])


def _package(package: Pinned, licences: dict[str, str], scope: ComponentScope) -> Component:
    if package.name not in licences:
        raise LookupError(
            f"docs/reference/licences.md has no licence of {package.name}: python tests/support/licences.py"
        )
    purl = PackageURL("pypi", name=package.name, version=package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        scope=scope,
        licenses=[LicenseExpression(licences[package.name])],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in package.hashes],
        properties=[Property(name="safelane:marker", value=package.marker)] if package.marker else [],
    )


def _part(name: str, content: bytes, terms: str) -> Component:
    spdx = " " not in terms
    return Component(
        name=name,
        type=ComponentType.FILE,
        bom_ref=name,
        licenses=[DisjunctiveLicense(id=terms) if spdx else DisjunctiveLicense(name=terms)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(content).hexdigest())],
    )


def text(made: Bom) -> str:
    """The bill as JSON. Raises ValueError where it does not fit the schema of CycloneDX 1.6."""
    import jsonschema_rs  # noqa: PLC0415 - the last step alone needs it

    written = loads(JsonV1Dot6(made).output_as_string())
    schemas = {
        name: loads(files("cyclonedx.schema").joinpath("_res", name).read_text("utf-8"))
        for name in (
            f"{kind}.SNAPSHOT.schema.json" for kind in ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")
        )
    }
    # The schemas name each other by these addresses, whatever they call themselves; nothing is fetched.
    known = [(f"http://cyclonedx.org/schema/{name}", schema) for name, schema in schemas.items()]
    validator = jsonschema_rs.validator_for(
        schemas["bom-1.6.SNAPSHOT.schema.json"], registry=jsonschema_rs.Registry(known)
    )
    for error in validator.iter_errors(written):
        raise ValueError(f"the bill does not fit CycloneDX 1.6: {error}")
    return dumps(written, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(
        text(bill(Path(sys.argv[1]), datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)))
    )
