"""The tables of console: the schema is there, its first table is still to come."""

from sqlalchemy import MetaData

metadata = MetaData(schema="console")
