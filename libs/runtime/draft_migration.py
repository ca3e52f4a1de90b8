"""Draft a service's next revision from the difference between its tables and its schema.

Run: DATABASE_URL=… python -m libs.runtime.draft_migration router "Add a column"
"""

import os
import re
import sys

from alembic import command
from alembic.script import ScriptDirectory

from libs.runtime.migrations import config_of


def draft(service: str, message: str, url: str) -> None:
    """Write `services/<service>/migrations/versions/NNNN_message.py`; read it before use."""
    config = config_of(service, url)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    command.upgrade(config, "head")
    revisions = ScriptDirectory.from_config(config).walk_revisions()
    newest = max((int(revision.revision) for revision in revisions), default=0)
    command.revision(
        config, message=re.sub(r"\.$", "", message), rev_id=f"{newest + 1:04}", autogenerate=True
    )


if __name__ == "__main__":
    draft(sys.argv[1], sys.argv[2], os.environ["DATABASE_URL"])
