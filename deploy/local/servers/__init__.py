"""PostgreSQL and NATS from their wheels as child processes: nothing to install, no Docker."""

from deploy.local.servers.nats import NatsServer
from deploy.local.servers.postgres import PostgresServer
from deploy.local.servers.process import FolderInUse
from deploy.local.servers.server import Server, ServerDied, ServerSilent

__all__ = ["FolderInUse", "NatsServer", "PostgresServer", "Server", "ServerDied", "ServerSilent"]
