"""Tracking's migrations."""

from libs.runtime.migrations import migrate
from services.tracking.tables import metadata

migrate(metadata)
