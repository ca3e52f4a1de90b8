"""What an operator may set for flows."""

from libs.runtime.settings import ServiceSettings, WithDatabase, of_service


class Settings(WithDatabase, ServiceSettings):
    """The settings of flows."""

    model_config = of_service("flows")
