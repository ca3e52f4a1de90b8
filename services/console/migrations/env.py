"""The migrations of console."""

from libs.runtime.migrations import migrate
from services.console.tables import metadata

migrate(metadata)
