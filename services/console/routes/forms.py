"""What bodies of people's routes share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

EMAIL = r"^[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}$"

Email = Annotated[str, Field(pattern=EMAIL, max_length=254, examples=["ann@example.com"])]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Token = Annotated[
    str,
    Field(min_length=20, max_length=100, pattern=r"^[\w-]+$", description="what the link holds"),
]


class Strict(BaseModel):
    """A body: a field that does not exist is refused."""

    model_config = ConfigDict(extra="forbid")
