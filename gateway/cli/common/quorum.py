"""Whether enough witnesses have cosigned a receipt: reported plainly, after a short wait."""

import time
from collections.abc import Callable
from pathlib import Path

import click

from audit.errors import AuditError, QuorumError
from audit.log.policy import NO_QUORUM, Policy
from audit.log.receipt import Receipt
from gateway.errors import SafelaneError
from gateway.http.client import NotProvenError, Result

WAIT_SECONDS = 3.0
"""How long witnesses are waited for once the table has arrived: witnesses cosign right after their answer."""
_PAUSE = 0.2


class LogPolicyError(SafelaneError):
    """The file is no policy of a transparency log, or requires no witness."""

    exit_code = 2


def read_log_policy(path: Path) -> Policy:
    """Read a tlog-policy. Raises LogPolicyError."""
    try:
        policy = Policy.parse(path.read_bytes())
    except (AuditError, OSError) as error:
        raise LogPolicyError(
            f"{path} is no policy of a transparency log: {error}.",
            remedy="Its format is https://c2sp.org/tlog-policy; the demo's is log-policy in its directory.",
        ) from None
    if policy.quorum == NO_QUORUM:
        raise LogPolicyError(f"{path} requires no witness.", remedy="Add a quorum to the policy.")
    return policy


def say_quorum(
    policy: Policy, result: Result, again: Callable[[], Result], *, required: bool, wait: float = WAIT_SECONDS
) -> str:
    """Describe the receipt's witnesses; `again` fetches the receipt again, with new cosignatures.

    Raises NotProvenError if a required quorum is missing, or if the policy does not know the log.
    """
    end = time.monotonic() + wait
    while True:
        note = Receipt.parse(result.receipt).checkpoint
        try:
            witnesses = sorted(policy.verify(note).witnesses)
            return f"Cosigned by a quorum of witnesses: {', '.join(witnesses)}."
        except QuorumError as error:
            short = error
        except AuditError as error:
            raise NotProvenError(
                f"The receipt does not hold under the policy: {error}.",
                remedy="Compare the policy's log key with the hub's, by voice.",
            ) from None
        if time.monotonic() >= end:
            break
        time.sleep(_PAUSE)
        result = again()
    if required:
        raise NotProvenError(f"Too few witnesses so far: {short}.", remedy="The question itself was logged.")
    return f"Warning: not yet cosigned by a quorum of witnesses. {str(short)[:1].upper()}{str(short)[1:]}."


log_policy_options = (
    click.option(
        "--log-policy",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Say whether the witnesses that FILE asks for have seen the question (c2sp.org/tlog-policy).",
    ),
    click.option(
        "--require-quorum", is_flag=True, help="Fail, and show nothing, if too few witnesses have cosigned."
    ),
)
