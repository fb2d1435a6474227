"""The store's part for cubes: the certified cubes, previews, and the privacy budget.

`because` is the entry of the node's own log that explains a write.
"""

from datetime import datetime
from typing import Protocol

from gateway.member.model.privacy_budget import PrivacyView, PrivacyWriter
from gateway.member.model.stored_cube import StoredCube


class CubeView(Protocol):
    """Reading cubes."""

    def cube(self) -> StoredCube | None:
        """The newest cube."""

    def cube_entry(self) -> int | None:
        """The log entry of the newest cube: enough to see whether the cube in memory is the newest."""

    def released_cubes(self) -> list[bytes]:
        """Every cube that has ever answered, oldest first: the numbers of a cube stay known for ever.

        A cube beside which an extract was asked for counts as if it had answered, until the extract is
        refused: the extract's people are those of the cube.
        """

    def cells_in_totals(self) -> list[dict[str, str]]:
        """The cells (dimension -> code) that ever entered a regional total, of any cube."""

    def preview(self, preview_id: str) -> bytes | None:
        """A cube made for a preview. `preview_id`: the digest of everything behind the cube."""

    def findings(self, about: str) -> str | None:
        """The findings on a previewed cube. `about`: the digest of everything behind the findings."""

    @property
    def privacy(self) -> PrivacyView:
        """What was charged to the privacy budget, and the noisy counts."""


class CubeWriter(CubeView, Protocol):
    """Writing cubes."""

    @property
    def privacy(self) -> PrivacyWriter: ...

    def add_cube(self, cube: StoredCube, *, because: int) -> None: ...


class CubeNotes(Protocol):
    """Keeping previews."""

    def keep_preview(self, preview_id: str, snapshot_id: str, cube: bytes, at: datetime) -> None:
        """Keep a preview, and delete previews of other snapshots."""

    def keep_findings(self, about: str, snapshot_id: str, findings: str, at: datetime) -> None:
        """Keep findings on a preview, and delete findings about other snapshots."""
