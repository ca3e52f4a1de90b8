"""What an operator may set for console."""

from libs.runtime.settings import ServiceSettings, WithDatabase, of_service


class Settings(WithDatabase, ServiceSettings):
    """The settings of console."""

    model_config = of_service("console")
