"""What goes into a website's pages and into advertisements, written for a tracking tag."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.dni import ParameterName
from libs.contracts.ids import AccountId, TrackingTagId
from libs.contracts.message import Question, Value, one_of

PARAMETERS_MAX = 30


class Preset(StrEnum):
    """Where an advertisement runs: what its address says by itself."""

    GOOGLE_ADS = "google_ads"
    MICROSOFT_ADS = "microsoft_ads"
    FACEBOOK = "facebook"
    TIKTOK = "tiktok"
    LINKEDIN = "linkedin"
    EMAIL = "email"
    NONE = "none"


class Snippet(Value):
    """Ready to be copied.

    `script` is the one line of a page; `html` a number that is swapped, with the page's own
    until then; `server` the address that a site's server asks; `content_security` what a
    strict policy must allow; `url` the landing page's address with its parameters.
    """

    outcome: Literal["snippet"] = "snippet"
    script: str
    html: str
    server: str
    content_security: str
    url: str = ""


class AskSnippet(Question):
    """Write it for a tag; another account's is `not_found`.

    `landing` asks for an advertisement's address too; `parameters` outweigh the preset's.
    """

    subject: ClassVar[str] = "ask.tracking.snippet.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Snippet)

    account_id: AccountId
    tracking_tag_id: TrackingTagId
    landing: str = Field(default="", max_length=2_000, pattern=r"^(https?://[^\s\x00<>\"]+)?$")
    preset: Preset = Preset.NONE
    parameters: Annotated[
        dict[ParameterName, Annotated[str, Field(max_length=500)]],
        Field(max_length=PARAMETERS_MAX),
    ] = Field(default_factory=dict)
