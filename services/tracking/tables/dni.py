"""Tracking tags, whose codes are the platform's names of them, and URL parameters."""

from sqlalchemy import Column, Computed, Index, Text, text

from services.tracking.tables.configured import configured

_IN_USE = text("NOT retired")

tracking_tag = configured(
    "tracking_tag",
    Column("code", Text, Computed("document->>'code'", persisted=True)),
    Index("tracking_tag_code", "code", unique=True, postgresql_where=_IN_USE),
)

url_parameter = configured(
    "url_parameter",
    Column("parameter", Text, Computed("document->>'parameter'", persisted=True)),
    Column("tag", Text, Computed("document->>'tag'", persisted=True)),
    Index(
        "url_parameter_parameter",
        "account_id",
        "parameter",
        unique=True,
        postgresql_where=_IN_USE,
    ),
    Index("url_parameter_tag", "account_id", "tag", unique=True, postgresql_where=_IN_USE),
)
