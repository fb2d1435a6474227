"""Part of a release, as a release: for one code of a level. Pure."""

from dataclasses import replace

from gateway.wire.release import Release


def of_code(release: Release, level: str, code: str) -> Release:
    """The release for one code of a level, which its question then names as a filter.

    Raises ValueError where the level is not there.
    """
    place = [axis.level for axis in release.axes].index(level)
    asked = release.question
    return replace(
        release,
        question={**asked, "where": {**asked.get("where", {}), level: [code]}},
        axes=release.axes[:place] + release.axes[place + 1 :],
        cells=tuple(
            replace(cell, key=cell.key[:place] + cell.key[place + 1 :])
            for cell in release.cells
            if cell.key[place] == code
        ),
    )
