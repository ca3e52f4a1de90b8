"""The tables of flows: the schema is there, its first table is still to come."""

from sqlalchemy import MetaData

metadata = MetaData(schema="flows")
