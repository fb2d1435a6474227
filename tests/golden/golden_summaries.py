"""Summaries of a cube in a golden text: what it releases, proves and withholds."""

from golden_text import unpacked

from anonymisers.attack import attack
from anonymisers.attack.findings import Findings, Found
from anonymisers.cube.certified_cube import FORMAT, CertifiedCube
from anonymisers.errors import CertificateError
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.count_table import Table
from anonymisers.tables.release import Release, written_release


def of_cube(cube: CertifiedCube, table: Table, known: tuple[Release, ...] = ()) -> dict[str, str | bytes]:
    """Its cells at a glance, its release, its certificate, what the checker says, and its stored bytes."""
    release = cube.release()
    return {
        "withheld": at_a_glance(release),
        "release": "".join(written_release(release)),
        "certificate": cube.certificate.to_json(),
        "certificate digest": cube.certificate_digest.hex() + "\n",
        "checker": checked(cube, table, known),
        "stored bytes": unpacked(cube.to_bytes(), FORMAT),
    }


def named(name: str, items: dict[str, str | bytes]) -> dict[str, str | bytes]:
    return {f"{name}: {item}": text for item, text in items.items()}


def at_a_glance(release: Release) -> str:
    """Each cell as one sign, in the order of the release: withheld, nobody, or somebody."""
    signs = "".join(
        "x" if suppressed else "0" if value == 0 else "."
        for value, suppressed in zip(release.values.tolist(), release.withheld.tolist(), strict=True)
    )
    said = f"{signs.count('x')} of {len(signs)} withheld"
    if len(signs) > 1200:
        return f"{said}\n"
    return "\n".join((said, *(signs[n : n + 100] for n in range(0, len(signs), 100)), ""))


def checked(cube: CertifiedCube, table: Table, known: tuple[Release, ...]) -> str:
    try:
        check_certificate(cube.certificate, cube.release(), table, known)
    except CertificateError as error:
        return f"refused: {error.message}\n"
    return "safe\n"


def of_attack(*releases: Release, truth: Table | None = None, zeros: str = "partner") -> str:
    """Everything that the attacker finds, without a limit of time."""
    return in_words(attack(releases, threshold=5, zeros=zeros, truth=truth))


def in_words(found: Findings) -> str:
    lines = [f"{found.cells} cells, {found.withheld} withheld, {found.differences} differences"]
    kinds = {
        "disclosed": found.disclosed,
        "narrow": found.insufficiently_protected,
        "unasked": found.unlisted,
        "open": found.undecided,
    }
    for kind, cells in kinds.items():
        lines += [f"{kind} {_found(one)}" for one in cells]
    lines += [f"insider {_found(one.cell)} by {one.singleton}" for one in found.singletons]
    lines += [*found.interrupted, *found.unexamined]
    return "\n".join((*lines, ""))


def _found(one: Found) -> str:
    return f"{one} release {one.release} {one.low}..{one.high}"
