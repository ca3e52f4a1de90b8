"""The schema that the router's tables stand in."""

from sqlalchemy import MetaData

metadata = MetaData(schema="router")
