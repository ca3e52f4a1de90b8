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
    own_sip_hosts: tuple[str, ...] = Field(
        default=(),
        description="SIP hosts that are ours, as JSON: a bid that names one would make a loop.",
    )
