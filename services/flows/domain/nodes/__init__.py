"""The kinds of nodes, a file each: its fields, its ports, and what it does."""

from typing import Annotated

from pydantic import Field

from services.flows.domain.nodes.code import CustomLogic
from services.flows.domain.nodes.condition import Condition
from services.flows.domain.nodes.gather import GatherInput
from services.flows.domain.nodes.hang_up import HangUp
from services.flows.domain.nodes.hold import Hold
from services.flows.domain.nodes.hours import BusinessHours
from services.flows.domain.nodes.http_request import Enrich, HttpRequest
from services.flows.domain.nodes.menu import Menu
from services.flows.domain.nodes.pixel import Pixel
from services.flows.domain.nodes.play import PlayPrompts
from services.flows.domain.nodes.router import RouterNode
from services.flows.domain.nodes.set_tags import SetTags
from services.flows.domain.nodes.splitter import Splitter
from services.flows.domain.nodes.sub_flow import Exit, SubFlow
from services.flows.domain.nodes.transfer import Transfer
from services.flows.domain.nodes.voicemail import Voicemail
from services.flows.domain.nodes.whisper import WhisperNode

AnyNode = Annotated[
    Menu
    | GatherInput
    | PlayPrompts
    | BusinessHours
    | RouterNode
    | Splitter
    | Pixel
    | HttpRequest
    | Enrich
    | CustomLogic
    | Condition
    | SetTags
    | Voicemail
    | Hold
    | Transfer
    | WhisperNode
    | HangUp
    | SubFlow
    | Exit,
    Field(discriminator="type"),
]
