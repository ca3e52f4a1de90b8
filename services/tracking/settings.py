"""What an operator may set for tracking."""

from libs.runtime.settings import ServiceSettings, WithDatabase, of_service


class Settings(WithDatabase, ServiceSettings):
    """Tracking's settings."""

    model_config = of_service("tracking")
