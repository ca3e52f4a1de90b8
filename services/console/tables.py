"""The console's tables: accounts, people, their sessions and keys, limits, and the audit log."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData(schema="console")

OF_A_PARTY = "(role IN ('buyer', 'publisher')) = (party_id IS NOT NULL)"

change_version = Sequence("change_version", metadata=metadata)
"""Orders the changes of the console's own things in the audit log."""


def _at(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


account = Table(
    "account",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("requires_second_factor", Boolean, nullable=False, server_default=false()),
    _at("created_at"),
)
person = Table(
    "person",
    metadata,
    Column("person_id", UUID(as_uuid=True), primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    _at("created_at"),
    Index("person_email", func.lower(Column("email", Text)), unique=True),
)
"""A person may belong to several accounts; `password` is an argon2 hash."""

second_factor = Table(
    "second_factor",
    metadata,
    Column("person_id", UUID(as_uuid=True), ForeignKey(person.c.person_id), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    _at("confirmed_at", nullable=True),
)
"""`secret` is sealed; no code of `last_step` or of a step before it is taken (again)."""

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person_id", UUID(as_uuid=True), ForeignKey(person.c.person_id), primary_key=True),
    Column("code", LargeBinary, primary_key=True),
)
"""Hashes of codes that were not used yet."""

password_reset = Table(
    "password_reset",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("person_id", UUID(as_uuid=True), ForeignKey(person.c.person_id), nullable=False),
    _at("expires_at"),
    Index("password_reset_person", "person_id"),
)
"""Links that were not used; `token` is the SHA-256 of what the link holds."""

sign_up = Table(
    "sign_up",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("email", Text, nullable=False),
    _at("expires_at"),
)
"""Links by which accounts are founded, as `password_reset` has them."""

membership = Table(
    "membership",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("person_id", UUID(as_uuid=True), primary_key=True),
    Column("role", Text, nullable=False),
    Column("may_export", Boolean, nullable=False, server_default=false()),
    Column("party_id", UUID(as_uuid=True)),
    _at("since"),
    ForeignKeyConstraint(["account_id"], ["console.account.account_id"]),
    ForeignKeyConstraint(["person_id"], ["console.person.person_id"]),
    CheckConstraint(
        "role IN ('operator', 'owner', 'admin', 'manager', 'analyst', 'agent', "
        "'buyer', 'publisher')",
        name="membership_role",
    ),
    CheckConstraint(OF_A_PARTY, name="membership_of_a_party"),
    Index("membership_person", "person_id"),
)
"""`party_id`: the buyer or publisher of whom somebody of a portal is; nobody else has one."""

invitation = Table(
    "invitation",
    metadata,
    Column("account_id", UUID(as_uuid=True), ForeignKey(account.c.account_id), primary_key=True),
    Column("invitation_id", UUID(as_uuid=True), primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("may_export", Boolean, nullable=False),
    Column("party_id", UUID(as_uuid=True)),
    Column("state", Text, nullable=False),
    Column("token", LargeBinary, unique=True),
    Column("invited_by", Text, nullable=False),
    _at("made_at"),
    _at("expires_at"),
    CheckConstraint("state IN ('open', 'accepted', 'withdrawn')", name="invitation_state"),
    Index(
        "invitation_open",
        "account_id",
        func.lower(Column("email", Text)),
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
)
"""`token` is the SHA-256 of what the link holds; there is none once the invitation is over."""

session = Table(
    "session",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("session_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("person_id", UUID(as_uuid=True), nullable=False),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    _at("created_at"),
    _at("seen_at"),
    _at("expires_at"),
    ForeignKeyConstraint(
        ["account_id", "person_id"],
        ["console.membership.account_id", "console.membership.person_id"],
        ondelete="CASCADE",
    ),
    Index("session_person", "person_id"),
)
"""`token` is the SHA-256 of what the browser holds.  Who leaves an account loses it at once."""

list_look = Table(
    "list_look",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("person_id", UUID(as_uuid=True), primary_key=True),
    Column("list", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("look", JSONB, nullable=False),
    _at("kept_at"),
    ForeignKeyConstraint(
        ["account_id", "person_id"],
        ["console.membership.account_id", "console.membership.person_id"],
        ondelete="CASCADE",
    ),
)
"""How somebody has a list: without a name its columns, else a view.  Who leaves loses them."""

api_key = Table(
    "api_key",
    metadata,
    Column("account_id", UUID(as_uuid=True), ForeignKey(account.c.account_id), primary_key=True),
    Column("key_id", UUID(as_uuid=True), primary_key=True),
    Column("token", LargeBinary, nullable=False, unique=True),
    Column("shown", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("rights", ARRAY(Text), nullable=False),
    Column("party_id", UUID(as_uuid=True)),
    Column("made_by", Text, nullable=False),
    _at("created_at"),
    _at("expires_at", nullable=True),
    _at("used_at", nullable=True),
    _at("revoked_at", nullable=True),
    CheckConstraint(OF_A_PARTY, name="api_key_of_a_party"),
)
tally = Table(
    "tally",
    metadata,
    Column("key", Text, primary_key=True),
    _at("window_at"),
    Column("count", Integer, nullable=False),
    Index("tally_window", "window_at"),
    prefixes=["UNLOGGED"],
)
"""How often something was done in its latest window: requests of a key, failed logins."""

idempotent = Table(
    "idempotent",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),
    _at("at"),
    Index("idempotent_at", "at"),
)
"""What was answered to a request that named a key; `status` None: it is still under way."""

audit = Table(
    "audit",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("noun", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    _at("at"),
    Column("actor_name", Text, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("actor_via", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("audit_version", "account_id", "version"),
    Index("audit_at", "account_id", "at", "version"),
)
"""Every change of every configured thing, as it was told; never changed, never deleted."""

sweep = Table(
    "sweep",
    metadata,
    Column("account_id", UUID(as_uuid=True), ForeignKey(account.c.account_id), primary_key=True),
    Column("sweep_id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    _at("asked_at"),
    Column("reason", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("instead", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("found", JSONB, nullable=False),
    Column("found_in_round", BigInteger, nullable=False),
    Column("lost", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    _at("due_at"),
    _at("finished_at", nullable=True),
    CheckConstraint("kind IN ('erasure', 'resealing')", name="sweep_kind"),
    CheckConstraint("state IN ('under_way', 'done')", name="sweep_state"),
    Index("sweep_due", "due_at", postgresql_where=text("state = 'under_way'")),
    Index("sweep_asked", "account_id", "kind", "asked_at"),
)
"""Work that goes through all owners' tables: a caller who is erased, secrets sealed anew.
`sealed` is her number, until it is done; whoever goes on with it has it until `due_at`."""

help_question = Table(
    "help_question",
    metadata,
    Column("account_id", UUID(as_uuid=True), ForeignKey(account.c.account_id), primary_key=True),
    Column("question_id", UUID(as_uuid=True), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("asker_id", UUID(as_uuid=True), nullable=False),
    Column("asker", Text, nullable=False),
    Column("role", Text, nullable=False),
    _at("asked_at"),
    _at("answered_at"),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("sources", JSONB, nullable=False),
    Column("looked_up", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("rating", Text),
    Column("comment", Text, nullable=False, server_default=""),
    _at("rated_at", nullable=True),
    Index("help_question_number", "account_id", "number"),
    Index("help_question_asked_at", "asked_at"),
)
"""What somebody (`asker_id`: a person or a key) asked for help with, and was told."""
