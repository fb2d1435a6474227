"""The store's part for policies and signing keys: versions, drafts, keys.

`because` is the entry of the node's own log that explains a write.
"""

from datetime import datetime
from typing import Protocol

from gateway.member.model.policy_version import Draft, Ending, PolicyInForce, SignedPolicy
from gateway.member.model.signing_key import Holder


class Versions(Protocol):
    """The versions of a policy: the policy of the data set, or the ministry-wide policy above."""

    def policy(self) -> PolicyInForce | None:
        """The version in force, if any."""

    def policies(self) -> list[PolicyInForce]:
        """Every version that ever was in force, oldest first."""

    def signed_policies(self) -> list[SignedPolicy]:
        """Every version that was ever signed, oldest first."""

    def draft(self) -> Draft | None: ...


class VersionsWriter(Versions, Protocol):
    """Writing the versions of a policy."""

    def sign_policy(self, policy: SignedPolicy, *, because: int) -> None: ...

    def put_in_force(self, version: int, since: datetime, *, because: int) -> None: ...

    def end_policy(self, version: int, at: datetime, ending: Ending, *, because: int) -> None: ...


class DraftNotes(Protocol):
    """Keeping the draft of a policy."""

    def keep_draft(self, draft: Draft | None) -> None:
        """Replace any former draft."""


class PolicyView(Versions, Protocol):
    """Reading policies and signing keys. `Versions` is inherited for the policy of the data set."""

    @property
    def ministry(self) -> Versions:
        """The ministry-wide policies."""

    def holders(self) -> list[Holder]:
        """Every person with a valid or former key, oldest first."""


class PolicyWriter(VersionsWriter, PolicyView, Protocol):
    """Writing policies and signing keys."""

    @property
    def ministry(self) -> VersionsWriter: ...

    def add_holder(self, holder: Holder, *, because: int) -> None: ...

    def end_key(self, key: str, at: datetime, *, revoked: bool, because: int) -> None: ...


class PolicyNotes(DraftNotes, Protocol):
    """Keeping drafts."""

    @property
    def ministry(self) -> DraftNotes: ...
