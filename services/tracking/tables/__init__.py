"""Tracking's tables, a module for each topic; all are known once this package is imported."""

from services.tracking.tables import calls, configured, filing, pixels, publishers
from services.tracking.tables.metadata import metadata

__all__ = ["calls", "configured", "filing", "metadata", "pixels", "publishers"]
