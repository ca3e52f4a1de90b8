"""The schema that all of tracking's tables are in."""

from sqlalchemy import MetaData

metadata = MetaData(schema="tracking")
