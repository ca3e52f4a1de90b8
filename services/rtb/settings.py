"""What an operator may set for rtb."""

from libs.runtime.settings import ServiceSettings, WithDatabase, of_service


class Settings(WithDatabase, ServiceSettings):
    """The settings of rtb."""

    model_config = of_service("rtb")
