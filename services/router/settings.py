"""What an operator may set for the router."""

from libs.runtime.settings import ServiceSettings, WithDatabase, WithSecret, of_service


class Settings(WithDatabase, WithSecret, ServiceSettings):
    """The router's settings."""

    model_config = of_service("router")
