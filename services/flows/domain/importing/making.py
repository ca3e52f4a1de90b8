"""A flow that is being made of an old one, and what is told of it meanwhile."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.contracts.flow_imports import NotCarried
from services.flows.domain.importing.old import OldNode
from services.flows.domain.scene import CALL_NAMES

_MACRO = re.compile(r"\{([A-Za-z_]\w*)\}")
_VOICES = ("alice", "man", "woman")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
TEXT_MAX = 4_096


@dataclass
class Making:
    """The nodes and wires so far."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    wires: dict[tuple[str, str], str] = field(default_factory=dict)
    told: list[NotCarried] = field(default_factory=list)
    entries: dict[str, str] = field(default_factory=dict)
    """Where a way to an old node leads, if not to the node of the same name."""

    def tell(self, old: OldNode, name: str, why: str) -> None:
        """Say that something was not carried over."""
        self.told.append(NotCarried(node=old.id, field=name, why=why))

    def add(self, old: OldNode, type_: str, id_: str = "", **fields: Any) -> str:
        """One more node; fields that are None are left to their defaults."""
        name = id_ or old.id
        given = {key: value for key, value in fields.items() if value is not None}
        self.nodes[name] = {"type": type_, "id": name, "label": old.label, **given}
        return name

    def wire(self, source: str, port: str, target: str | None) -> None:
        """Lead a port to an old node, if it leads anywhere; its first wire stays."""
        if target is not None:
            self.wires.setdefault((source, port), target)

    def prompt(self, old: OldNode, text: str, audio: str = "") -> dict[str, Any] | None:
        """Words or a recording, with macros that calls have then; None: there is nothing."""
        if audio.startswith(("http://", "https://")):
            return {"audio": audio}
        if audio:
            self.tell(old, "audioUrl", f"{audio[:60]!r} is no address: https://…")
        words = self.words(old, "message", text)[:TEXT_MAX]
        if not words:
            return None
        said: dict[str, Any] = {"text": words}
        voice, language = old.text("voice"), old.text("language")
        if voice in _VOICES:
            said["voice"] = voice
        elif voice:
            self.tell(old, "voice", f"{voice[:40]!r} was none of {', '.join(_VOICES)}")
        if language and _LANGUAGE.fullmatch(language):
            said["language"] = language
        return said

    def words(self, old: OldNode, name: str, text: str) -> str:
        """A text without macros that nobody knows while the call is in its flow."""
        for macro in _MACRO.findall(text):
            if macro.lower() not in CALL_NAMES and macro not in self.tags:
                self.tell(old, name, f"{{{macro}}} is not known while the call is in its flow")
                text = text.replace(f"{{{macro}}}", "")
        return text

    @property
    def tags(self) -> frozenset[str]:
        """What inputs have been given names for."""
        return frozenset(node["tag"] for node in self.nodes.values() if "tag" in node)

    def unread(self, old: OldNode, known: frozenset[str], why: Mapping[str, str]) -> None:
        """Tell of settings that have no counterpart, where they were set to something."""
        for name, value in old.config.items():
            if name not in known and value not in (None, "", [], {}, False):
                self.tell(old, name, why.get(name, "there is no such setting here"))
