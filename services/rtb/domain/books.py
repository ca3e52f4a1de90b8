"""All bidders and routers of an account, as of one version."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.ids import RtbRouterId, RtbTargetId


@dataclass(frozen=True, slots=True)
class Books:
    """What an account has configured; secrets are open, and `secrets` says which they are."""

    version: int
    routers: Mapping[RtbRouterId, RtbRouter]
    targets: Mapping[RtbTargetId, RtbTarget]
    secrets: Mapping[RtbTargetId, tuple[str, ...]]
