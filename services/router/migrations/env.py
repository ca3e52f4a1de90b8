"""The router's migrations."""

from libs.runtime.migrations import migrate
from services.router.tables import metadata

migrate(metadata)
