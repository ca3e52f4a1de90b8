"""The migrations of rtb."""

from libs.runtime.migrations import migrate
from services.rtb.tables import metadata

migrate(metadata)
