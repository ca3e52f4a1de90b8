"""Draws the secrets that nobody has given: a folder of files for each container.

Run: python -m deploy.draw_secrets FOLDER (as root in compose, once before everything else).

A file that is there stays as it is, so an operator puts a secret of her own there before or
after (a Twilio token, a certificate).  Each container sees its own folder alone.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.example_env import settings_of
from deploy.nats import USERS, configuration, server_environment
from deploy.roles import DATABASE
from libs.contracts.catalogue import SERVICES
from libs.runtime.migrations import migrated_services

READER = 10_001  # who runs in the image
POSTGRES = 999  # who runs in PostgreSQL's
HOST = "postgres"
CERTIFICATE_DAYS = 365
ADMINISTRATORS = "migrate"


def draw(folder: Path, public_name: str, *, give: bool = False) -> list[str]:
    """Make what is missing; give the names of what was made, and the files to their readers."""
    shelf = _Shelf(folder, give=give)
    nats = {user: shelf.value(f"{user}/NATS_PASSWORD") for user in USERS}
    lines = (f"{name}: {value}\n" for name, value in server_environment(nats).items())
    shelf.renew("nats/users.conf", f"{''.join(lines)}\n{configuration()}")
    superuser = shelf.value("postgres/password", POSTGRES)
    shelf.text(f"{ADMINISTRATORS}/DATABASE_URL", _address("postgres", superuser))
    shared = shelf.value("shared/SESSION_SECRET")
    for service in SERVICES:
        if "session_secret" in settings_of(service).model_fields:
            shelf.text(f"{service}/SESSION_SECRET", shared)
    for service in migrated_services():
        url = shelf.text(f"{service}/DATABASE_URL", _address(service, _drawn()))
        shelf.text(f"{ADMINISTRATORS}/{service.upper()}_DATABASE_URL", url)
    token = shelf.value("ingress/TWILIO_AUTH_TOKEN")
    shelf.text("operator/TWILIO_AUTH_TOKEN", token)
    if not (folder / "edge" / "tls.crt").exists():
        for name, text in _certificate(public_name):
            shelf.text(f"edge/{name}", text)
    shelf.text("operator/edge.crt", (folder / "edge" / "tls.crt").read_text())
    return shelf.made


class _Shelf:
    """A folder of files, each for the one container whose user may read it."""

    def __init__(self, folder: Path, *, give: bool) -> None:
        self._folder = folder
        self._give = give
        self.made: list[str] = []

    def value(self, name: str, reader: int = READER) -> str:
        return self.text(name, _drawn(), reader)

    def text(self, name: str, text: str, reader: int = READER) -> str:
        """What the file holds, once it is there."""
        path = self._folder / name
        if not path.exists():
            self.made.append(name)
            self._write(path, text)
        self._give_to(reader, path)
        return path.read_text()

    def renew(self, name: str, text: str) -> None:
        """Write what follows from other files and from the code."""
        path = self._folder / name
        path.unlink(missing_ok=True)
        self._write(path, text)
        self._give_to(READER, path)

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)

    def _give_to(self, reader: int, path: Path) -> None:
        if self._give:
            for one in (path.parent, path):
                os.chown(one, reader, reader)


def _drawn() -> str:
    return f"s{secrets.token_hex(24)}"  # NATS takes digits alone for a number


def _address(role: str, password: str) -> str:
    return f"postgresql://{role}:{password}@{HOST}:5432/{DATABASE}"


def _certificate(public_name: str) -> Iterator[tuple[str, str]]:
    """One that nobody trusts, until a real one is put in its place."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, public_name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(public_name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    yield "tls.crt", certificate.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    yield "tls.key", private.decode()


if __name__ == "__main__":
    made = draw(Path(sys.argv[1]), os.environ["PUBLIC_NAME"], give=os.geteuid() == 0)
