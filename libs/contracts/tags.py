"""Tags: what is known of a call, by name and value."""

from typing import Annotated

from pydantic import Field

TAGS_MAX = 200  # of one call
TAG_NAME_MAX = 120
TAG_TEXT_MAX = 2_000
SUB_ID = "sub_id"  # names the publisher's own source that a call came from
OWN_TAGS_MAX = 50  # of a number; a call has room for others beside

OF_CALLER = tuple(f"caller:{name}" for name in ("city", "country", "number", "state", "zip"))
"""What the carrier tells of a caller; nothing else is named so."""

TagName = Annotated[str, Field(min_length=1, max_length=TAG_NAME_MAX)]
Tags = Annotated[
    dict[TagName, Annotated[str, Field(max_length=TAG_TEXT_MAX)]], Field(max_length=TAGS_MAX)
]
