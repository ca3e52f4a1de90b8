"""What an operator may set for rtb."""

from pydantic import Field

from libs.runtime.settings import ServiceSettings, WithDatabase, WithSecret, of_service


class Settings(WithDatabase, WithSecret, ServiceSettings):
    """The settings of rtb."""

    model_config = of_service("rtb")

    allow_private_addresses: bool = Field(
        default=False,
        description="Let bidders' endpoints be on private or loopback addresses: in development.",
    )
    keep_auctions_days: int = Field(
        default=90, ge=1, le=3_650, description="How long auctions and bids are kept, in days."
    )
    pings_per_second: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="How many pings one process answers in a second; others are told to come "
        "back, so that calls come first.",
    )
    own_sip_hosts: tuple[str, ...] = Field(
        default=(),
        description="SIP hosts that are ours, as JSON: a bid that names one would make a loop.",
    )
