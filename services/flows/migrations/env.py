"""The migrations of flows."""

from libs.runtime.migrations import migrate
from services.flows.tables import metadata

migrate(metadata)
